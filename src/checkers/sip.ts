/**
 * sip, sips: the server is asked for its options and answers 200.
 */

import { bracketed, formatEndpoint } from "../model/address.ts";
import type { CheckResult, CheckRun, CheckTarget } from "../model/check.ts";
import { beginsWithTls } from "../model/service_facts.ts";
import { ByteReader } from "../wire/transport/byte_reader.ts";
import { exchange } from "../wire/transport/datagram_exchange.ts";
import { decodeLatin1 } from "../wire/transport/latin1.ts";
import { ProtocolError } from "../wire/transport/protocol_error.ts";
import {
  decodeSipReply,
  encodeOptions,
  type OptionsRequest,
  optionsRequest,
  readSipReply,
  type SipReply,
} from "../wire/protocols/sip_message.ts";
import { openTcp, openTls, openUdp } from "./open.ts";
import { down, up } from "./verdict.ts";

/** Messages that may come on one connection before the reply. */
const MAX_MESSAGES = 16;
/** "Unauthorized", "Forbidden", "Proxy Authentication Required". */
const REJECTIONS: ReadonlySet<number> = new Set([401, 403, 407]);

/** Asks over the target's transport, for sips over TLS. `login` is both the sender and the recipient. */
export async function sip(target: CheckTarget, run: CheckRun): Promise<CheckResult> {
  const party = target.login ?? `ldirectord@${Deno.hostname()}`;
  if (!/^[^\s<>"]+$/.test(party)) return down("internal", `the login is no SIP address: ${party}`);
  const ask = target.transport === "udp" ? askByDatagram : askByConnection;
  const { status, reason } = await ask(party, target, run);
  const detail = `${status} ${reason}`.trim();
  if (status === 200) return up(detail);
  return down(REJECTIONS.has(status) ? "auth" : "reported", detail);
}

async function askByDatagram(party: string, target: CheckTarget, run: CheckRun): Promise<SipReply> {
  const socket = openUdp(target, run);
  try {
    const { address, port } = socket.local();
    const request = optionsRequest(party, "UDP", formatEndpoint(address, port));
    run.trace(`> OPTIONS sip:${party} to ${formatEndpoint(target.address, target.port)}`);
    return await exchange(socket, encodeOptions(request), (datagram) => {
      return finalReply(decodeSipReply(decodeLatin1(datagram)), request, run);
    });
  } finally {
    socket.close();
  }
}

async function askByConnection(party: string, target: CheckTarget, run: CheckRun): Promise<SipReply> {
  const overTls = beginsWithTls(target.service);
  const stream = await (overTls ? openTls : openTcp)(target, run);
  try {
    const request = optionsRequest(party, overTls ? "TLS" : "TCP", bracketed(localAddress(target, run)));
    run.trace(`> OPTIONS sip:${party}`);
    await stream.write(encodeOptions(request));
    const reader = new ByteReader(stream);
    for (let messages = 0; messages < MAX_MESSAGES; messages++) {
      const reply = finalReply(await readSipReply(reader), request, run);
      if (reply) return reply;
    }
    throw new ProtocolError(`the server sent ${MAX_MESSAGES} messages, and none of them answers ours`);
  } finally {
    stream.close();
  }
}

/** Ours, and the last word: provisional replies (1xx) only say that there will be one (RFC 3261, 7.2). */
function finalReply(reply: SipReply | undefined, request: OptionsRequest, run: CheckRun): SipReply | undefined {
  if (reply?.callId !== request.callId) return undefined;
  run.trace(`< ${reply.status} ${reply.reason}`);
  return reply.status < 200 ? undefined : reply;
}

/** The address that we have towards the server: what the kernel would send a datagram from. */
function localAddress(target: CheckTarget, run: CheckRun) {
  const socket = openUdp(target, run);
  try {
    return socket.local().address;
  } finally {
    socket.close();
  }
}
