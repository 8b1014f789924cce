/**
 * DNS messages as a client sees them (RFC 1035, 4): one question, and what was answered to it.
 */

// @ts-types="@types/dns-packet"
import { encode, RECURSION_DESIRED } from "dns-packet";
import { familyOf, type IpAddress, ipFromBytes, ipToNumber, parseIp } from "../../model/address.ts";
import type { DnsType } from "../../model/check.ts";
import { DnsReader, textOf } from "./dns_reader.ts";
import { ProtocolError } from "../transport/protocol_error.ts";

const HEADER_SIZE = 12;
const CLASS_SIZE = 2;
const TTL_SIZE = 4;

/** Bits of the header's flags (RFC 1035, 4.1.1). */
const RESPONSE = 0x8000;
const TRUNCATED = 0x0200;

/** By number (RFC 1035, 4.1.1; RFC 2136, 2.2). */
const RESPONSE_CODES = [
  "NOERROR",
  "FORMERR",
  "SERVFAIL",
  "NXDOMAIN",
  "NOTIMP",
  "REFUSED",
  "YXDOMAIN",
  "YXRRSET",
  "NXRRSET",
  "NOTAUTH",
  "NOTZONE",
];

const TYPE_NUMBERS: Record<DnsType, number> = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
};

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
  if (bytes.length < HEADER_SIZE) throw new ProtocolError("the server's answer is no DNS message");
  const reader = new DnsReader(bytes);
  const [, flags, questions, answers] = Array.from({ length: HEADER_SIZE / 2 }, () => reader.uint16());
  if (!(flags & RESPONSE)) throw new ProtocolError("the server sent a question back");
  const responseCode = RESPONSE_CODES[flags & 0xf] ?? `RCODE_${flags & 0xf}`;
  // A server that could not read the question may leave it out.
  if (questions === 0 && responseCode !== "NOERROR") return { responseCode, values: [], truncated: false };
  for (let i = 0; i < questions; i++) {
    const name = reader.name();
    const type = reader.uint16();
    reader.take(CLASS_SIZE);
    if (i === 0 && (type !== TYPE_NUMBERS[question.type] || !sameName(name, question.name))) throw otherQuestion();
  }
  if (questions === 0) throw otherQuestion();
  const records = Array.from({ length: answers }, () => readRecord(reader));
  return { responseCode, values: valuesFor(question, records, reader), truncated: (flags & TRUNCATED) !== 0 };
}

function otherQuestion(): ProtocolError {
  return new ProtocolError("the server answered another question than ours");
}

/** A record of an answer; its data stands from one place to another. */
interface DnsRecord {
  readonly name: string;
  readonly type: number;
  readonly from: number;
  readonly to: number;
}

/** RFC 1035, 4.1.3. */
function readRecord(reader: DnsReader): DnsRecord {
  const name = canonicalName(reader.name());
  const type = reader.uint16();
  reader.take(CLASS_SIZE + TTL_SIZE);
  const length = reader.uint16();
  const from = reader.at;
  reader.take(length);
  return { name, type, from, to: reader.at };
}

/** Values of the asked name, and of the names that it is an alias of (RFC 1034, 3.6.2), in whatever order they came. */
function valuesFor(question: DnsQuestion, records: readonly DnsRecord[], reader: DnsReader): string[] {
  const aliases = new Map<string, string[]>();
  for (const record of records) {
    if (record.type !== TYPE_NUMBERS.CNAME) continue;
    const targets = aliases.get(record.name);
    const target = canonicalName(dataOf("CNAME", record, reader));
    if (targets) targets.push(target);
    else aliases.set(record.name, [target]);
  }
  // A set goes on to what is added while it is walked through.
  const names = new Set([canonicalName(question.name)]);
  for (const name of names) for (const target of aliases.get(name) ?? []) names.add(target);
  return records.filter(({ name, type }) => type === TYPE_NUMBERS[question.type] && names.has(name))
    .map((record) => dataOf(question.type, record, reader));
}

/** A record's data as zone files write it (RFC 1035, 5; RFC 2782 for SRV), without the root's dots. */
function dataOf(type: DnsType, { from, to }: DnsRecord, reader: DnsReader): string {
  reader.skipTo(from);
  const data = DATA[type](reader, to);
  if (reader.at !== to) throw new ProtocolError("the server's answer is no DNS message");
  return data;
}

const DATA: Record<DnsType, (reader: DnsReader, to: number) => string> = {
  A: (reader) => ipFromBytes(reader.take(4), 4),
  AAAA: (reader) => ipFromBytes(reader.take(16), 6),
  MX: (reader) => `${reader.uint16()} ${reader.name()}`,
  SRV: (reader) => `${reader.uint16()} ${reader.uint16()} ${reader.uint16()} ${reader.name()}`,
  SOA: (reader, to) => {
    const said = `${reader.name()} ${reader.name()} ${reader.uint32()}`;
    // Times that are of use to other servers only.
    reader.skipTo(to);
    return said;
  },
  TXT: (reader, to) => {
    // The strings of a record belong together (RFC 7208, 3.3).
    let text = "";
    while (reader.at < to) text += textOf(reader.take(reader.take(1)[0]));
    return text;
  },
  PTR: (reader) => reader.name(),
  NS: (reader) => reader.name(),
  CNAME: (reader) => reader.name(),
};

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
