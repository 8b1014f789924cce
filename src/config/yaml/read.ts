/**
 * A configuration in YAML -> syntax tree: the same directives as in a configuration file, as mappings and lists. Every
 * value is read by its directive's own grammar, and what is wrong is pointed at where it stands.
 */

import { isMap, isScalar, isSeq, type Node, type YAMLMap } from "yaml";
import { atOnce, everySoOften, type Steps } from "../../model/steps.ts";
import type { Entry, Outline, OutlineSection } from "../cf/outline.ts";
import { isEmpty, LEAVE_OUT, linesOf, notForOne, type Numbering, type Parsed, sectionsOf } from "../cf/parse.ts";
import { closest } from "../language/closest.ts";
import type { Directive, StepList } from "../language/directive.ts";
import { ofFamily, SERVER_DIRECTIVES } from "../language/directive_facts.ts";
import { type DirectiveName, DIRECTIVES, findDirective, REPLACED } from "../language/directives.ts";
import { type PlacedHead, serviceHeads } from "../language/endpoints.ts";
import { readText } from "../language/grammar.ts";
import { ProblemList } from "../language/problem.ts";
import { shownName, showYaml } from "../language/shown.ts";
import { STEP_LISTS, stepListNamed, stepsOf } from "../language/step_lists.ts";
import type { Section, Setting, Settings, SyntaxTree } from "../language/syntax_tree.ts";
import { quoted } from "../language/values/quoted.ts";
import { readYaml, type YamlDocument } from "./document.ts";
import { type Item, Nodes, textOf } from "./nodes.ts";
import { Places } from "./places.ts";
import { remarkBehind, remarks, remarksAboveParts } from "./remarks.ts";
import { Values } from "./values.ts";

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
 * @param numbering of a text that others stand before; absent: there are none.
 */
export function* parseYamlInSteps(text: string, remarks = false, numbering?: Numbering): Steps<ParsedYaml> {
  const lines = yield* linesOf(text);
  // Lines end alike for both, so that places agree.
  const doc = yield* readYaml(lines.join("\n"), remarks);
  return yield* new YamlReader(lines, doc, numbering).read();
}

/** Where directives stand: at the top, in a section, in the `check` of a real server. */
type Placed = "global" | "virtual" | "server";

interface Collected {
  readonly settings: Settings;
  readonly entries: readonly Entry[];
}

/** A section, once for each of its virtual services, and as it is written. */
interface ReadSection {
  readonly sections: readonly Section[];
  readonly outline: OutlineSection;
}

/** Virtual services of one value, and as they are written. */
interface ReadHead {
  readonly setting: Setting<readonly PlacedHead[]>;
  readonly text: string;
}

class YamlReader {
  readonly #problems: ProblemList;
  readonly #doc: YamlDocument;
  readonly #lines: readonly string[];
  readonly #places: Places;
  readonly #nodes: Nodes;
  readonly #values: Values;

  constructor(lines: readonly string[], doc: YamlDocument, numbering?: Numbering) {
    this.#problems = numbering?.problems ?? new ProblemList();
    this.#lines = lines;
    this.#doc = doc;
    this.#places = new Places(lines, numbering?.before);
    this.#nodes = new Nodes(doc, this.#places, this.#problems);
    this.#values = new Values(this.#nodes, this.#places, this.#problems);
  }

