/**
 * A text in YAML -> nodes, piece by piece: the library composes a document as a whole, which takes seconds for a large
 * one, compares each key with all others, and throws where values are nested deeply.
 */

import {
  type Alias,
  Composer,
  type CST,
  type Document,
  isAlias,
  isCollection,
  isNode,
  isPair,
  Lexer,
  type Node,
  Parser,
} from "yaml";
import { everySoOften, type Steps } from "../../model/steps.ts";

/** What is wrong with the text, and the offset where. */
export interface Flaw {
  readonly severity: "error" | "warning";
  readonly at: number;
  readonly text: string;
  readonly hint?: string;
}

/** What came of a text. */
export interface YamlDocument {
  /** Absent where nothing can be made of the text. */
  readonly contents: Node | null | undefined;
  readonly commentBefore: string | null;
  readonly comment: string | null;
  readonly flaws: readonly Flaw[];
  /** What an alias stands for: the last node above it that has the anchor. */
  readonly meant: ReadonlyMap<Alias, Node>;
}

/** Constructions within each other; a configuration has four. */
const DEEPEST = 64;
/** Characters of one value, as in a configuration file. */
const LONGEST_VALUE = 65_536;
/** What the lexer puts before the text of a block or plain scalar. */
const SCALAR = "\x1f";
/** Words and signs of a list or mapping in brackets, which is composed as a whole. */
const LARGEST_FLOW = 20_000;
/** Anchors and tags that may stand before one value. */
const MOST_PROPERTIES = 8;
/** Tokens that are composed at once. */
const PIECE = 400;
/** Flaws after which nothing more is looked for. */
const MOST_FLAWS = 200;

const OPTIONS = { prettyErrors: false, merge: true, strict: true, uniqueKeys: false } as const;

const IN_QUOTES = "a value with : # [ ] { } , & * ! | > % @ or ` in it stands in quotes";

/** What the library complains of, in words that repeat nothing of the text: it may be a password. */
const WORDS: Readonly<Record<string, readonly [text: string, hint?: string]>> = {
  ALIAS_PROPS: ["an alias takes neither an anchor nor a tag"],
  BAD_ALIAS: ["the name of an anchor or alias is missing, or ends in a colon", IN_QUOTES],
  BAD_COLLECTION_TYPE: ["the tag does not fit the value", IN_QUOTES],
  BAD_DIRECTIVE: ["a line that begins with % is a directive of YAML, and this is none", IN_QUOTES],
  BAD_DQ_ESCAPE: ["an unknown escape sequence", "write \\\\ for a backslash, or single quotes around the value"],
  BAD_INDENT: [
    "the indentation does not fit: a closing bracket or quote is missing, or lines that belong together begin in different columns",
  ],
  BAD_PROP_ORDER: ["an anchor or a tag stands before the sign of its entry, not behind it"],
  BAD_SCALAR_START: ["a value cannot begin with this character", IN_QUOTES],
  BLOCK_AS_IMPLICIT_KEY: ["a second value begins on this line", IN_QUOTES],
  BLOCK_IN_FLOW: ["within brackets, everything stands in brackets", IN_QUOTES],
  DUPLICATE_KEY: ["the name is given twice: Map keys must be unique"],
  KEY_OVER_1024_CHARS: ["a name may have 1024 characters"],
  MISSING_CHAR: ["a quote, a bracket, a comma, a colon or a blank is missing", IN_QUOTES],
  MULTILINE_IMPLICIT_KEY: ["a name and its colon stand on one line", "indent the lines that continue a value"],
  MULTIPLE_ANCHORS: ["a value has one anchor at most"],
  MULTIPLE_DOCS: ["a second document begins here: one file is one configuration"],
  MULTIPLE_TAGS: ["a value has one tag at most"],
  NON_STRING_KEY: ["the name of a directive is expected here"],
  RESOURCE_EXHAUSTION: ["the values are nested too deeply"],
  TAB_AS_INDENT: ["lines of YAML are indented by blanks, not by tabs"],
  TAG_RESOLVE_FAILED: ["an unknown tag", IN_QUOTES],
  UNEXPECTED_TOKEN: ["this is not expected here", IN_QUOTES],
};

/**
 * Reads a text in YAML 1.2. Never throws, whatever the text.
 *
 * @param remarks whether nodes get their remarks; a daemon needs none.
 */
export function* readYaml(text: string, remarks: boolean): Steps<YamlDocument> {
  const reader = new DocumentReader(text);
  const tokens = yield* reader.tokens(remarks);
  return yield* reader.compose(tokens);
}

type Collection = CST.BlockMap | CST.BlockSequence;
type CollectionNode = { items: unknown[]; comment?: string | null };
type Item = CST.CollectionItem;

class DocumentReader {
  readonly #text: string;
  readonly #flaws: Flaw[] = [];
  readonly #anchors = new Map<string, Node>();
  readonly #meant = new Map<Alias, Node>();

  constructor(text: string) {
    this.#text = text;
  }

