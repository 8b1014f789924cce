/** Rows of checks of a real server: each is one round, which tells no secret and leaves no descriptor open. */

import "./first_round.ts";
import { match, ok, strictEqual } from "node:assert/strict";
import type { Check, CheckTarget } from "../../src/model/check.ts";
import { saysFacts } from "../facts.ts";
import { checkOf, inWords, openDescriptors, round } from "./peers.ts";

/** What is asked beside what all rows have in common, and the verdict. */
export interface Row {
  readonly name: string;
  readonly target: Partial<CheckTarget>;
  /** HOST stands for the server's address, and … for words that may be put otherwise. */
  readonly verdict: string | RegExp;
}

/** A step for each row. */
export async function testRows(
  t: Deno.TestContext,
  server: Partial<CheckTarget>,
  rows: readonly Row[],
  secrets: readonly string[],
): Promise<void> {
  for (const { name, target, verdict } of rows) {
    await t.step(`${server.service} at ${server.address}: ${name}`, async () => {
      const said = await discreetVerdict(checkOf({ ...server, ...target }), secrets);
      assertVerdict(said, verdict, server.address);
    });
  }
}

/** Fails unless a row has this verdict, its server's address being that. */
export function assertVerdict(said: string, verdict: Row["verdict"], address = ""): void {
  if (typeof verdict === "string") saysFacts([said], [verdict.replace("HOST", address)]);
  else match(said, verdict);
}

/** The verdict of one round. Fails when the result or the trace has a secret in it, or a descriptor is left open. */
export async function discreetVerdict(check: Check, secrets: readonly string[]): Promise<string> {
  const before = openDescriptors();
  const { result, trace } = await round(check, "negotiate");
  const told = JSON.stringify([result, trace]);
  ok(!secrets.some((secret) => told.includes(secret)), told);
  strictEqual(openDescriptors(), before);
  return inWords(result);
}
