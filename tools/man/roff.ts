/**
 * Manual pages in roff, by the macros of man(7). In texts `this` is bold, to be typed, and _this_ is italic, to be
 * replaced.
 */

/** Collects a page. */
export class Page {
  readonly #lines: string[] = [];

  /** @param date of the manual's last rewording, not of its making: a page that is made again must be the same. */
  constructor(name: string, section: number, date: string, what: string, source: string) {
    this.#lines.push(
      '.\\" Made from the program\'s own tables by "deno task docs": do not edit.',
      `.TH ${name.toUpperCase()} ${section} ${date} "${source}" "${what}"`,
      // Ragged on the right: names of options and paths are easier to find so.
      ".ad l",
    );
  }

  /** Begins a section. */
  section(title: string): this {
    this.#lines.push(`.SH ${title.toUpperCase()}`);
    return this;
  }

  /** Begins a part of a section. */
  part(title: string): this {
    this.#lines.push(`.SS ${quotedTitle(title)}`);
    return this;
  }

  /** The first paragraph of a section, or of a part: no space before it. */
  first(text: string): this {
    this.#lines.push(...sentences(text));
    return this;
  }

  /** A further paragraph. */
  paragraph(text: string): this {
    this.#lines.push(".PP", ...sentences(text));
    return this;
  }

  /** A term with its explanation, of one paragraph or more. */
  term(tag: string, ...paragraphs: readonly string[]): this {
    const [first, ...more] = paragraphs;
    this.#lines.push(".TP", inline(tag), ...sentences(first));
    for (const text of more) this.#lines.push(".sp", ...sentences(text));
    return this;
  }

  /** Lines as they are, in the typewriter's type, where there is one. */
  example(text: string): this {
    const lines = text.replace(/^\n/, "").trimEnd().split("\n").map((line) => verbatim(line));
    this.#lines.push(".PP", ".in +4n", ".EX", ...lines, ".EE", ".in");
    return this;
  }

  /** The page. */
  toString(): string {
    return this.#lines.map((line) => `${line}\n`).join("");
  }
}

/** Characters of a source line, beyond which mandoc frowns. */
const WIDEST = 78;

/** A sentence begins a source line, as man(7) wants it: the formatter then knows where sentences end. */
function sentences(text: string): readonly string[] {
  return text.split(/(?<=[.!?][)”"]?) +(?=[A-Z`_(0-9])/).flatMap((sentence) => wrapped(inline(sentence)));
}

function wrapped(line: string): readonly string[] {
  const lines = [""];
  for (const word of line.split(" ")) {
    const last = lines.length - 1;
    if (lines[last] === "") lines[last] = word;
    else if (lines[last].length + 1 + word.length <= WIDEST) lines[last] += ` ${word}`;
    else lines.push(guarded(word));
  }
  return lines;
}

function inline(text: string): string {
  const pieces = text.split(/(`[^`]+`|(?<![A-Za-z0-9])_[A-Za-z0-9/:.-]+_(?![A-Za-z0-9]))/);
  const typeset = pieces.map((piece, i) => {
    if (i % 2 === 0) return escape(piece);
    return `\\f${piece[0] === "`" ? "B" : "I"}${whole(literal(piece.slice(1, -1)))}\\fR`;
  }).join("");
  return guarded(typeset);
}

function verbatim(line: string): string {
  return guarded(literal(line));
}

/** A dot or a quote at a line's beginning would be a request. */
function guarded(line: string): string {
  return /^[.']/.test(line) ? `\\&${line}` : line;
}

/** What roff would take for its own, or for typography. */
function escape(text: string): string {
  return text.replaceAll("\\", "\\e").replaceAll("~", "\\(ti").replaceAll("^", "\\(ha").replaceAll("…", "\\&...")
    .replaceAll("→", "\\(->").replaceAll("–", "\\(en");
}

/** To be typed: hyphens are minus signs, quotes are straight. */
function literal(text: string): string {
  return escape(text).replace(/-/g, "\\-").replaceAll("'", "\\(aq").replaceAll("`", "\\(ga").replaceAll(
    "\\(\\->",
    "\\(->",
  );
}

/** What is to be typed is not hyphenated. */
function whole(text: string): string {
  return text.replace(/\S+/g, (word) => /^[a-z]/.test(word) ? `\\%${word}` : word);
}

function quotedTitle(title: string): string {
  return title.includes(" ") ? `"${title}"` : title;
}
