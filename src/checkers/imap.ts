/**
 * imap and imaps: the server greets and, where a login is given, takes it (RFC 3501, 7.1 and 6.2.3).
 */

import type { CheckResult, CheckRun, CheckTarget } from "../model/check.ts";
import { beginsWithTls } from "../model/service_facts.ts";
import type { ByteStream } from "../wire/transport/byte_stream.ts";
import { LineDialogue } from "../wire/protocols/line_dialogue.ts";
import { lineBeginning, ProtocolError } from "../wire/transport/protocol_error.ts";
import { openTcp, openTls, secure } from "./open.ts";
import { down, up } from "./verdict.ts";

/** Over a bare connection. */
export async function imap(target: CheckTarget, run: CheckRun): Promise<CheckResult> {
  return await converse(await openTcp(target, run), target, run);
}

/** Over TLS (RFC 8314, 3.2). */
export async function imaps(target: CheckTarget, run: CheckRun): Promise<CheckResult> {
  return await converse(await openTls(target, run), target, run);
}

async function converse(stream: ByteStream, target: CheckTarget, run: CheckRun): Promise<CheckResult> {
  const server = new LineDialogue(stream, run.trace);
  try {
    const greeting = await server.readLine();
    if (/^\* BYE\b/i.test(greeting)) return down("reported", greeting);
    const state = /^\* (OK|PREAUTH)\b/i.exec(greeting)?.[1].toUpperCase();
    if (!state) throw new ProtocolError(`not an IMAP greeting: ${lineBeginning(greeting)}`);

    if (target.startTls && !beginsWithTls(target.service)) {
      // RFC 9051, 6.2.1.
      await server.sendLine("0 STARTTLS");
      const ready = await server.readUntil((line) => /^(0 |\* BYE\b)/i.test(line));
      if (!/^0 OK\b/i.test(ready)) return down("reported", `STARTTLS: ${ready}`);
      await server.secure((stream) => secure(stream, target, run));
    }

    // A client that is logged in already cannot log in again (RFC 3501, 7.1.4).
    const login = state === "OK" ? target.login : undefined;
    if (login) {
      const command = `1 LOGIN ${quoted(login)}`;
      await server.sendLine(`${command} ${quoted(target.passwd?.reveal() ?? "")}`, `${command} ***`);
      // Untagged lines may come before the answer (RFC 3501, 2.2.2); a BYE means that none will.
      const answer = await server.readUntil((line) => /^(1 |\* BYE\b)/i.test(line));
      if (!/^1 OK\b/i.test(answer)) return refusal(answer);
    }

    await server.part("2 LOGOUT");
    return up(login ? `logged in as ${login}` : greeting);
  } finally {
    server.close();
  }
}

/** A server may say that it has a problem itself, and that the login is right (RFC 5530, 3). */
function refusal(answer: string): CheckResult {
  const ill = /^(\* BYE|1 BAD|1 NO \[(UNAVAILABLE|SERVERBUG|LIMIT|INUSE)\])/i.test(answer);
  return down(ill ? "reported" : "auth", answer);
}

/** A quoted string (RFC 3501, 4.3). */
function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}
