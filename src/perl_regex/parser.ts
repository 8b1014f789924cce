/**
 * Expression -> tree, by the rules of perlre(1) for an expression that comes from a variable.
 *
 * Refused are the forms that make matching more than a question of states (back references,
 * recursion, conditions, code) and those that forbid going back (atomic groups, possessive quantifiers).
 */

import {
  ANY_BYTE,
  type ByteSet,
  bytesWhere,
  complement,
  foldCase,
  include,
  NOT_NEWLINE,
  oneByte,
  POSIX_CLASSES,
  SHORTHANDS,
} from "./byte_set.ts";
import { type Assertion, type Node, NOTHING, type Place, RegexError } from "./syntax.ts";

/** The letters of `(?imsx)`; `xx` also skips blanks in brackets. */
interface Flags {
  i: boolean;
  m: boolean;
  s: boolean;
  x: boolean;
  xx: boolean;
}

const MOST_NESTING = 200;
const MOST_REPEATS = 65_534;

/** Parses an expression given as one character for each of its bytes. Throws {@link RegexError}. */
export function parseRegex(source: string): Node {
  return new Parser(source).parse();
}

class Parser {
  #at = 0;
  #groups = 0;
  #depth = 0;

  constructor(readonly source: string) {}

  parse(): Node {
    const node = this.#choice({ i: false, m: false, s: false, x: false, xx: false });
    if (this.#at < this.source.length) throw new RegexError(this.#at, "Unmatched ) in regex");
    return node;
  }

  /** Alternatives up to the end of the group. `(?i)` and its like change the flags for all that follows in it. */
  #choice(flags: Flags): Node {
    if (++this.#depth > MOST_NESTING) throw new RegexError(this.#at, "the groups are nested too deeply");
    const options = [this.#sequence(flags)];
    while (this.#take("|")) options.push(this.#sequence(flags));
    this.#depth--;
    return options.length === 1 ? options[0] : { kind: "choice", options };
  }

  #sequence(flags: Flags): Node {
    const parts: Node[] = [];
    for (;;) {
      this.#skipComments(flags);
      const next = this.source[this.#at];
      if (next === undefined || next === "|" || next === ")") break;
      if (this.source.startsWith("\\Q", this.#at)) {
        parts.push(...this.#literalRun(flags));
        continue;
      }
      const atom = this.#atom(flags);
      if (atom) parts.push(this.#quantified(atom, flags));
    }
    return parts.length === 1 ? parts[0] : { kind: "sequence", parts };
  }

  /** `\Q…\E`, or to the end: every byte for itself. */
  #literalRun(flags: Flags): Node[] {
    const start = this.#at + 2;
    const end = this.source.indexOf("\\E", start);
    const text = this.source.slice(start, end < 0 ? undefined : end);
    this.#at = end < 0 ? this.source.length : end + 2;
    const bytes = Array.from(text, (character) => literal(character.charCodeAt(0), flags));
    const last = bytes.pop();
    return last ? [...bytes, this.#quantified(last, flags)] : [];
  }

  /** One thing that a quantifier may follow; nothing for what only changes flags. */
  #atom(flags: Flags): Node | undefined {
    const at = this.#at;
    const character = this.source[this.#at++];
    switch (character) {
      case "(":
        return this.#group(at, flags);
      case "[":
        return { kind: "byte", set: this.#bracketed(at, flags) };
      case ".":
        return { kind: "byte", set: flags.s ? ANY_BYTE : NOT_NEWLINE };
      case "^":
        return place(flags.m ? "line start" : "text start");
      case "$":
        return place(flags.m ? "line end" : "last line end");
      case "\\":
        return this.#escape(at, flags);
      case "*":
      case "+":
      case "?":
        throw new RegexError(
          at,
          "Quantifier follows nothing in regex",
          `a literal ${character} is written \\${character}`,
        );
    }
    return literal(character.charCodeAt(0), flags);
  }

  #quantified(body: Node, flags: Flags): Node {
    this.#skipComments(flags);
    const at = this.#at;
    const bounds = this.#quantifier();
    if (!bounds) return body;
    if (this.#take("+")) {
      throw new RegexError(at, "possessive quantifiers are not supported", "leave out the second +");
    }
    this.#take("?");
    this.#skipComments(flags);
    const second = this.#at;
    if (this.#quantifier()) throw new RegexError(second, "Nested quantifiers in regex");
    const [least, most] = bounds;
    if (least > MOST_REPEATS || (most !== Infinity && most > MOST_REPEATS)) {
      throw new RegexError(at, `Quantifier in {,} bigger than ${MOST_REPEATS} in regex`);
    }
    return least > most ? { kind: "choice", options: [] } : { kind: "repeat", body, least, most };
  }

  #quantifier(): readonly [number, number] | undefined {
    if (this.#take("*")) return [0, Infinity];
    if (this.#take("+")) return [1, Infinity];
    if (this.#take("?")) return [0, 1];
    const braces = this.#bounds(this.#at);
    if (!braces) return undefined;
    this.#at += braces.length;
    return [braces.least, braces.most];
  }

  /** `{n}`, `{n,}`, `{n,m}`, `{,m}`; any other brace is a character. */
  #bounds(at: number): { readonly least: number; readonly most: number; readonly length: number } | undefined {
    if (this.source[at] !== "{") return undefined;
    const match = /^\{ *(\d*) *(,?) *(\d*) *\}/.exec(this.source.slice(at, at + 64));
    if (!match) return undefined;
    const [{ length }, least, comma, most] = match;
    if (least === "" && most === "") return undefined;
    if (comma === "") return most === "" ? { least: Number(least), most: Number(least), length } : undefined;
    return { least: Number(least), most: most === "" ? Infinity : Number(most), length };
  }

  #group(at: number, flags: Flags): Node | undefined {
    if (this.source[this.#at] === "*") {
      throw new RegexError(at, "verbs and assertions of the form (*…) are not supported");
    }
    if (!this.#take("?")) {
      this.#groups++;
      return this.#body(at, { ...flags });
    }
    const name = this.#match(/P?<([A-Za-z_]\w*)>|'([A-Za-z_]\w*)'/y);
    if (name) {
      this.#groups++;
      return this.#body(at, { ...flags });
    }
    if (this.#take("|")) return this.#body(at, { ...flags });
    const around = this.#match(/<?[=!]/y);
    if (around) {
      const kind = around[0].startsWith("<") ? "behind" : "ahead";
      return assertion({ kind, body: this.#body(at, { ...flags }) }, around[0].endsWith("="));
    }
    this.#refuseGroup(at);
    return this.#flagGroup(at, flags);
  }

  #refuseGroup(at: number): void {
    const refused: readonly [RegExp, string][] = [
      [/>/y, "atomic groups (?>…) are not supported"],
      [/\(/y, "conditions (?(…)…) are not supported"],
      [/\?*\{/y, "code in expressions is not supported"],
      [/R|[+-]?\d|&|P>/y, "recursion is not supported"],
      [/P=/y, "references back to a group are not supported"],
    ];
    for (const [form, text] of refused) if (this.#match(form)) throw new RegexError(at, text);
  }

  /** `(?i)` for the rest of the group around it, `(?i:…)` for its own. */
  #flagGroup(at: number, flags: Flags): Node | undefined {
    const match = this.#match(/(\^?)([a-z]*)(?:-([a-z]*))?([:)])/y);
    const unknown = match ? /[^imsxnpad]/.exec(match[2] + (match[3] ?? "")) : undefined;
    if (!match || unknown) {
      throw new RegexError(at, `Sequence ${quoteStart(this.source, at)}...) not recognized in regex`);
    }
    const [, reset, on, off = "", end] = match;
    const changed = reset ? { i: false, m: false, s: false, x: false, xx: false } : { ...flags };
    setFlags(changed, on, true);
    setFlags(changed, off, false);
    if (end === ":") return this.#body(at, changed);
    Object.assign(flags, changed);
    return undefined;
  }

  #body(at: number, flags: Flags): Node {
    const node = this.#choice(flags);
    if (!this.#take(")")) throw new RegexError(at, "Unmatched ( in regex", "a literal ( is written \\(");
    return node;
  }

  #escape(at: number, flags: Flags): Node | undefined {
    const letter = this.source[this.#at];
    if (letter === undefined) throw new RegexError(at, "Trailing \\ in regex");
    const shorthand = SHORTHANDS[letter];
    if (shorthand) {
      this.#at++;
      return { kind: "byte", set: shorthand };
    }
    const braced = this.source[this.#at + 1] === "{";
    switch (letter) {
      case "A":
      case "z":
      case "Z":
      case "b":
      case "B":
        if (braced && letter.toLowerCase() === "b") break;
        this.#at++;
        return namedPlace(letter);
      case "K":
      case "E":
        this.#at++;
        return letter === "K" ? NOTHING : undefined;
      case "N":
        if (braced && !this.#bounds(this.#at + 1)) break;
        this.#at++;
        return { kind: "byte", set: NOT_NEWLINE };
      case "R":
        this.#at++;
        return LINE_BREAK;
    }
    if (/[1-9gk]/.test(letter)) this.#refuseReference(at);
    return literal(this.#code(at), flags);
  }

  /** `\1` to `\9`, `\g` and `\k` refer to groups; so do larger numbers, if there are so many. */
  #refuseReference(at: number): void {
    const number = /^\d+/.exec(this.source.slice(this.#at, this.#at + 12))?.[0];
    if (number && number.length > 1 && Number(number) > this.#groups && !/^[89]/.test(number)) return;
    throw new RegexError(at, "references back to a group are not supported", "write the alternatives out");
  }

  /** The byte that an escape stands for, in brackets and out of them. `#at` is after the backslash. */
  #code(at: number): number {
    const code = this.#match(/x\{\s*([0-9A-Fa-f_]*)\s*\}|x([0-9A-Fa-f]{0,2})/y);
    if (code) return this.#byte(at, parseInt((code[1] ?? code[2]).replaceAll("_", "") || "0", 16));
    const octal = this.#match(/o\{\s*([0-7_]+)\s*\}|([0-7]{1,3})/y);
    if (octal) return this.#byte(at, parseInt((octal[1] ?? octal[2]).replaceAll("_", ""), 8));
    const control = this.#match(/c([\x20-\x7e])/y);
    if (control) return control[1].toUpperCase().charCodeAt(0) ^ 0x40;
    const letter = this.source[this.#at++];
    const known = { t: 0x09, n: 0x0a, r: 0x0d, f: 0x0c, e: 0x1b, a: 0x07 }[letter];
    if (known !== undefined) return known;
    if (/[pPXNRGKboxcULulQFC]/.test(letter)) {
      throw new RegexError(at, `\\${letter} is not supported here`, letter === "p" ? "write [[:alpha:]]" : undefined);
    }
    return letter.charCodeAt(0);
  }

  #byte(at: number, code: number): number {
    if (code <= 0xff) return code;
    throw new RegexError(
      at,
      "a character above \\xff never matches: what is received is bytes",
      "write the character itself: it stands for its UTF-8 bytes",
    );
  }

  #bracketed(at: number, flags: Flags): ByteSet {
    const negated = this.#take("^");
    const set = bytesWhere(() => false);
    for (let first = true;; first = false) {
      if (flags.xx) this.#match(/[ \t]+/y);
      if (this.#at >= this.source.length) {
        throw new RegexError(at, "Unmatched [ in regex", "a literal [ is written \\[");
      }
      if (!first && this.#take("]")) break;
      this.#bracketItem(set, flags);
    }
    const folded = flags.i ? foldCase(set) : set;
    return negated ? complement(folded) : folded;
  }

  /** One item of a bracketed class: a named class, a byte or a range of bytes. */
  #bracketItem(set: ByteSet, flags: Flags): void {
    const at = this.#at;
    const low = this.#bracketMember(flags);
    if (typeof low !== "number") {
      include(set, low);
      return;
    }
    if (flags.xx) this.#match(/[ \t]+/y);
    const range = this.source[this.#at] === "-" && this.#at + 1 < this.source.length &&
      this.source[this.#at + 1] !== "]";
    if (!range) {
      set[low] = 1;
      return;
    }
    this.#at++;
    if (flags.xx) this.#match(/[ \t]+/y);
    const high = this.#bracketMember(flags);
    if (typeof high !== "number") {
      // As Perl: a range cannot end in a class, so the dash is a dash.
      set[low] = set[0x2d] = 1;
      include(set, high);
      return;
    }
    if (high < low) throw new RegexError(at, `Invalid [] range "${this.source.slice(at, this.#at)}" in regex`);
    set.fill(1, low, high + 1);
  }

  #bracketMember(flags: Flags): ByteSet | number {
    const at = this.#at;
    const posix = this.#match(/\[:(\^?)(\w*):\]/y);
    if (posix) {
      // Where case does not count, a letter is upper and lower at once, also for the complement.
      const name = flags.i && (posix[2] === "upper" || posix[2] === "lower") ? "alpha" : posix[2];
      const named = Object.hasOwn(POSIX_CLASSES, name) ? POSIX_CLASSES[name] : undefined;
      if (!named) throw new RegexError(at, `POSIX class ${posix[0]} unknown in regex`);
      return posix[1] ? complement(named) : named;
    }
    if (this.#match(/\[([.=]).*?\1\]/y)) {
      throw new RegexError(at, "POSIX syntax [. .] and [= =] is reserved for future extensions");
    }
    const character = this.source[this.#at++];
    if (character !== "\\") return character.charCodeAt(0);
    const letter = this.source[this.#at];
    if (letter === undefined) throw new RegexError(at, "Unmatched [ in regex");
    const shorthand = SHORTHANDS[letter];
    if (shorthand || letter === "b") {
      this.#at++;
      return shorthand ?? 0x08;
    }
    return this.#code(at);
  }

  /** `(?#…)`, and under (?x) blanks and comments. */
  #skipComments(flags: Flags): void {
    for (;;) {
      const comment = this.source.startsWith("(?#", this.#at);
      if (comment && !this.#match(/\(\?#[^)]*\)/y)) {
        throw new RegexError(this.#at, "Sequence (?#... not terminated");
      }
      const blanks = flags.x && this.#match(/(?:[ \t-\r\x85]+|#[^\n]*\n?)+/y);
      if (!comment && !blanks) return;
    }
  }

  #take(character: string): boolean {
    if (this.source[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #match(sticky: RegExp): RegExpExecArray | undefined {
    sticky.lastIndex = this.#at;
    const match = sticky.exec(this.source);
    if (match) this.#at = sticky.lastIndex;
    return match ?? undefined;
  }
}

function setFlags(flags: Flags, letters: string, value: boolean): void {
  for (const letter of letters) {
    if (letter === "i" || letter === "m" || letter === "s" || letter === "x") flags[letter] = value;
  }
  if (letters.includes("x")) flags.xx = value && letters.includes("xx");
}

function quoteStart(source: string, at: number): string {
  return source.slice(at, at + 4).replace(/[^\x20-\x7e]/g, "?");
}

function literal(byte: number, flags: Flags): Node {
  const set = oneByte(byte);
  return { kind: "byte", set: flags.i ? foldCase(set) : set };
}

function assertion(assertion: Assertion, holds: boolean): Node {
  return { kind: "assert", assertion, holds };
}

function place(kind: Place): Node {
  return assertion({ kind }, true);
}

function namedPlace(letter: "A" | "z" | "Z" | "b" | "B"): Node {
  const kinds = { A: "text start", z: "text end", Z: "last line end", b: "word boundary", B: "word boundary" } as const;
  return assertion({ kind: kinds[letter] }, letter !== "B");
}

const CARRIAGE_RETURN: Node = { kind: "byte", set: oneByte(0x0d) };
const NEWLINE: Node = { kind: "byte", set: oneByte(0x0a) };

/** `\R`: a carriage return before a newline takes it along, and never stands alone. */
const LINE_BREAK: Node = {
  kind: "choice",
  options: [
    { kind: "sequence", parts: [CARRIAGE_RETURN, NEWLINE] },
    { kind: "sequence", parts: [CARRIAGE_RETURN, assertion({ kind: "ahead", body: NEWLINE }, false)] },
    { kind: "byte", set: bytesWhere((byte) => SHORTHANDS.v[byte] === 1 && byte !== 0x0d) },
  ],
};
