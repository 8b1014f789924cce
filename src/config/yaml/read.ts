/**
 * A configuration in YAML -> syntax tree: the same directives as in a configuration file, as mappings and lists. Every
 * value is read by its directive's own grammar, and what is wrong is pointed at where it stands.
 */

import {
  isAlias,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type Scalar,
  type YAMLMap,
} from "yaml";
import { atOnce, everySoOften, type Steps } from "../../model/steps.ts";
import { closest } from "../language/closest.ts";
import type { Directive } from "../language/directive.ts";
import { ofFamily } from "../language/directive_facts.ts";
import { type DirectiveName, DIRECTIVES, findDirective, REPLACED } from "../language/directives.ts";
import { type ServiceHead, serviceHead } from "../language/endpoints.ts";
import { isList, readText } from "../language/grammar.ts";
import type { Entry, Outline, OutlineSection } from "../cf/outline.ts";
import { isEmpty, LEAVE_OUT, linesOf, type Parsed } from "../cf/parse.ts";
import { type Place, ProblemList } from "../language/problem.ts";
import { shownName, showYaml } from "../language/shown.ts";
import { inRow, type Part, type Parts, type Structure, structureOf } from "../language/structured.ts";
import type { Section, Setting, Settings, SyntaxTree } from "../language/syntax_tree.ts";
import { quoted } from "../language/values.ts";
import { readYaml, type YamlDocument } from "./document.ts";

/** Values that aliases may have read again. */
const MOST_REPEATED = 50_000;

/** What came of a text in YAML; with errors among the problems, tree and outline have what could be read. */
export interface ParsedYaml extends Parsed {
  readonly outline: Outline;
}

/** Reads a configuration in YAML 1.2, with its outline. Never throws, whatever the text. */
export function parseYaml(text: string): ParsedYaml {
  return atOnce(parseYamlInSteps(text, true));
}

/**
 * Reads a configuration in YAML 1.2. Never throws, whatever the text.
 *
 * @param remarks whether the outline is to have them.
 */
export function* parseYamlInSteps(text: string, remarks = false): Steps<ParsedYaml> {
  const lines = yield* linesOf(text);
  // Lines end alike for both, so that places agree.
  const doc = yield* readYaml(lines.join("\n"), remarks);
  return yield* new YamlReader(lines, doc).read();
}

/** A directive of a mapping: its name, where that stands, and its value. */
interface Item {
  readonly key: Scalar;
  readonly name: string;
  readonly value: Node | null;
}

interface Collected {
  readonly settings: Settings;
  readonly entries: readonly Entry[];
}

class YamlReader {
  readonly #problems = new ProblemList();
  readonly #doc: YamlDocument;
  readonly #lines: readonly string[];
  /** The offset at which each line begins. */
  readonly #starts: readonly number[];
  /** Mappings and lists that were read, and how many values of them again. */
  readonly #read = new Set<Node>();
  #repeated = 0;

  constructor(lines: readonly string[], doc: YamlDocument) {
    this.#lines = lines;
    this.#doc = doc;
    let at = 0;
    this.#starts = lines.map(({ length }) => (at += length + 1) - length - 1);
  }

