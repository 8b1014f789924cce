/**
 * The README's table of directives, made from the one table that the parser reads.
 */

import { DIRECTIVES } from "../src/config/directives.ts";

const BEGIN = "<!-- directives -->";
const END = "<!-- /directives -->";

/** The table in Markdown. */
export function directiveTable(): string {
  const rows = Object.entries(DIRECTIVES).map(([name, { scope, default: fallback, doc }]) => {
    const where = scope === "both" ? "global, virtual" : scope;
    return `| \`${name}\` | ${where} | ${escape(fallback)} | ${escape(doc)} |`;
  });
  return ["| directive | where | default | what it does |", "|---|---|---|---|", ...rows].join("\n");
}

/** The text with its table replaced by the current one. */
export function withDirectiveTable(readme: string): string {
  const [from, to] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`the README has no ${BEGIN} … ${END}`);
  return `${readme.slice(0, from + BEGIN.length)}\n${directiveTable()}\n${readme.slice(to)}`;
}

function escape(text: string): string {
  return text.replaceAll("|", "\\|");
}
