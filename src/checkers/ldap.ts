/**
 * ldap and ldaps: a simple bind, then the entry that `request` names is looked for; its name must match `receive`.
 */

import type { CheckResult, CheckRun, CheckTarget } from "../model/check.ts";
import { ByteReader } from "../wire/transport/byte_reader.ts";
import type { ByteStream } from "../wire/transport/byte_stream.ts";
import {
  encodeBaseSearch,
  encodeBind,
  encodeStartTls,
  encodeUnbind,
  type LdapReply,
  ldapResult,
  NO_SUCH_OBJECT,
  readLdapReply,
  REJECTIONS,
} from "../wire/protocols/ldap_message.ts";
import { utf8Characters } from "../wire/transport/latin1.ts";
import { ProtocolError } from "../wire/transport/protocol_error.ts";
import { openTcp, openTls, secure } from "./open.ts";
import { down, matches, up } from "./verdict.ts";

/** The numbers of our messages. */
const BIND = 1;
const SEARCH = 2;
const UNBIND = 3;
const START_TLS = 4;

/** Messages that may come in answer to one of ours. */
const MAX_REPLIES = 16;

/** Over a bare connection. */
export async function ldap(target: CheckTarget, run: CheckRun): Promise<CheckResult> {
  const stream = await openTcp(target, run);
  if (!target.startTls) return await converse(stream, target, run);
  try {
    run.trace("> StartTLS");
    await stream.write(encodeStartTls(START_TLS));
    // What came behind the answer is dropped with the reader: an attacker may have sent it (RFC 4513, 3.1.2).
    const ready = await resultOf(START_TLS, "extended", new ByteReader(stream), run);
    if (ready.code !== 0) return down("reported", `StartTLS: ${ldapResult(ready)}`);
    return await converse(await secure(stream, target, run), target, run);
  } finally {
    stream.close();
  }
}

/** Over TLS, where by default any certificate will do. */
export async function ldaps(target: CheckTarget, run: CheckRun): Promise<CheckResult> {
  return await converse(await openTls(target, run), target, run);
}

async function converse(stream: ByteStream, target: CheckTarget, run: CheckRun): Promise<CheckResult> {
  const reader = new ByteReader(stream);
  try {
    // A name without a password would be no authentication at all (RFC 4513, 5.1.2), and servers refuse it.
    const [dn, password] = target.login && target.passwd ? [target.login, target.passwd.reveal()] : ["", ""];
    run.trace(`> bind ${dn || "anonymously"}`);
    await stream.write(encodeBind(BIND, dn, password));
    const bound = await resultOf(BIND, "bound", reader, run);
    if (bound.code !== 0) return down(REJECTIONS.has(bound.code) ? "auth" : "reported", `bind: ${ldapResult(bound)}`);

    const wanted = target.request ?? "";
    run.trace(`> search base "${wanted}"`);
    await stream.write(encodeBaseSearch(SEARCH, wanted));
    const searched = await resultOf(SEARCH, "searched", reader, run);
    await stream.write(encodeUnbind(UNBIND));
    return await judge(searched, target);
  } finally {
    stream.close();
  }
}

/** How an operation ended, and the names of the entries that came before. */
interface Outcome {
  readonly code: number;
  readonly text: string;
  readonly entries: readonly string[];
}

/** Reads up to the end of the operation `id`. */
async function resultOf(
  id: number,
  kind: "bound" | "searched" | "extended",
  reader: ByteReader,
  run: CheckRun,
): Promise<Outcome> {
  const entries: string[] = [];
  for (let replies = 0; replies < MAX_REPLIES; replies++) {
    const reply = await readLdapReply(reader);
    requireOurs(reply, id);
    if (reply.kind === "entry") {
      run.trace(`< entry "${reply.dn}"`);
      entries.push(reply.dn);
    } else if (reply.kind === kind) {
      run.trace(`< ${reply.code === 0 ? "success" : ldapResult(reply)}`);
      return { ...reply, entries };
    } else if (reply.kind !== "other") throw new ProtocolError("the server answered something that was not asked");
  }
  throw new ProtocolError(`the server sent more than ${MAX_REPLIES} messages in answer to one`);
}

/** Number 0 is a server's own, of which there is one: it ends the conversation (RFC 4511, 4.4.1). */
function requireOurs(reply: LdapReply, id: number): void {
  if (reply.id === id) return;
  const suffix = "text" in reply && reply.text ? `: ${reply.text}` : "";
  throw new ProtocolError(
    reply.id === 0 ? `the server ended the conversation${suffix}` : "the server answered something that was not asked",
  );
}

async function judge({ code, text, entries }: Outcome, { request = "", receive }: CheckTarget): Promise<CheckResult> {
  const failure = `search of "${request}": ${ldapResult({ code, text })}`;
  if (REJECTIONS.has(code)) return down("auth", failure);
  if (code === NO_SUCH_OBJECT) return down("mismatch", failure);
  if (code !== 0) return down("reported", failure);
  if (entries.length !== 1) return down("mismatch", `search of "${request}": ${entries.length} entries instead of one`);
  if (!receive || await matches(receive, utf8Characters(entries[0]))) return up(`entry "${entries[0]}"`);
  return down("mismatch", `the entry's name "${entries[0]}" does not match receive: /${receive.source}/`);
}