  /** The text's tokens; none where it is too much for a configuration. */
  *tokens(remarks: boolean): Steps<readonly CST.Token[]> {
    const parser = new Parser();
    const found: CST.Token[] = [];
    const lexemes = remarks ? lexemesOf(this.#text) : this.#withoutRemarks(parser);
    let [count, flow, flowLexemes, properties] = [0, 0, 0, 0];
    let isScalar = false;
    for (const lexeme of lexemes) {
      if (lexeme === undefined || everySoOften(count++)) yield;
      if (lexeme === undefined) continue;
      const first = lexeme[0];
      if (first === "[" || first === "{") flow++;
      else if ((first === "]" || first === "}") && flow > 0) flow--;
      flowLexemes = flow > 0 ? flowLexemes + 1 : 0;
      if (first === "&" || first === "!") properties++;
      else if (first !== " " && first !== "\n") properties = 0;
      const isValue = isScalar || first !== "#" && first !== " ";
      isScalar = lexeme === SCALAR;
      const excess = parser.stack.length > DEEPEST
        ? "the values are nested too deeply"
        : lexeme.length > LONGEST_VALUE && isValue
        ? `a value is longer than ${LONGEST_VALUE} characters`
        : flowLexemes > LARGEST_FLOW
        ? "a list in brackets is too long: write its elements below each other, each behind a dash"
        : properties > MOST_PROPERTIES
        ? WORDS.MULTIPLE_ANCHORS[0]
        : undefined;
      if (excess !== undefined) {
        this.#flaws.push({ severity: "error", at: parser.offset, text: excess });
        return [];
      }
      try {
        found.push(...parser.next(lexeme));
      } catch {
        this.#flaws.push({ severity: "error", at: parser.offset, text: "this cannot stand here", hint: IN_QUOTES });
        return [];
      }
    }
    found.push(...parser.end());
    return found;
  }

  /** The lexemes, but for lines that have only a remark, or nothing: after many of those `undefined`, as a step. */
  *#withoutRemarks(parser: Parser): Generator<string | undefined> {
    let [held, left] = ["", 0];
    let [lineBegins, isScalar, dropsLine] = [true, false, false];
    for (const lexeme of lexemesOf(this.#text)) {
      if (isScalar) {
        isScalar = false;
        lineBegins = lexeme.endsWith("\n");
        yield lexeme;
        continue;
      }
      const [isBlank, isEnd] = [/^[ \t]+$/.test(lexeme), /^\r?\n$/.test(lexeme)];
      if (lineBegins && isBlank) {
        held += lexeme;
        continue;
      }
      if (lineBegins && (lexeme[0] === "#" || isEnd || dropsLine)) {
        parser.offset += held.length + lexeme.length;
        held = "";
        dropsLine = !isEnd;
        if (everySoOften(left++)) yield undefined;
        continue;
      }
      if (held) yield held;
      held = "";
      isScalar = lexeme === SCALAR;
      if (!isScalar) lineBegins = isEnd || lexeme === "\x02" && lineBegins;
      yield lexeme;
    }
    if (held) yield held;
  }

  *compose(tokens: readonly CST.Token[]): Steps<YamlDocument> {
    const [first, second] = tokens.filter((token): token is CST.Document => token.type === "document");
    if (second) this.#addFlaw("MULTIPLE_DOCS", second.offset, "error");
    const value = first?.value;
    const block = value && isBlock(value) ? value : undefined;
    const shown = first && block ? { ...first, value: { ...block, items: [] } as Collection } : first;
    const doc = this.#document(tokens.flatMap((token) => token === first ? [shown!] : token === second ? [] : [token]));
    if (block && isCollection(doc?.contents)) yield* this.#fill(doc.contents, block);
    const isBroken = this.#flaws.some(({ severity }) => severity === "error");
    return {
      contents: isBroken ? undefined : doc?.contents,
      commentBefore: doc?.commentBefore ?? null,
      comment: doc?.comment ?? null,
      flaws: this.#flaws,
      meant: this.#meant,
    };
  }

  /** Composes the items of a mapping or list, as many at once as take a moment. */
  *#fill(into: CollectionNode, block: Collection): Steps<void> {
    let [batch, size]: [Item[], number] = [[], 0];
    const items = block.items as readonly Item[];
    for (const item of [...items, undefined]) {
      const weight = item ? weightOf(item) : 0;
      if (!item || size + weight > PIECE) {
        this.#add(into, block, batch);
        [batch, size] = [[], 0];
        yield;
      }
      if (this.#flaws.length > MOST_FLAWS) return;
      if (!item) continue;
      if (item.key && isBlock(item.key)) this.#addFlaw("NON_STRING_KEY", item.key.offset, "error");
      else if (weight > PIECE && item.value && isBlock(item.value)) {
        this.#add(into, block, [{ ...item, value: { ...item.value, items: [] } as Collection }]);
        const last = into.items.at(-1);
        const inner = isPair(last) ? last.value : last;
        if (isCollection(inner)) yield* this.#fill(inner, item.value);
      } else {
        batch.push(item);
        size += weight;
      }
    }
  }

  #add(into: CollectionNode, block: Collection, items: readonly Item[]): void {
    if (items.length === 0) return;
    const offset = offsetOf(items[0]) ?? block.offset;
    const value = { ...block, offset, items } as Collection;
    const contents = this.#document([{ type: "document", offset, start: [], value }])?.contents;
    if (!isCollection(contents)) return;
    for (const item of contents.items) into.items.push(item);
    if (contents.comment) into.comment = into.comment ? `${into.comment}\n${contents.comment}` : contents.comment;
  }

