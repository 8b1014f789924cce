/** A key that was pressed: a character, or the name of what has none. */
export type Key =
  | { readonly character: string }
  | {
    readonly name:
      | "up"
      | "down"
      | "page-up"
      | "page-down"
      | "home"
      | "end"
      | "enter"
      | "escape"
      | "backspace"
      | "interrupt";
  };

/** What terminals send for keys without a character (ECMA-48, and what xterm made of it). */
const SEQUENCES: Readonly<Record<string, Extract<Key, { name: string }>["name"]>> = {
  "\x1b[A": "up",
  "\x1bOA": "up",
  "\x1b[B": "down",
  "\x1bOB": "down",
  "\x1b[5~": "page-up",
  "\x1b[6~": "page-down",
  "\x1b[H": "home",
  "\x1bOH": "home",
  "\x1b[1~": "home",
  "\x1b[F": "end",
  "\x1bOF": "end",
  "\x1b[4~": "end",
  "\r": "enter",
  "\n": "enter",
  "\x1b": "escape",
  "\x7f": "backspace",
  "\b": "backspace",
  "\x03": "interrupt",
  "\x04": "interrupt",
};

// deno-lint-ignore no-control-regex
const ONE_KEY = /\x1b(?:\[[0-9;]*[A-Za-z~]|O[A-Za-z])?|[^\x1b]/gu;

/** The keys in what a terminal has sent. Those that mean nothing to us are left out. */
export function decodeKeys(text: string): Key[] {
  return (text.match(ONE_KEY) ?? []).flatMap((sent): Key[] => {
    if (Object.hasOwn(SEQUENCES, sent)) return [{ name: SEQUENCES[sent] }];
    return sent >= " " && !sent.startsWith("\x1b") ? [{ character: sent }] : [];
  });
}
