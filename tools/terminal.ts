/**
 * What the project's own tools print: plain lines, colour only on a terminal.
 */

const encoder = new TextEncoder();
/** FORCE_COLOR is set where a terminal is at the other end of a pipe: the lab's kernel has one to the outside. */
const colourful = !Deno.noColor && (Deno.stdout.isTerminal() || Deno.env.has("FORCE_COLOR"));

/** Writes one line to standard output. */
export function say(line = ""): void {
  write(`${line}\n`);
}

/** Writes text to standard output as it stands. */
export function write(text: string): void {
  const bytes = encoder.encode(text);
  for (let done = 0; done < bytes.length;) done += Deno.stdout.writeSync(bytes.subarray(done));
}

/** Announces what happens next: `==> text`. */
export function step(text: string): void {
  say(`${cyan("==>")} ${bold(text)}`);
}

/** Ends the program with a message that tells what to do. */
export function fail(message: string): never {
  const bytes = encoder.encode(`${red("error:")} ${message}\n`);
  for (let done = 0; done < bytes.length;) done += Deno.stderr.writeSync(bytes.subarray(done));
  Deno.exit(1);
}

/** Bold text, where the terminal can. */
export function bold(text: string): string {
  return sgr(1, text);
}

/** Faint text, where the terminal can. */
export function dim(text: string): string {
  return sgr(2, text);
}

/** Red text, where the terminal can. */
export function red(text: string): string {
  return sgr(31, text);
}

/** Green text, where the terminal can. */
export function green(text: string): string {
  return sgr(32, text);
}

/** Yellow text, where the terminal can. */
export function yellow(text: string): string {
  return sgr(33, text);
}

/** Whether text is coloured. */
export function isColourful(): boolean {
  return colourful;
}

/** Cyan text, where the terminal can. */
export function cyan(text: string): string {
  return sgr(36, text);
}

function sgr(code: number, text: string): string {
  return colourful ? `\x1b[${code}m${text}\x1b[0m` : text;
}