  /** What the library makes of the tokens of one document. */
  #document(tokens: readonly CST.Token[]): Document.Parsed | undefined {
    const composer = new Composer(OPTIONS);
    const limit = Error.stackTraceLimit;
    // It makes an Error of each flaw, of which there may be thousands.
    Error.stackTraceLimit = 0;
    try {
      const [doc] = composer.compose(tokens, true, this.#text.length);
      for (const { code, pos: [at] } of doc?.errors ?? []) this.#addFlaw(code, at, "error");
      for (const { code, pos: [at] } of doc?.warnings ?? []) this.#addFlaw(code, at, "warning");
      if (doc?.contents) this.#note(doc.contents);
      return doc;
    } catch {
      this.#flaws.push({
        severity: "error",
        at: tokens[0]?.offset ?? 0,
        text: "this cannot stand here",
        hint: IN_QUOTES,
      });
      return undefined;
    } finally {
      Error.stackTraceLimit = limit;
    }
  }

  #addFlaw(code: string, at: number, severity: Flaw["severity"]): void {
    const [text, hint] = WORDS[code] ?? ["this is not expected here", IN_QUOTES];
    this.#flaws.push({ severity, at, text, hint });
  }

  /** Notes the anchors, and what the aliases stand for. */
  #note(node: unknown): void {
    if (isAlias(node)) {
      const meant = this.#anchors.get(node.source);
      if (meant) this.#meant.set(node, meant);
    } else if (isPair(node)) {
      this.#note(node.key);
      this.#note(node.value);
    } else if (isNode(node)) {
      const { anchor } = node as { readonly anchor?: string };
      if (anchor) this.#anchors.set(anchor, node);
      if (isCollection(node)) { for (const item of node.items) this.#note(item); }
    }
  }
}

/**
 * The lexemes of a text. The lexer finds the end of a value in one go, which takes a tenth of a second for some megabytes: a
 * value that is far too long ends where that is known, and is refused.
 */
function lexemesOf(text: string): Generator<string> {
  const lexer = new Lexer();
  const inner = lexer as unknown as LexerInside;
  const { continueScalar, parseQuotedScalar } = inner;
  // Gives where a value goes on after a line, or -1 where it has ended; `pos` is where it began.
  inner.continueScalar = (offset) => offset - inner.pos > FAR_TOO_LONG ? -1 : continueScalar.call(lexer, offset);
  inner.parseQuotedScalar = () => {
    const { buffer, pos } = inner;
    if (!isClosed(buffer, pos)) inner.buffer = buffer.slice(0, pos + FAR_TOO_LONG);
    return parseQuotedScalar.call(lexer);
  };
  return lexer.lex(text);
}

/** What a value has at most before its end is no longer looked for. */
const FAR_TOO_LONG = 2 * LONGEST_VALUE;

/** Parts of the lexer that its types do not show. */
interface LexerInside {
  readonly pos: number;
  buffer: string;
  continueScalar(offset: number): number;
  parseQuotedScalar(): Generator<string>;
}

/** Whether a value in quotes that begins at `start` ends before it is far too long. */
function isClosed(text: string, start: number): boolean {
  const quote = text[start];
  for (let at = start + 1; at < start + FAR_TOO_LONG; at++) {
    const isEscape = quote === '"' ? text[at] === "\\" : text[at] === quote && text[at + 1] === quote;
    if (isEscape) at++;
    else if (text[at] === quote) return true;
  }
  return false;
}

function isBlock(token: CST.Token): token is Collection {
  return token.type === "block-map" || token.type === "block-seq";
}

/** How many tokens an item has; of a large one, that it has more than are composed at once. */
function weightOf(item: Item): number {
  let weight = 0;
  const rest: Item[] = [item];
  for (let next = rest.pop(); next && weight <= PIECE; next = rest.pop()) {
    weight += 1 + next.start.length + (next.sep?.length ?? 0);
    for (const token of [next.key, next.value]) {
      if (!token || !("items" in token)) continue;
      for (const each of token.items as readonly Item[]) if (rest.push(each) > PIECE) return PIECE + 1;
    }
  }
  return weight;
}

/** Where an item begins. */
function offsetOf({ start, key, sep, value }: Item): number | undefined {
  return (start[0] ?? key ?? sep?.[0] ?? value)?.offset;
}
