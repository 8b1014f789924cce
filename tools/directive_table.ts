/**
 * The table of directives in docs/configuration.md, made from the one table that the parser reads.
 */

import type { Directive } from "../src/config/language/directive.ts";
import { docOf } from "../src/config/language/directive_facts.ts";
import { DIRECTIVES } from "../src/config/language/directives.ts";

/** The table in Markdown. */
export function directiveTable(): string {
  const rows = Object.entries<Directive<unknown>>(DIRECTIVES).map(([name, row]) => {
    const where = row.scope === "both" ? "global, virtual" : row.scope;
    return `| \`${name}\` | ${where} | ${escape(row.default)} | ${escape(docOf(row))} |`;
  });
  return ["| directive | where | default | what it does |", "|---|---|---|---|", ...rows].join("\n");
}

function escape(text: string): string {
  return text.replaceAll("|", "\\|");
}
