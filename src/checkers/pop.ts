/**
 * pop and pops: the server greets and, where a login is given, takes it (RFC 1939, 4 and 7).
 */

import type { CheckResult, CheckRun, CheckTarget } from "../model/check.ts";
import { beginsWithTls } from "../model/service_facts.ts";
import type { ByteStream } from "../wire/transport/byte_stream.ts";
import { LineDialogue } from "../wire/protocols/line_dialogue.ts";
import { lineBeginning, ProtocolError } from "../wire/transport/protocol_error.ts";
import { openTcp, openTls, secure } from "./open.ts";
import { down, up } from "./verdict.ts";

/** Over a bare connection. */
export async function pop(target: CheckTarget, run: CheckRun): Promise<CheckResult> {
  return await converse(await openTcp(target, run), target, run);
}

/** Over TLS (RFC 8314, 3.3). */
export async function pops(target: CheckTarget, run: CheckRun): Promise<CheckResult> {
  return await converse(await openTls(target, run), target, run);
}

async function converse(stream: ByteStream, target: CheckTarget, run: CheckRun): Promise<CheckResult> {
  const server = new LineDialogue(stream, run.trace);
  try {
    const greeting = await server.readLine();
    if (!isOk(greeting)) return down("reported", greeting);

    if (target.startTls && !beginsWithTls(target.service)) {
      // RFC 2595, 4.
      await server.sendLine("STLS");
      const ready = await server.readLine();
      if (!isOk(ready)) return down("reported", `STLS: ${ready}`);
      await server.secure((stream) => secure(stream, target, run));
    }

    if (target.login) {
      await server.sendLine(`USER ${target.login}`);
      const known = await server.readLine();
      if (!isOk(known)) return refusal(known);
      await server.sendLine(`PASS ${target.passwd?.reveal() ?? ""}`, "PASS ***");
      const welcome = await server.readLine();
      if (!isOk(welcome)) return refusal(welcome);
    }

    await server.part("QUIT");
    return up(target.login ? `logged in as ${target.login}` : greeting);
  } finally {
    server.close();
  }
}

/** A server may say that it has a problem itself, and that the login is right (RFC 3206, 4). */
function refusal(reply: string): CheckResult {
  return down(/^-ERR \[SYS\//i.test(reply) ? "reported" : "auth", reply);
}

function isOk(reply: string): boolean {
  if (/^\+OK\b/.test(reply)) return true;
  if (/^-ERR\b/.test(reply)) return false;
  throw new ProtocolError(`not a POP3 reply: ${lineBeginning(reply)}`);
}
