/**
 * The README's table of directives, made from the one table that the parser reads.
 */

import { DIRECTIVES } from "../src/config/language/directives.ts";

/** The table in Markdown. */
export function directiveTable(): string {
  const rows = Object.entries(DIRECTIVES).map(([name, { scope, default: fallback, doc }]) => {
    const where = scope === "both" ? "global, virtual" : scope;
    return `| \`${name}\` | ${where} | ${escape(fallback)} | ${escape(doc)} |`;
  });
  return ["| directive | where | default | what it does |", "|---|---|---|---|", ...rows].join("\n");
}

function escape(text: string): string {
  return text.replaceAll("|", "\\|");
}
