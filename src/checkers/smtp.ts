/**
 * smtp and submission: the server greets, and accepts our greeting (RFC 5321, 3.1 and 3.2).
 */

import type { CheckResult, CheckRun, CheckTarget } from "../model/check.ts";
import { LineDialogue } from "../wire/line_dialogue.ts";
import { openTcp } from "./open.ts";
import { down, up } from "./verdict.ts";

/** A conversation without a mail. */
export async function smtp(target: CheckTarget, run: CheckRun): Promise<CheckResult> {
  const server = new LineDialogue(await openTcp(target, run), run.trace);
  try {
    const greeting = await server.hearNumbered("SMTP");
    if (greeting.code !== 220) return down("protocol", greeting.text);

    const name = Deno.hostname();
    await server.say(`EHLO ${name}`);
    let accepted = await server.hearNumbered("SMTP");
    if (accepted.code !== 250) {
      await server.say(`HELO ${name}`);
      accepted = await server.hearNumbered("SMTP");
    }
    if (accepted.code !== 250) return down("protocol", accepted.text);

    await server.part("QUIT");
    return up(greeting.text);
  } finally {
    server.close();
  }
}
