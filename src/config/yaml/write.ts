/**
 * An outline as YAML.
 */

import { Document, isScalar, type Node, Pair, Scalar, YAMLMap, YAMLSeq } from "yaml";
import type { Directive } from "../language/directive.ts";
import { ofFamily } from "../language/directive_facts.ts";
import { findDirective } from "../language/directives.ts";
import { isList } from "../language/grammar.ts";
import type { Entry, Outline, OutlineSection } from "../cf/outline.ts";
import { OWN_KEY, type Part, type Parts, structureOf } from "../language/structured.ts";
import { Unwritable } from "../cf/write.ts";

/** As wide as it takes: a pattern that is folded is hard to read. */
const LAYOUT = { lineWidth: 0, indentSeq: true, flowCollectionPadding: false } as const;

/** The text. Throws {@link Unwritable} for what is not Unicode: YAML is. */
export function writeYaml({ globals, sections, end }: Outline): string {
  const doc = new Document(new YAMLMap());
  const root = doc.contents as YAMLMap;
  fill(root, globals);
  for (const directive of [ofFamily("virtual", 4), ofFamily("virtual", 6)]) {
    const own = sections.filter(({ head }) => head.name === directive);
    if (own.length === 0) continue;
    const list = new YAMLSeq();
    for (const [i, section] of own.entries()) list.items.push(sectionMap(section, i > 0));
    const key = new Scalar(directive);
    key.spaceBefore = root.items.length > 0;
    root.items.push(new Pair(key, list));
  }
  if (end.length > 0) doc.comment = comment(end);
  return root.items.length > 0 ? doc.toString(LAYOUT) : `${end.map((line) => `# ${line}\n`).join("")}{}\n`;
}

function sectionMap({ head, entries }: OutlineSection, apart: boolean): YAMLMap {
  const map = new YAMLMap();
  const words = (head.value as string).split(",").map((word) => word.trim());
  for (const [key, own] of Map.groupBy(words, (word) => /^\d+$/.test(word) ? "mark" : "address")) {
    const value = headNode(own.map((word) => new Scalar(key === "mark" ? asNumber(word) : word)));
    if (map.items.length === 0 && head.behind) value.comment = ` ${head.behind}`;
    map.items.push(new Pair(new Scalar(key), value));
  }
  if (head.above.length > 0) map.commentBefore = comment(head.above);
  map.spaceBefore = apart;
  fill(map, entries);
  return map;
}

function headNode(scalars: readonly Scalar[]): Scalar | YAMLSeq {
  if (scalars.length === 1) return scalars[0];
  const list = new YAMLSeq();
  list.flow = true;
  list.items.push(...scalars);
  return list;
}

/** One key for each directive, and for each list of steps, in the order of their first appearance. */
function fill(map: YAMLMap, entries: readonly Entry[]): void {
  const rowOf = ({ name }: Entry) => findDirective(name)!.row;
  for (const [name, group] of Map.groupBy(entries, (entry) => rowOf(entry).stepOf ?? entry.name)) {
    const row = rowOf(group[0]);
    if (row.stepOf) {
      map.items.push(new Pair(new Scalar(name), stepsSeq(group)));
      continue;
    }
    const key = new Scalar(name);
    // Of what is given twice the last one counts; what repeats becomes a list.
    const values = row.repeats ? group : group.slice(-1);
    const nodes = values.map((entry) => valueNode(entry, row));
    const list = row.repeats && (nodes.length > 1 || structureOf(name) !== undefined);
    if (list) {
      const seq = new YAMLSeq();
      for (const [i, node] of nodes.entries()) {
        if (i > 0 && values[i].above.length > 0) node.commentBefore = comment(values[i].above);
        seq.items.push(node);
      }
      map.items.push(new Pair(key, seq));
    } else map.items.push(new Pair(key, nodes[0]));
    if (values[0].above.length > 0) key.commentBefore = comment(values[0].above);
  }
}

/** A list of mappings with one directive each. */
function stepsSeq(entries: readonly Entry[]): YAMLSeq {
  const seq = new YAMLSeq();
  for (const entry of entries) {
    const step = new YAMLMap();
    if (entry.above.length > 0) step.commentBefore = comment(entry.above);
    step.items.push(new Pair(new Scalar(entry.name), valueNode(entry, findDirective(entry.name)!.row)));
    seq.items.push(step);
  }
  return seq;
}

function valueNode(entry: Entry, row: Directive<unknown>): Node {
  const { value, behind } = entry;
  if (typeof value !== "string") return partsMap(entry, value);
  const words = isList(row.value) ? value.split(",").map((word) => word.trim()) : [];
  if (words.length > 1) {
    const seq = new YAMLSeq();
    seq.flow = true;
    for (const word of words) seq.items.push(textNode(entry, word));
    if (behind) seq.comment = ` ${behind}`;
    return seq;
  }
  const isCounted = /"(integer|number)"/.test(JSON.stringify(row.value.schema ?? {}));
  const node = isCounted && isNumber(value) ? new Scalar(asNumber(value)) : textNode(entry, value);
  if (behind && isScalar(node)) node.comment = ` ${behind}`;
  return node;
}

function partsMap(entry: Entry, parts: Parts): YAMLMap {
  const map = new YAMLMap();
  for (const part of structureOf(entry.name)!.parts) {
    const text = parts.get(part.key);
    if (text === undefined) continue;
    const value = isCount(part, text) ? new Scalar(asNumber(text)) : textNode(entry, text);
    if (map.items.length === 0 && entry.behind) value.comment = ` ${entry.behind}`;
    map.items.push(new Pair(new Scalar(part.key), value));
  }
  if (entry.own) {
    const own = new YAMLMap();
    fill(own, entry.own.entries);
    if (entry.own.end.length > 0) own.comment = comment(entry.own.end);
    map.items.push(new Pair(new Scalar(OWN_KEY), own));
  }
  return map;
}

function isCount({ least }: Part, text: string): boolean {
  return least !== undefined && isNumber(text);
}

/** Whether a number is written as YAML writes it. */
function isNumber(text: string): boolean {
  return String(Number(text)) === text && /^\d+(\.\d+)?$/.test(text);
}

/** The number, unless YAML would write it in another way. */
function asNumber(text: string): number | string {
  return isNumber(text) ? Number(text) : text;
}

function textNode(entry: Entry, text: string): Scalar {
  if (!text.isWellFormed()) throw new Unwritable(entry, "the value is not Unicode, and YAML is");
  return new Scalar(text);
}

function comment(lines: readonly string[]): string {
  return lines.map((line) => line === "" ? "" : ` ${line.toWellFormed()}`).join("\n");
}