  *read(): Steps<ParsedYaml> {
    for (const { severity, text, at, hint } of this.#doc.flaws) {
      this.#problems[severity](this.#places.at(at, 1), text, hint);
    }
    const { contents = null } = this.#doc;
    const root = this.#doc.contents === undefined ? undefined : this.#nodes.resolved(contents);
    const empty = root === undefined || (isScalar(root) && root.value === null);
    if (!empty && !isMap(root)) {
      this.#problems.error(
        this.#places.at(root?.range?.[0] ?? 0, Infinity),
        "a mapping of directives is expected here",
      );
    }
    const items = isMap(root) ? this.#nodes.items(root, true) : [];
    const sections: ReadSection[] = [];
    for (const { key, name, value } of items) {
      const family = familyOpenedBy(name);
      if (!family) continue;
      if (!value || (isScalar(value) && value.value === null)) {
        this.#problems.error(this.#places.of(key), `${name} needs a value`, "write - address: 192.0.2.1:80 below it");
        continue;
      }
      const above = [...remarks(key.commentBefore), ...isSeq(value) ? remarks(value.commentBefore) : []];
      for (const [i, section] of this.#nodes.elements(value).entries()) {
        yield;
        const read = yield* this.#section(family, section, i === 0 ? above : []);
        if (read) sections.push(read);
      }
    }
    const globals = yield* this.#collect(
      items.filter(({ name }) => !familyOpenedBy(name)),
      "global",
    );
    const tree: SyntaxTree = { globals: globals.settings, sections: sections.flatMap(({ sections }) => sections) };
    const outlines = sections.map(({ outline }) => outline);
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

  *#section(family: 4 | 6, node: Node, before: readonly string[]): Steps<ReadSection | undefined> {
    const name = ofFamily("virtual", family);
    if (!isMap(node)) {
      this.#problems.error(this.#places.of(node), `${name} is a list of mappings`, "write - address: 192.0.2.1:80");
      return undefined;
    }
    const items = this.#nodes.items(node, false);
    const heads = items.filter(({ name }) => name === "address" || name === "mark");
    const { settings, entries } = yield* this.#collect(
      items.filter(({ name }) => name !== "address" && name !== "mark"),
      "virtual",
    );
    if (heads.length === 0) {
      this.#problems.error(this.#places.of(node), "the address is missing", "add address: 192.0.2.1:80, or mark: 1");
      return undefined;
    }
    const read = heads.flatMap((head) => this.#heads(name, head));
    if (read.length === 0) return undefined;
    const above = [
      ...before,
      ...remarks(node.commentBefore),
      ...heads.flatMap(({ key, value }) => [...remarks(key.commentBefore), ...remarksAboveParts(value)]),
    ];
    const behind = heads.map(({ value }) => remarkBehind(value)).filter(Boolean).join("; ") || undefined;
    const [{ setting: { line } }] = read;
    const entry = { name, value: read.map(({ text }) => text).join(", "), above, behind, line };
    const sections = read.flatMap(({ setting }) => sectionsOf(family, setting, settings));
    return { sections, outline: { head: entry, entries } };
  }

  /** The virtual services of an `address` or `mark`, which is one value or a list. */
  #heads(directive: string, { name, value }: Item): readonly ReadHead[] {
    const nodes = isSeq(value) ? this.#nodes.elements(value) : [value];
    if (nodes.length === 0) this.#problems.error(this.#places.of(value), `${name} needs a value`);
    return nodes.flatMap((node) => {
      const scalar = this.#values.scalar(directive, node, name);
      if (!scalar) return [];
      const text = textOf(scalar);
      const reading = readText(serviceHeads, text);
      if ("mistake" in reading) return this.#values.mistake("virtual service", scalar, reading.mistake) ?? [];
      const wrong = reading.value.find(({ head }) => (head.kind === "mark") !== (name === "mark"));
      if (!wrong) return { setting: this.#values.setting(scalar, reading.value), text };
      const hint = name === "mark"
        ? "write address: for an address"
        : "write mark: for a firewall mark, or add the port";
      this.#problems.error(this.#places.of(scalar), `${name}: ${quoted(text)} is none`, hint);
      return [];
    });
  }

  /** The settings of a mapping's directives. */
  *#collect(items: readonly Item[], scope: Placed): Steps<Collected> {
    const settings: Record<string, unknown> = {};
    const entries: Entry[] = [];
    for (const [i, item] of items.entries()) {
      if (everySoOften(i)) yield;
      const list = stepListNamed(item.name);
      if (list) {
        yield* this.#steps(item, list, scope, settings, entries);
        continue;
      }
      const row = this.#directive(item, scope);
      if (!row) continue;
      const name = item.name as DirectiveName;
      const values = row.repeats ? this.#nodes.elements(item.value) : [item.value];
      const read: Setting<unknown>[] = [];
      for (const [i, value] of values.entries()) {
        if (everySoOften(i)) yield;
        if (
          row.mayBeEmpty && (value === null || (isScalar(value) && isEmpty(value.value === null ? "" : textOf(value))))
        ) {
          const message = `${name} has no value: it counts as not set`;
          this.#problems.warning(this.#places.of(item.key), message, LEAVE_OUT);
          continue;
        }
        const setting = this.#values.read(name, row, value);
        if (!setting) {
          this.#problems.unread.add(name);
          continue;
        }
        const ofList = isSeq(item.value) && row.repeats ? remarks(item.value.commentBefore) : [];
        const first = i === 0 ? [...remarks(item.key.commentBefore), ...ofList] : [];
        const above = [...first, ...remarks(value?.commentBefore), ...remarksAboveParts(value)];
        const { written, setting: { line } } = setting;
        const own = setting.own && (yield* this.#own(setting.own));
        const entry = { name, value: written, above, behind: remarkBehind(value, setting.own), line };
        entries.push(own ? { ...entry, own: { entries: own.entries, end: remarks(setting.own!.comment) } } : entry);
        read.push(own ? { ...setting.setting, own: { settings: own.settings, line } } : setting.setting);
      }
      if (read.length > 0) settings[name] = row.repeats ? read : read[0];
    }
    return { settings: settings as Settings, entries };
  }

  /** The directives that are for a real server alone. */
  *#own(map: YAMLMap): Steps<Collected> {
    const { settings, entries } = yield* this.#collect(this.#nodes.items(map, false), "server");
    const [first, ...others] = entries;
    if (!first) return { settings, entries };
    return { settings, entries: [{ ...first, above: [...remarks(map.commentBefore), ...first.above] }, ...others] };
  }

  /** The steps of a list: mappings of one directive each. */
  *#steps(
    { key, name: list, value }: Item,
    steps: StepList,
    scope: Placed,
    settings: Record<string, unknown>,
    entries: Entry[],
  ): Steps<void> {
    const names = stepsOf(steps);
    const hint = `write ${names.map((name) => `- ${name}: text`).join(" or ")}`;
    if (scope === "global") {
      this.#problems.error(this.#places.of(key), `${list} belongs to a virtual section`, "write it below - address:");
      return;
    }
    const nodes = this.#nodes.elements(value);
    if (nodes.length === 0) this.#problems.error(this.#places.of(key), `${list} needs a value`, hint);
    const remarksOfList = [...remarks(key.commentBefore), ...isSeq(value) ? remarks(value.commentBefore) : []];
    for (const [i, node] of nodes.entries()) {
      if (everySoOften(i)) yield;
      const items = isMap(node) ? this.#nodes.items(node, false) : [];
      const name = names.find((each) => each === items[0]?.name);
      if (items.length !== 1 || !name) {
        this.#problems.error(this.#places.of(node), `${list} is a list of steps, each with one name`, hint);
        continue;
      }
      const [step] = items;
      const read = this.#values.read(name, findDirective(name)!.row, step.value);
      if (!read) continue;
      const before = (settings[name] ?? []) as readonly Setting<unknown>[];
      settings[name] = [...before, { ...read.setting, nth: i }];
      const above = [
        ...i === 0 ? remarksOfList : [],
        ...remarks(node.commentBefore),
        ...remarks(step.key.commentBefore),
      ];
      entries.push({ name, value: read.written, above, behind: remarkBehind(step.value), line: read.setting.line });
    }
  }

  /** The directive of an item, unless it has no business here. */
  #directive({ key, name }: Item, scope: Placed): Directive<unknown> | undefined {
    const place = this.#places.of(key);
    if (Object.hasOwn(REPLACED, name)) {
      const { by, hint } = REPLACED[name];
      this.#problems.error(place, `${name} directive deprecated in favour of ${by}`, hint);
      return undefined;
    }
    const found = findDirective(name);
    if (!found) {
      const near = this.#problems.isFull
        ? undefined
        : closest(name, [...Object.keys(DIRECTIVES), ...STEP_LISTS, "address", "mark"]);
      if (near) this.#problems.unread.add(near);
      this.#problems.error(
        place,
        ["Unknown command", shownName(name, ": x")].filter(Boolean).join(" "),
        near && `did you mean ${near}?`,
      );
      return undefined;
    }
    const { row } = found;
    if (row.stepOf) {
      const hint = `write ${row.stepOf}: and below it - ${name}: text`;
      this.#problems.error(place, `${name} is a step of ${row.stepOf}`, hint);
      return undefined;
    }
    if (scope === "server") {
      if (SERVER_DIRECTIVES.includes(found.name)) return row;
      this.#problems.unread.add(name);
      this.#problems.error(place, ...notForOne(name));
      return undefined;
    }
    if (row.scope !== "both" && row.scope !== scope) {
      const message = scope === "global" ? `${name} belongs to a virtual section` : `${name} is a global directive`;
      this.#problems.unread.add(name);
      this.#problems.error(
        place,
        message,
        scope === "global" ? "write it below - address:" : "write it at the top level",
      );
      return undefined;
    }
    if (row.outdated) this.#problems.warning(place, row.outdated.text);
    return row;
  }
}

/** Returns the address family of the sections that a directive opens, if it does. */
function familyOpenedBy(name: string): 4 | 6 | undefined {
  const row = findDirective(name)?.row;
  return row?.opens && row.family;
}
