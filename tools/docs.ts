/**
 * What is written by the program's own tables: `deno task docs` writes it, and a test sees to it that it is current.
 */

import { configurationSchema } from "../src/config/schema.ts";
import { withDirectiveTable } from "./directive_table.ts";

const ROOT = new URL("../", import.meta.url);

/** A file that is generated, as a whole or in part. */
export interface Generated {
  /** Within the repository. */
  readonly path: string;
  /** The text that it should have, given the one that it has. */
  readonly text: (now: string) => string;
}

/** Every such file. */
export const GENERATED: readonly Generated[] = [
  { path: "README.md", text: withDirectiveTable },
  { path: "packaging/ldirectord.schema.json", text: () => `${JSON.stringify(configurationSchema(), undefined, 2)}\n` },
];

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
