/**
 * DNS messages as a client sees them (RFC 1035, 4): one question, and what was answered to it.
 */

import { Buffer } from "node:buffer";
// @ts-types="@types/dns-packet"
import { type Answer, decode, type DecodedPacket, encode, RECURSION_DESIRED } from "dns-packet";
import { familyOf, type IpAddress, ipToNumber, parseIp } from "../model/address.ts";
import type { DnsType } from "../model/check.ts";
import { ProtocolError } from "./protocol_error.ts";

/** What is asked, and the number that the answer must carry. */
export interface DnsQuestion {
  readonly id: number;
  readonly type: DnsType;
  /** Complete: nothing is ever added to it. */
  readonly name: string;
}

/** What a server answered. */
export interface DnsAnswer {
  /** `NOERROR`, `NXDOMAIN`, `SERVFAIL` … (RFC 1035, 4.1.1: RCODE). */
  readonly responseCode: string;
  /** What the records of the question's name hold: addresses in canonical form, others as zone files write them. */
  readonly values: readonly string[];
  /** The answer did not fit into a datagram, so there are more values than these. */
  readonly truncated: boolean;
}

/**
 * A question for records of that type; without one for the addresses of a name, or for the names of an address
 * (RFC 1035, 3.5; RFC 3596, 2.5).
 */
export function dnsQuestion(subject: string, addressType: "A" | "AAAA", type?: DnsType): DnsQuestion {
  const id = crypto.getRandomValues(new Uint16Array(1))[0];
  const address = parseIp(subject);
  if (address) return { id, type: type ?? "PTR", name: reverseName(address) };
  return { id, type: type ?? addressType, name: subject.replace(/\.$/, "") };
}

/** The message that asks it; the server is asked to ask others where it does not know. */
export function encodeDnsQuestion({ id, type, name }: DnsQuestion): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(encode({ type: "query", id, flags: RECURSION_DESIRED, questions: [{ type, name }] }));
}

/**
 * What a message answers to `question`; `undefined` when it answers another one (RFC 5452, 9.1).
 * Throws {@link ProtocolError}.
 */
export function decodeDnsAnswer(bytes: Uint8Array<ArrayBuffer>, question: DnsQuestion): DnsAnswer | undefined {
  if (bytes.length < 2 || (bytes[0] << 8 | bytes[1]) !== question.id) return undefined;
  const message = decodeMessage(bytes);
  if (message.type !== "response") throw new ProtocolError("the server sent a question back");
  const responseCode = responseCodeOf(message);
  const echoed = message.questions?.[0];
  // A server that could not read the question may leave it out.
  if (!echoed && responseCode !== "NOERROR") return { responseCode, values: [], truncated: false };
  if (echoed?.type !== question.type || !sameName(echoed.name, question.name)) {
    throw new ProtocolError("the server answered another question than ours");
  }
  const values = valuesFor(question, message.answers ?? []);
  return { responseCode, values, truncated: message.flag_tc };
}

function decodeMessage(bytes: Uint8Array<ArrayBuffer>): DecodedPacket {
  try {
    return decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
  } catch {
    throw new ProtocolError("the server's answer is no DNS message");
  }
}

/** The library's types leave `rcode` out. */
function responseCodeOf(message: DecodedPacket): string {
  return "rcode" in message ? String(message.rcode) : "NOERROR";
}

/** Values of the asked name, and of the names that it is an alias of (RFC 1034, 3.6.2), in whatever order they came. */
function valuesFor(question: DnsQuestion, answers: readonly Answer[]): string[] {
  const names = new Set([canonicalName(question.name)]);
  for (let known = 0; known < names.size;) {
    known = names.size;
    for (const answer of answers) {
      if (answer.type === "CNAME" && names.has(canonicalName(answer.name))) names.add(canonicalName(answer.data));
    }
  }
  const values: string[] = [];
  for (const answer of answers) {
    if (answer.type !== question.type || !names.has(canonicalName(answer.name))) continue;
    const value = valueOf(answer);
    // The library reads on beyond the end of a message that is cut short.
    if (value === undefined) throw new ProtocolError("the server's answer is cut short");
    values.push(value);
  }
  return values;
}

/** A record's data as zone files write it (RFC 1035, 5; RFC 2782 for SRV), without the root's dots. */
function valueOf(answer: Answer): string | undefined {
  switch (answer.type) {
    case "A":
    case "AAAA":
      return parseIp(String(answer.data));
    case "MX":
      return `${answer.data.preference} ${answer.data.exchange}`;
    case "SRV":
      return `${answer.data.priority} ${answer.data.weight} ${answer.data.port} ${answer.data.target}`;
    case "SOA":
      return `${answer.data.mname} ${answer.data.rname} ${answer.data.serial}`;
    case "TXT":
      return textOf(answer.data);
    case "PTR":
    case "NS":
    case "CNAME":
      return answer.data;
    default:
      return undefined;
  }
}

/** The strings of a TXT record belong together (RFC 7208, 3.3). */
function textOf(data: string | Uint8Array | readonly (string | Uint8Array)[]): string {
  const strings = Array.isArray(data) ? data : [data];
  return strings.map((each) => typeof each === "string" ? each : new TextDecoder().decode(each)).join("");
}

/** Names differ neither by case nor by the root's dot (RFC 4343). */
function canonicalName(name: string): string {
  return name.replace(/\.$/, "").toLowerCase();
}

function sameName(a: string, b: string): boolean {
  return canonicalName(a) === canonicalName(b);
}

function reverseName(address: IpAddress): string {
  if (familyOf(address) === 4) return `${address.split(".").reverse().join(".")}.in-addr.arpa`;
  const nibbles = ipToNumber(address).toString(16).padStart(32, "0");
  return `${[...nibbles].reverse().join(".")}.ip6.arpa`;
}