  *read(): Steps<ParsedYaml> {
    for (const { severity, text, at, hint } of this.#doc.flaws) this.#problems[severity](this.#at(at, 1), text, hint);
    const { contents = null } = this.#doc;
    const root = this.#doc.contents === undefined ? undefined : this.#resolved(contents);
    const empty = root === undefined || (isScalar(root) && root.value === null);
    if (!empty && !isMap(root)) {
      this.#problems.error(this.#at(root?.range?.[0] ?? 0, Infinity), "a mapping of directives is expected here");
    }
    const items = isMap(root) ? this.#items(root, true) : [];
    const sections: Section[] = [];
    const outlines: OutlineSection[] = [];
    for (const { key, name, value } of items) {
      const family = familyOpenedBy(name);
      if (!family) continue;
      if (!value || (isScalar(value) && value.value === null)) {
        this.#problems.error(this.#place(key), `${name} needs a value`, "write - address: 192.0.2.1:80 below it");
        continue;
      }
      const above = [...remarks(key.commentBefore), ...isSeq(value) ? remarks(value.commentBefore) : []];
      for (const [i, section] of this.#elements(value).entries()) {
        yield;
        yield* this.#section(family, section, i === 0 ? above : [], sections, outlines);
      }
    }
    const globals = yield* this.#collect(
      items.filter(({ name }) => !familyOpenedBy(name)),
      "global",
    );
    const tree: SyntaxTree = { globals: globals.settings, sections };
    const first = globals.entries[0] ?? outlines[0]?.head;
    const remarked = { ...first, above: [...this.#remarksAtTop(contents), ...first?.above ?? []] };
    const withRemarks = (entry: Entry) => entry === first ? remarked : entry;
    return {
      tree,
      problems: this.#problems,
      lines: this.#lines,
      show: showYaml(this.#lines),
      spell: (hint) => hint.replace(/\b([a-z0-9]+) = /g, "$1: "),
      outline: {
        globals: globals.entries.map(withRemarks),
        sections: outlines.map(({ head, entries }) => ({ head: withRemarks(head), entries })),
        end: remarks(this.#doc.comment),
      },
    };
  }

  /** What stands above everything, which the library keeps in two places. */
  #remarksAtTop(contents: Node | null): readonly string[] {
    return [...remarks(this.#doc.commentBefore), ...remarks(contents?.commentBefore)];
  }

  *#section(
    family: 4 | 6,
    node: Node,
    before: readonly string[],
    sections: Section[],
    outlines: OutlineSection[],
  ): Steps<void> {
    const name = ofFamily("virtual", family);
    if (!isMap(node)) {
      this.#problems.error(this.#place(node), `${name} is a list of mappings`, "write - address: 192.0.2.1:80");
      return;
    }
    const items = this.#items(node, false);
    const [head, ...more] = items.filter(({ name }) => name === "address" || name === "mark");
    const { settings, entries } = yield* this.#collect(
      items.filter(({ name }) => name !== "address" && name !== "mark"),
      "virtual",
    );
    if (more.length > 0) this.#problems.error(this.#place(more[0].key), "address and mark cannot stand together");
    if (!head) {
      this.#problems.error(this.#place(node), "the address is missing", "add address: 192.0.2.1:80, or mark: 1");
      return;
    }
    const setting = this.#head(name, head);
    if (!setting) return;
    sections.push({ family, head: setting, settings });
    const above = [...before, ...remarks(node.commentBefore), ...remarks(head.key.commentBefore)];
    const value = textOf(head.value as Scalar);
    const entry = { name, value, above, behind: remarkBehind(head.value), line: setting.line };
    outlines.push({ head: entry, entries });
  }

  #head(directive: string, { name, value }: Item): Setting<ServiceHead> | undefined {
    const scalar = this.#scalar(directive, value, name);
    if (!scalar) return undefined;
    const reading = readText(serviceHead, textOf(scalar));
    if ("mistake" in reading) return this.#mistake("virtual service", scalar, reading.mistake);
    const isMark = reading.value.kind === "mark";
    if (isMark === (name === "mark")) return this.#setting(scalar, reading.value);
    const hint = isMark ? "write mark: for a firewall mark, or add the port" : "write address: for an address";
    this.#problems.error(this.#place(scalar), `${name}: ${quoted(textOf(scalar))} is none`, hint);
    return undefined;
  }

  /** The settings of a mapping's directives. */
  *#collect(items: readonly Item[], scope: "global" | "virtual"): Steps<Collected> {
    const settings: Record<string, unknown> = {};
    const entries: Entry[] = [];
    for (const [i, item] of items.entries()) {
      if (everySoOften(i)) yield;
      const row = this.#directive(item, scope);
      if (!row) continue;
      const name = item.name as DirectiveName;
      const values = row.repeats ? this.#elements(item.value) : [item.value];
      const read: Setting<unknown>[] = [];
      for (const [i, value] of values.entries()) {
        if (everySoOften(i)) yield;
        if (
          row.mayBeEmpty && (value === null || (isScalar(value) && isEmpty(value.value === null ? "" : textOf(value))))
        ) {
          const said = `${name} has no value: it counts as not set`;
          this.#problems.warning(this.#place(item.key), said, LEAVE_OUT);
          continue;
        }
        const setting = this.#value(name, row, value);
        if (!setting) {
          this.#problems.unread.add(name);
          continue;
        }
        const ofList = isSeq(item.value) && row.repeats ? remarks(item.value.commentBefore) : [];
        const first = i === 0 ? [...remarks(item.key.commentBefore), ...ofList] : [];
        const above = [...first, ...remarks(value?.commentBefore), ...remarksAboveParts(value)];
        entries.push({ name, value: setting.written, above, behind: remarkBehind(value), line: setting.setting.line });
        read.push(setting.setting);
      }
      if (read.length > 0) settings[name] = row.repeats ? read : read[0];
    }
    return { settings: settings as Settings, entries };
  }

  /** The directive of an item, unless it has no business here. */
  #directive({ key, name }: Item, scope: "global" | "virtual"): Directive<unknown> | undefined {
    const place = this.#place(key);
    if (Object.hasOwn(REPLACED, name)) {
      const { by, hint } = REPLACED[name];
      this.#problems.error(place, `${name} directive deprecated in favour of ${by}`, hint);
      return undefined;
    }
    const found = findDirective(name);
    if (!found) {
      const near = this.#problems.isFull ? undefined : closest(name, [...Object.keys(DIRECTIVES), "address", "mark"]);
      if (near) this.#problems.unread.add(near);
      this.#problems.error(
        place,
        ["Unknown command", shownName(name, ": x")].filter(Boolean).join(" "),
        near && `did you mean ${near}?`,
      );
      return undefined;
    }
    const { row } = found;
    if (row.scope !== "both" && row.scope !== scope) {
      const said = scope === "global" ? `${name} belongs to a virtual section` : `${name} is a global directive`;
      this.#problems.unread.add(name);
      this.#problems.error(place, said, scope === "global" ? "write it below - address:" : "write it at the top level");
      return undefined;
    }
    if (row.outdated) this.#problems.warning(place, row.outdated.text);
    return row;
  }

  #value(
    name: DirectiveName,
    row: Directive<unknown>,
    node: Node | null,
  ): { readonly setting: Setting<unknown>; readonly written: string | Parts } | undefined {
    const structure = structureOf(name);
    if (structure && isMap(node)) return this.#parts(name, structure, node);
    if (isSeq(node) && isList(row.value)) return this.#list(name, row, this.#elements(node));
    const scalar = this.#scalar(name, node, row.value.form);
    if (!scalar) return undefined;
    const text = wordForTruth(scalar, row) ?? textOf(scalar);
    const reading = readText(row.value, text);
    if ("mistake" in reading) return this.#mistake(name, scalar, reading.mistake);
    return { setting: this.#setting(scalar, reading.value), written: structure?.split(text) ?? text };
  }

  /** Words one by one, read as if they stood in a row with commas between. */
  #list(name: DirectiveName, row: Directive<unknown>, nodes: readonly Node[]) {
    const scalars = nodes.map((node) => this.#scalar(name, node, row.value.form));
    if (scalars.some((scalar) => !scalar) || scalars.length === 0) {
      if (scalars.length === 0) this.#problems.error(this.#at(0, 0), `${name} needs a value`);
      return undefined;
    }
    const words = scalars.map((scalar) => textOf(scalar!));
    const text = words.join(", ");
    const reading = readText(row.value, text);
    if ("value" in reading) return { setting: this.#setting(scalars[0]!, reading.value), written: text };
    let start = 0;
    const guilty = words.findIndex((word) => (start += word.length + 2) > reading.mistake.at);
    const at = reading.mistake.at - (start - words[guilty].length - 2);
    return this.#mistake(name, scalars[guilty]!, { ...reading.mistake, at });
  }

  /** A value in parts, read as if they stood in a row. */
  #parts(name: DirectiveName, structure: Structure, node: YAMLMap) {
    const given = new Map<string, Scalar>();
    for (const { key, name: part, value } of this.#items(node, false)) {
      const known = structure.parts.find((each) => each.key === part);
      if (!known) {
        const near = closest(part, structure.parts.map((each) => each.key));
        const hint = near ? `did you mean ${near}?` : `there are ${structure.parts.map((each) => each.key).join(", ")}`;
        this.#problems.error(this.#place(key), `${name} has no ${shownName(part, ": x") ?? "such part"}`, hint);
        continue;
      }
      const scalar = this.#scalar(`${name}'s ${part}`, value, "text");
      if (scalar) given.set(part, scalar);
    }
    const missing = structure.parts.find((part) => part.required && !given.has(part.key));
    if (missing) {
      this.#problems.error(this.#place(node), `${name} needs ${missing.key}`, missing.doc);
      return undefined;
    }
    const alone = ["request", "receive"].filter((part) => given.has(part));
    if (structure.pairs && alone.length === 1) {
      const other = alone[0] === "request" ? "receive" : "request";
      this.#problems.error(
        this.#place(given.get(alone[0])!),
        `${name}: ${alone[0]} without ${other}`,
        `add ${other}: ""`,
      );
      return undefined;
    }
    return this.#readParts(name, structure, given);
  }

  #readParts(name: DirectiveName, structure: Structure, given: ReadonlyMap<string, Scalar>) {
    const texts: Parts = new Map([...given].map(([part, scalar]) => [part, textOf(scalar)]));
    const { request = "", receive = "" } = Object.fromEntries(texts);
    const strings = texts.has("request") || texts.has("receive") ? { request, receive } : undefined;
    const inOrder = structure.parts.filter((part) => part.inRow && texts.has(part.key));
    const spread = inOrder.find(({ key }) => /\s/.test(texts.get(key)!));
    if (spread) {
      const said = `${name}: there is a blank in ${spread.key}`;
      this.#problems.error(this.#place(given.get(spread.key)!), said);
      return undefined;
    }
    const row = inRow(structure, new Map([...texts].filter(([key]) => key !== "request" && key !== "receive")));
    const reading = structure.read(row, strings);
    if ("value" in reading) {
      return { setting: this.#setting(given.get(inOrder[0].key)!, reading.value), written: texts };
    }
    const { part, at } = partAt(inOrder, texts, reading.mistake.at);
    return this.#mistake(`${name}'s ${part.key}`, given.get(part.key)!, { ...reading.mistake, at });
  }

  /**
   * A mapping's directives; those of merged mappings (`<<`) come after its own, and only where it has none. One that is
   * merged again, perhaps into itself, has nothing to add.
   */
  #items(map: YAMLMap, isRoot: boolean, merged: Set<YAMLMap> = new Set()): readonly Item[] {
    if (merged.has(map) || this.#isTooMuch(map, map.items.length)) return [];
    merged.add(map);
    const seen = new Set<string>();
    const own: Item[] = [];
    const further: Item[] = [];
    for (const pair of map.items as Pair<unknown, unknown>[]) {
      const key = pair.key;
      const value = this.#resolved(pair.value as Node | null);
      if (!isScalar(key)) {
        this.#problems.error(this.#place(key as Node), "the name of a directive is expected here");
        continue;
      }
      if (seen.has(textOf(key))) {
        this.#problems.error(this.#place(key), `${shownName(textOf(key), ": x") ?? "a name"} is given twice here`);
      }
      seen.add(textOf(key));
      if (value === undefined) this.#problems.unread.add(textOf(key));
      else if (textOf(key) === "<<") {
        for (const each of this.#elements(value)) {
          if (isMap(each)) { for (const item of this.#items(each, isRoot, merged)) further.push(item); }
          else this.#problems.error(this.#place(each), "<< merges mappings, and this is none");
        }
      } else if (!isRoot || !textOf(key).startsWith("x-")) own.push({ key, name: textOf(key), value });
    }
    const names = new Set(own.map(({ name }) => name));
    return [...own, ...further.filter(({ name }) => !names.has(name) && names.add(name))];
  }

  /** The elements of a list; what is no list is its own only element. */
  #elements(node: Node | null | undefined): readonly Node[] {
    if (!isSeq(node)) return node ? [node] : [];
    if (this.#isTooMuch(node, node.items.length)) return [];
    return (node.items as Node[]).flatMap((item) => this.#resolved(item) ?? []);
  }

  /** Whether a node has been read so often that it is too much: aliases of aliases multiply without an end. */
  #isTooMuch(node: Node, count: number): boolean {
    if (!this.#read.has(node)) {
      this.#read.add(node);
      return false;
    }
    this.#repeated += count;
    if (this.#repeated <= MOST_REPEATED) return false;
    this.#problems.error(this.#place(node), `aliases repeat more than ${MOST_REPEATED} values`);
    return true;
  }

  /** What an alias stands for; `undefined` when that is nothing, which was reported. */
  #resolved(node: Node | null | undefined): Node | null | undefined {
    if (!isAlias(node)) return node ?? null;
    const meant = this.#doc.meant.get(node);
    if (!meant) {
      const hint = "a value that begins with * stands in quotes";
      this.#problems.error({ ...this.#place(node), length: 1 }, "this alias has no anchor above", hint);
    }
    return meant;
  }

  #scalar(name: string, node: Node | null, form: string): Scalar | undefined {
    if (isScalar(node) && node.value !== null) return node;
    if (node && !isScalar(node)) {
      this.#problems.error(this.#place(node), `${name} is one value, not several`, `write ${form}`);
    } else this.#problems.error(this.#place(node), `${name} needs a value`, `write ${name}: ${form}`);
    return undefined;
  }

  #mistake(
    subject: string,
    scalar: Scalar,
    { at, length, text, hint }: {
      readonly at: number;
      readonly length: number;
      readonly text: string;
      readonly hint?: string;
    },
  ): undefined {
    const whole = this.#place(scalar);
    const column = Math.min(whole.column + at, whole.column + Math.max(0, whole.length - 1));
    const place = {
      line: whole.line,
      column,
      length: Math.max(1, Math.min(length, whole.column + whole.length - column)),
    };
    this.#problems.error(place, said(subject, text), hint);
  }

  #setting<T>(scalar: Scalar, value: T): Setting<T> {
    return { value, ...this.#place(scalar) };
  }

  /** Where a node's text stands, without its quotes; of several lines the first. */
  #place(node: Node | null): Place {
    const [start, end] = node?.range ?? [0, 0];
    const inside = isScalar(node) && /^QUOTE/.test(node.type ?? "") ? 1 : 0;
    return this.#at(start + inside, Math.max(0, end - start - 2 * inside));
  }

  #at(offset: number, length: number): Place {
    const line = lineAt(this.#starts, offset);
    const column = offset - (this.#starts[line - 1] ?? 0) + 1;
    const rest = (this.#lines[line - 1]?.length ?? 0) - column + 1;
    return { line, column: Math.max(1, column), length: Math.max(1, Math.min(length, rest)) };
  }
}

/** Returns the address family of the sections that a directive opens, if it does. */
function familyOpenedBy(name: string): 4 | 6 | undefined {
  const row = findDirective(name)?.row;
  return row?.opens && row.family;
}

/** What a scalar says, as it is written where that matters: 0x10 and 1e3 are no numbers of ours. */
function textOf(scalar: Scalar): string {
  return typeof scalar.value === "string" ? scalar.value : scalar.source ?? String(scalar.value);
}

/** Where yes and no, or on and off, are among the words, YAML's true and false stand for them. */
function wordForTruth({ value }: Scalar, { value: { form } }: Directive<unknown>): string | undefined {
  if (typeof value !== "boolean") return undefined;
  const pair = [["yes", "no"], ["on", "off"]].find(([word]) => form.split("|").includes(word));
  return pair?.[value ? 0 : 1];
}

/** The part that stands at an offset of the row, and the offset within it. */
function partAt(parts: readonly Part[], texts: Parts, offset: number): { readonly part: Part; readonly at: number } {
  let start = 0;
  for (const part of parts) {
    const text = texts.get(part.key)!;
    const word = part.inRow!(text);
    if (offset < start + word.length + 1) {
      return { part, at: Math.max(0, offset - start - (word.length - text.length)) };
    }
    start += word.length + 1;
  }
  return { part: parts[parts.length - 1], at: 0 };
}

function said(subject: string, text: string): string {
  return text.startsWith("must ") ? `${subject} ${text}` : `${subject}: ${text}`;
}

/** The number of the line that has the offset; of those that begin there, the last. */
function lineAt(starts: readonly number[], offset: number): number {
  let [low, high] = [0, starts.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (starts[middle] <= offset) low = middle;
    else high = middle;
  }
  return low + 1;
}

function remarks(comment: string | null | undefined): readonly string[] {
  return comment ? comment.split("\n").map((line) => line.replace(/^ /, "")) : [];
}

/** The remarks behind a value, or behind its parts: in other syntaxes it stands on one line. */
function remarkBehind(node: Node | null): string | undefined {
  const found = remarksWithin(node).map((remark) => remark.trim().replaceAll(/\s*\n\s*/g, " "));
  return found.filter((remark) => remark !== "").join("; ") || undefined;
}

function remarksWithin(node: unknown): readonly string[] {
  if (isPair(node)) return [...remarksWithin(node.key), ...remarksWithin(node.value)];
  if (!isNode(node)) return [];
  const inside = isCollection(node) ? node.items.flatMap(remarksWithin) : [];
  return [...inside, ...node.comment ? [node.comment] : []];
}

/** The remarks above the parts of a value, but for the first, whose remarks are the value's own. */
function remarksAboveParts(node: Node | null): readonly string[] {
  if (!isCollection(node)) return [];
  return node.items.flatMap((item) => {
    const first = isPair(item) ? item.key : item;
    return isNode(first) ? remarks(first.commentBefore) : [];
  });
}
