/**
 * The layout of a configuration file: one blank on each side of an equals sign, one tab before a section's lines, one
 * empty line before a section. Values, remarks and the order of the lines stay as they are.
 */

import type { Scope } from "../language/directive.ts";
import { findDirective } from "../language/directives.ts";
import { opensBlock, splitLines } from "./parse.ts";
import { valueExtent } from "../language/quotes.ts";

/** Lays out a configuration that has no errors. */
export function formatCf(text: string): string {
  const lines = splitLines(text).map(readLine);
  indentSections(lines);
  const out: string[] = [];
  let [inSection, inBlock] = [false, false];
  for (const [i, line] of lines.entries()) {
    if (line.kind === "empty") {
      if (out.length > 0 && out.at(-1) !== "") out.push("");
      continue;
    }
    if (line.kind === "remark") {
      out.push(`${inBlock ? "\t\t" : belongsToSection(lines, i, inSection) ? "\t" : ""}${line.text}`);
      continue;
    }
    if (line.closesBlock) inBlock = false;
    if (line.opens) {
      separate(out);
      inSection = true;
    } else if (!line.indented) inSection = false;
    out.push(`${inBlock ? "\t\t" : line.indented ? "\t" : ""}${line.text}`);
    if (line.opensBlock) inBlock = true;
  }
  while (out.at(-1) === "") out.pop();
  return out.map((line) => `${line}\n`).join("");
}

type Line =
  | { readonly kind: "empty" }
  | { readonly kind: "remark"; readonly text: string; readonly indented: boolean }
  | {
    readonly kind: "directive";
    readonly text: string;
    indented: boolean;
    readonly opens: boolean;
    readonly opensBlock?: boolean;
    readonly closesBlock?: boolean;
    readonly scope?: Scope;
  };

function readLine(text: string): Line {
  const start = text.search(/\S/);
  if (start < 0) return { kind: "empty" };
  if (text[start] === "#") return { kind: "remark", text: text.slice(start).trimEnd(), indented: start > 0 };
  if (text[start] === "}") {
    const words = ["}", text.slice(start + 1).trim()].filter((word) => word !== "");
    return { kind: "directive", text: words.join(" "), indented: true, opens: false, closesBlock: true };
  }
  const [whole, name, equals] = /^\s*([^\s=#"]*)\s*(=?)\s*/.exec(text)!;
  const indented = start > 0;
  const row = findDirective(name)?.row;
  const [opens, scope] = [row?.opens === true, row?.scope];
  if (!equals) return { kind: "directive", text: text.trim(), indented, opens, scope };
  const { end } = valueExtent(text, whole.length);
  const remark = text.slice(end).trim();
  const value = text.slice(whole.length, end);
  const isBlock = row?.takesBlock === true && opensBlock(text);
  const kept = isBlock ? `${value.slice(0, -1).trimEnd()} {` : value;
  const words = [name, "=", kept, remark].filter((word) => word !== "");
  return { kind: "directive", text: words.join(" "), indented, opens, opensBlock: isBlock, scope };
}

/**
 * Indents what belongs to a section and is not indented: directives of sections only, and from the first of these on whatever
 * may stand there. A file that is read without errors has no such lines.
 */
function indentSections(lines: readonly Line[]): void {
  let [inSection, isFlat] = [false, false];
  for (const line of lines) {
    if (line.kind !== "directive") continue;
    if (line.closesBlock) continue;
    if (line.opens) [inSection, isFlat] = [true, false];
    else if (inSection && !line.indented && line.scope !== "global") {
      isFlat ||= line.scope === "virtual";
      line.indented = isFlat;
    }
  }
}

/** An empty line before a section, and before the remarks that stand right above it. */
function separate(out: string[]): void {
  let at = out.length;
  while (out[at - 1]?.startsWith("#")) at--;
  if (at > 0 && out[at - 1] !== "") out.splice(at, 0, "");
}

/** A remark belongs to what comes next; behind the last line of a section it was indented, or not. */
function belongsToSection(lines: readonly Line[], at: number, inSection: boolean): boolean {
  const next = lines.slice(at + 1).find((line) => line.kind === "directive");
  if (next) return next.kind === "directive" && next.indented;
  const line = lines[at];
  return inSection && line.kind === "remark" && line.indented;
}
