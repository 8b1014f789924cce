/**
 * What is written by the program's own tables: `deno task docs` writes it, and a test sees to it that it is current.
 */

import { configurationSchema } from "../src/config/yaml/schema.ts";
import { directiveTable } from "./directive_table.ts";
import { loadTools } from "../src/cli/tools.ts";
import { ldirectord8 } from "./man/ldirectord_8.ts";
import { ldirectordCf5 } from "./man/ldirectord_cf_5.ts";
import { metricTable } from "./metric_table.ts";
import { serviceTable } from "./service_table.ts";

const ROOT = new URL("../", import.meta.url);

/** A file that is generated, as a whole or in part. */
export interface Generated {
  /** Within the repository. */
  readonly path: string;
  /** The text that it should have, given the one that it has. */
  readonly text: (now: string) => string;
}

const tools = await loadTools();

/** Every such file. */
export const GENERATED: readonly Generated[] = [
  { path: "docs/configuration.md", text: (now) => withTable(now, "directives", directiveTable()) },
  { path: "docs/metrics.md", text: (now) => withTable(now, "metrics", metricTable()) },
  { path: "docs/checks.md", text: (now) => withTable(now, "services", serviceTable()) },
  { path: "packaging/man/ldirectord.8", text: () => ldirectord8(tools) },
  { path: "packaging/man/ldirectord.cf.5", text: () => ldirectordCf5() },
  { path: "packaging/ldirectord.schema.json", text: () => `${JSON.stringify(configurationSchema(), undefined, 2)}\n` },
];

/** The text with what stands between its two marks replaced. */
function withTable(text: string, name: string, table: string): string {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`there is no ${begin} … ${end}`);
  return `${text.slice(0, from + begin.length)}\n${table}\n${text.slice(to)}`;
}

/** The text of a file of the repository; "" when there is none. */
export async function textOf(path: string): Promise<string> {
  return await Deno.readTextFile(new URL(path, ROOT)).catch(() => "");
}

if (import.meta.main) {
  for (const { path, text } of GENERATED) {
    const now = await textOf(path);
    const current = text(now);
    if (current !== now) await Deno.writeTextFile(new URL(path, ROOT), current);
  }
}
