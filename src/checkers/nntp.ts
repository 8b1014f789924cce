/**
 * nntp: the server's greeting begins with 2 (RFC 3977, 5.1).
 */

import type { CheckResult, CheckRun, CheckTarget } from "../model/check.ts";
import { LineDialogue } from "../wire/protocols/line_dialogue.ts";
import { openTcp } from "./open.ts";
import { down, up } from "./verdict.ts";

/** Hears the greeting and parts. */
export async function nntp(target: CheckTarget, run: CheckRun): Promise<CheckResult> {
  const server = new LineDialogue(await openTcp(target, run), run.trace);
  try {
    const greeting = await server.readNumbered("NNTP");
    if (greeting.code < 200 || greeting.code > 299) return down("reported", greeting.text);
    await server.part("QUIT");
    return up(greeting.text);
  } finally {
    server.close();
  }
}
