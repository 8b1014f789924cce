/**
 * The table of checks in docs/checks.md, made from what the program says of them, with the servers that they were proven against.
 */

import { CHECK_TYPE_DOCS, sentinelText, SERVICE_DOCS, type ServiceDoc } from "../src/config/language/service_docs.ts";

/** The table in Markdown. */
export function serviceTable(): string {
  const rows = [...SERVICE_DOCS, ...CHECK_TYPE_DOCS].map((doc) =>
    `| ${typed(doc.names)} | ${doc.asked} | ${doc.passes} | ${typed(doc.options)} | ${
      idleText(doc)
    } | ${doc.provenAgainst} |`
  );
  return [
    "| service | what is asked | what passes | options | idle connection (`sentinel`) | proven against |",
    "|---|---|---|---|---|---|",
    ...rows,
  ]
    .join("\n");
}

function idleText({ sentinel }: ServiceDoc): string {
  return sentinel.use === "yes" ? sentinel.why : `**${sentinelText(sentinel).replace(":", "**:")}`;
}

function typed(words: readonly string[]): string {
  return words.map((word) => `\`${word}\``).join(", ");
}
