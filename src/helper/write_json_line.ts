import { writeAllSync } from "../system/write_all.ts";

/** Writes a value to the director as one line of JSON, before anything else is done. */
export function writeJsonLine(value: unknown): void {
  writeAllSync(Deno.stdout, new TextEncoder().encode(`${JSON.stringify(value)}\n`));
}
