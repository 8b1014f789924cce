/**
 * An outline as the text of a configuration file.
 */

import { findDirective } from "../language/directives.ts";
import type { Entry, Outline } from "./outline.ts";
import { closingQuote, unquote, valueExtent } from "../language/quotes.ts";
import { inRow, type Parts, structureOf } from "../language/structured.ts";

/** A value that no line of a configuration file can hold. */
export class Unwritable extends Error {
  constructor(readonly entry: Entry, why: string) {
    super(`${entry.name}: ${why}`);
  }
}

const INDENT = "\t";

/** The text. Throws {@link Unwritable} for a value that only another syntax can have. */
export function writeCf({ globals, sections, end }: Outline): string {
  const lines: string[] = [];
  const add = (entry: Entry, indent: string) => {
    for (const line of linesOf(entry, indent)) lines.push(line);
  };
  for (const entry of globals) add(entry, "");
  for (const { head, entries } of sections) {
    if (lines.length > 0) lines.push("");
    add(head, "");
    for (const entry of entries) add(entry, INDENT);
  }
  if (end.length > 0) lines.push("");
  for (const remark of end) lines.push(remarkLine(remark, ""));
  return lines.map((line) => `${line}\n`).join("");
}

function linesOf(entry: Entry, indent: string): readonly string[] {
  const { name, value, above, behind, own } = entry;
  const raw = typeof value === "string" ? rawText(entry, value) : rawRow(entry, value);
  const remark = behind === undefined ? "" : ` # ${behind}`;
  const head = [...above.map((each) => remarkLine(each, indent)), `${indent}${name} = ${raw}`];
  if (!own) return [...head.slice(0, -1), `${head.at(-1)}${remark}`];
  return [
    ...head.slice(0, -1),
    `${head.at(-1)} {${remark}`,
    ...own.entries.flatMap((each) => linesOf(each, indent + INDENT)),
    ...own.end.map((each) => remarkLine(each, indent + INDENT)),
    `${indent}}`,
  ];
}

function remarkLine(remark: string, indent: string): string {
  return remark === "" ? "" : `${indent}# ${remark}`;
}

/** Free text always stands in quotes, everything else only where it must. */
function rawText(entry: Entry, given: string): string {
  const { value: grammar, isFreeText } = findDirective(entry.name)!.row;
  const text = grammar.inLine?.(given) ?? given;
  // Behind a ! there are quotes of their own.
  const isQuoted = isFreeText && !/^!".*"$/s.test(text);
  const candidates = isQuoted ? [`"${text}"`, text] : [text, `"${text}"`];
  const fits = (raw: string) =>
    isWhole(raw) && (grammar.readText ? unquotes(raw, text) : raw === text || !text.includes('"'));
  const raw = candidates.find(fits);
  if (raw === undefined) throw new Unwritable(entry, "a line of a configuration file cannot hold this value");
  return raw;
}

function rawRow(entry: Entry, parts: Parts): string {
  const structure = structureOf(entry.name)!;
  const raw = inRow(structure, parts);
  const again = isWhole(raw) ? structure.split(raw) : undefined;
  const pairs = (each: Parts) => `${each.get("request") ?? ""}\n${each.get("receive") ?? ""}`;
  if (!again || pairs(again) !== pairs(parts)) {
    throw new Unwritable(entry, "a line of a configuration file cannot hold this request and receive");
  }
  return raw;
}

/** Whether a value is taken as a whole where it stands. */
function isWhole(raw: string): boolean {
  return raw !== "" && !/[\n\r]/.test(raw) && raw === raw.trim() && valueExtent(raw, 0).end === raw.length;
}

function unquotes(raw: string, text: string): boolean {
  if (raw.startsWith('"') && closingQuote(raw, 0) < 0) return false;
  const bare = unquote(raw);
  return "value" in bare && bare.value.text === text;
}
