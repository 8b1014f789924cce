/**
 * dns: the addresses of a name, the names of an address, or other records are asked for and one of them must match
 * `receive`.
 */

import { formatEndpoint, parseIp } from "../model/address.ts";
import type { CheckResult, CheckRun, CheckTarget } from "../model/check.ts";
import type { Pattern } from "../model/pattern.ts";
import { ByteReader } from "../wire/transport/byte_reader.ts";
import { exchange } from "../wire/transport/datagram_exchange.ts";
import {
  decodeDnsAnswer,
  type DnsAnswer,
  type DnsQuestion,
  dnsQuestion,
  encodeDnsQuestion,
} from "../wire/protocols/dns_message.ts";
import { ProtocolError } from "../wire/transport/protocol_error.ts";
import { openTcp, openUdp } from "./open.ts";
import { down, up } from "./verdict.ts";

/** Strange messages on one connection; other hosts can send datagrams, and cannot write into a connection. */
const MAX_STRANGERS = 4;

/**
 * Asks for the records of `dnstype`; without one for A, for AAAA where `receive` is an IPv6 address, or for PTR where
 * `request` is an address. The name is asked for as it is: no search list.
 */
export async function dns(target: CheckTarget, run: CheckRun): Promise<CheckResult> {
  if (!target.request) return down("internal", "no request: it says which name to ask for");
  const wanted = plainAddress(target.receive);
  const question = dnsQuestion(target.request, wanted?.includes(":") ? "AAAA" : "A", target.dnsType);
  const ask = target.transport === "udp" ? askByDatagram : askByConnection;
  const answer = await ask(question, target, run);
  const result = judge(answer, question, target.receive, run);
  if (result.up || !answer.truncated || ask === askByConnection) return result;
  // What did not fit into the datagram is to be had over TCP (RFC 7766, 5).
  return judge(await askByConnection(question, target, run), question, target.receive, run);
}

async function askByDatagram(question: DnsQuestion, target: CheckTarget, run: CheckRun): Promise<DnsAnswer> {
  const socket = openUdp(target, run);
  try {
    run.trace(`> ${question.type} ${question.name} to ${formatEndpoint(target.address, target.port)}`);
    return await exchange(socket, encodeDnsQuestion(question), (datagram) => decodeDnsAnswer(datagram, question));
  } finally {
    socket.close();
  }
}

/** RFC 7766, 8: each message has its length, two bytes, in front. */
async function askByConnection(question: DnsQuestion, target: CheckTarget, run: CheckRun): Promise<DnsAnswer> {
  const stream = await openTcp(target, run);
  try {
    run.trace(`> ${question.type} ${question.name}`);
    const message = encodeDnsQuestion(question);
    await stream.write(Uint8Array.of(message.length >> 8, message.length & 0xff, ...message));
    const reader = new ByteReader(stream);
    for (let strangers = 0; strangers < MAX_STRANGERS; strangers++) {
      const [high, low] = await reader.exactly(2);
      const answer = decodeDnsAnswer(await reader.exactly(high << 8 | low), question);
      if (answer) return answer;
    }
    throw new ProtocolError("the server answered other questions than ours");
  } finally {
    stream.close();
  }
}

/** A server that knows no such name is well by DNS's own rules, but it is not what the operator asks for. */
function judge(
  { responseCode, values, truncated }: DnsAnswer,
  question: DnsQuestion,
  receive: Pattern | undefined,
  run: CheckRun,
): CheckResult {
  run.trace(`< ${responseCode} ${values.join(", ")}${truncated ? " (truncated)" : ""}`);
  if (responseCode === "NXDOMAIN") return down("mismatch", `NXDOMAIN: there is no name ${question.name}`);
  if (responseCode !== "NOERROR") return down("reported", responseCode);
  if (values.length === 0) return down("mismatch", `the answer has no ${question.type} record`);
  const said = `${question.type} ${values.join(", ")}${truncated ? " (truncated)" : ""}`;
  if (!receive || values.some((value) => matches(receive, value))) return up(said);
  return down("mismatch", `no answer matches receive: /${receive.source}/ (${said})`);
}

/**
 * An address means that address, however it is written: as an expression `192.0.2.1` would also match 192.0.2.10.
 * Anything else is an expression, unanchored as everywhere, and meets each address or name by itself.
 */
function matches(receive: Pattern, value: string): boolean {
  const address = plainAddress(receive);
  return address ? address === value : receive.matches(value);
}

/** The address that an expression stands for: dots escaped or not, with anchors or without. */
function plainAddress(receive: Pattern | undefined): string | undefined {
  return receive && parseIp(receive.source.replace(/^\^|\$$/g, "").replaceAll("\\.", "."));
}
