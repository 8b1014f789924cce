import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import {
  decodeDnsAnswer,
  type DnsQuestion,
  dnsQuestion,
  encodeDnsQuestion,
} from "../../../src/wire/protocols/dns_message.ts";
import { ProtocolError } from "../../../src/wire/transport/protocol_error.ts";

function bytes(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromHex(hex.replace(/\s/g, ""));
}

const QUESTION: DnsQuestion = { id: 0xdb42, type: "A", name: "www.northeastern.edu" };

/** As captured (and printed in textbooks): a question and its answer, id db42. */
const CAPTURED = {
  question: `db42 0100 0001 0000 0000 0000
    03777777 0c6e6f7274686561737465726e 03656475 00 0001 0001`,
  answer: `db42 8180 0001 0001 0000 0000
    03777777 0c6e6f7274686561737465726e 03656475 00 0001 0001
    c00c 0001 0001 00000258 0004 9b211144`,
};

Deno.test("a DNS question is encoded as captured", () => {
  deepStrictEqual(encodeDnsQuestion(QUESTION), bytes(CAPTURED.question));
});

Deno.test("a DNS answer is decoded as captured", () => {
  deepStrictEqual(decodeDnsAnswer(bytes(CAPTURED.answer), QUESTION), {
    responseCode: "NOERROR",
    values: ["155.33.17.68"],
    truncated: false,
  });
});

const HEAD = "db42 8180 0001";
const ASKED = "03777777 0c6e6f7274686561737465726e 03656475 00 0001 0001";

const ANSWERS: readonly { name: string; message: string; values: readonly string[]; code?: string; cut?: boolean }[] = [
  {
    name: "aliases are followed, in whatever order they stand",
    message: `${HEAD} 0003 0000 0000 ${ASKED}
      016200 0001 0001 00000000 0004 c0000201
      016100 0005 0001 00000000 0003 0162 00
      c00c 0005 0001 00000000 0003 0141 00`,
    values: ["192.0.2.1"],
  },
  {
    name: "records of other names do not count",
    message: `${HEAD} 0001 0000 0000 ${ASKED} 016200 0001 0001 00000000 0004 c0000201`,
    values: [],
  },
  {
    name: "an answer cut short is known as such",
    message: `db42 8380 0001 0000 0000 0000 ${ASKED}`,
    values: [],
    cut: true,
  },
  { name: "a refusal", message: `db42 8185 0001 0000 0000 0000 ${ASKED}`, values: [], code: "REFUSED" },
  { name: "a refusal without the question", message: "db42 8181 0000 0000 0000 0000", values: [], code: "FORMERR" },
];

for (const row of ANSWERS) {
  Deno.test(`DNS answer: ${row.name}`, () => {
    deepStrictEqual(decodeDnsAnswer(bytes(row.message), QUESTION), {
      responseCode: row.code ?? "NOERROR",
      values: row.values,
      truncated: row.cut ?? false,
    });
  });
}

const WRONG: readonly { name: string; message: string; error: string }[] = [
  {
    name: "another question",
    message: `${HEAD} 0000 0000 0000 0161 00 0001 0001`,
    error: "the server answered another question than ours",
  },
  { name: "our own question", message: CAPTURED.question, error: "the server sent a question back" },
  {
    name: "a cut message",
    message: CAPTURED.answer.replace(/\s/g, "").slice(0, -6),
    error: "the server's answer is cut short",
  },
  {
    name: "a name that points to itself",
    message: `${HEAD} 0000 0000 0000 c00c 0001 0001`,
    error: "the server's answer is no DNS message",
  },
];

for (const row of WRONG) {
  Deno.test(`DNS answer: ${row.name} is refused`, () => {
    throws(() => decodeDnsAnswer(bytes(row.message), QUESTION), { name: "ProtocolError", message: row.error });
  });
}

Deno.test("a DNS answer with another id is not ours", () => {
  strictEqual(decodeDnsAnswer(bytes(CAPTURED.answer), { ...QUESTION, id: 1 }), undefined);
});

const SUBJECTS: readonly [subject: string, type: string, name: string][] = [
  ["www.example.org", "AAAA", "www.example.org"],
  ["www.example.org.", "AAAA", "www.example.org"],
  ["192.0.2.1", "PTR", "1.2.0.192.in-addr.arpa"],
  ["2001:db8::567:89ab", "PTR", "b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"],
];

for (const [subject, type, name] of SUBJECTS) {
  Deno.test(`DNS question for ${subject}`, () => {
    const question = dnsQuestion(subject, "AAAA");
    deepStrictEqual([question.type, question.name], [type, name]);
  });
}

Deno.test("DNS questions have ids of their own", () => {
  const ids = new Set(Array.from({ length: 64 }, () => dnsQuestion("example.org", "A").id));
  strictEqual(ids.size > 32, true);
});

/** A message of so many aliases in reverse order, each with its name written out. */
function aliasesInReverse(count: number): Uint8Array<ArrayBuffer> {
  const name = (
    text: string,
  ) => [...text.split(".").flatMap((label) => [label.length, ...new TextEncoder().encode(label)]), 0];
  const uint16 = (value: number) => [value >> 8, value & 0xff];
  const record = (from: string, type: number, data: readonly number[]) => [
    ...name(from),
    ...uint16(type),
    ...[0, 1, 0, 0, 0, 0],
    ...uint16(data.length),
    ...data,
  ];
  const steps = Array.from({ length: count }, (_, i) => record(`${i || "w.x"}`, 5, name(`${i + 1}`))).toReversed();
  return Uint8Array.from([
    ...[0, 7, 0x84, 0, 0, 1, ...uint16(count + 1), 0, 0, 0, 0],
    ...[...name("w.x"), 0, 1, 0, 1],
    ...steps.flat(),
    ...record(`${count}`, 1, [192, 0, 2, 1]),
  ]);
}

Deno.test("dns: thousands of aliases in reverse order lead to the address", () => {
  const question = { id: 7, type: "A", name: "w.x" } as const;
  deepStrictEqual(decodeDnsAnswer(aliasesInReverse(3000), question)?.values, ["192.0.2.1"]);
});

Deno.test("dns: names that point to themselves, forwards, or on and on are refused", () => {
  const question = { id: 7, type: "A", name: "x" } as const;
  const head = [0, 7, 0x84, 0, 0, 1, 0, 0, 0, 0, 0, 0];
  const loops = [[0xc0, 12], [0xc0, 14, 0], [1, 120, 0xc0, 12], [1, 120, 0xc0, 14], [0xff, 0xff]];
  for (const loop of loops) {
    throws(() => decodeDnsAnswer(Uint8Array.from([...head, ...loop, 0, 1, 0, 1]), question), ProtocolError);
  }
});
