/** Text in colour. */
export interface Paint {
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly cyan: (text: string) => string;
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly reverse: (text: string) => string;
}

/** SGR codes (ECMA-48, 8.3.117) that begin a style; 0 ends all. */
const CODES: Readonly<Record<keyof Paint, number>> = {
  red: 31,
  green: 32,
  yellow: 33,
  cyan: 36,
  bold: 1,
  dim: 2,
  reverse: 7,
};

/** The colours for a stream: none unless a person looks at it, and none with NO_COLOR (no-color.org). */
export function paintFor(stream: { isTerminal(): boolean }): Paint {
  const coloured = stream.isTerminal() && !Deno.env.get("NO_COLOR") && Deno.env.get("TERM") !== "dumb";
  const style = (code: number) => coloured ? (text: string) => `\x1b[${code}m${text}\x1b[0m` : (text: string) => text;
  return Object.fromEntries(Object.entries(CODES).map(([name, code]) => [name, style(code)])) as unknown as Paint;
}
