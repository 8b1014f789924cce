import { deepStrictEqual } from "node:assert/strict";
import { type AlsoCheck, alsoCheck } from "../../../src/config/language/also_check.ts";
import { saysFacts } from "../../facts.ts";

const pure = { permissions: "none" } as const;

const GOOD: readonly (readonly [text: string, value: AlsoCheck])[] = [
  ["smtp", { kind: "smtp", port: undefined, request: "", receive: { source: "", at: 0 } }],
  ["connect:22", { kind: "connect", port: 22, request: "", receive: { source: "", at: 0 } }],
  ["ping", { kind: "ping", port: undefined, request: "", receive: { source: "", at: 0 } }],
  ['http:8080 "/health"', { kind: "http", port: 8080, request: "/health", receive: { source: "", at: 0 } }],
  ['http "/a", "OK"', { kind: "http", port: undefined, request: "/a", receive: { source: "OK", at: 12 } }],
];

for (const [text, value] of GOOD) {
  Deno.test({ name: `alsocheck = ${text}`, ...pure, fn: () => deepStrictEqual(alsoCheck.read(text), { value }) });
}

/** What is written, and `offset+length text` as far as it states facts. */
const BAD: readonly (readonly [text: string, says: string])[] = [
  ["htp", '0+3 … service … "htp"'],
  ["none", '0+4 … service … "none"'],
  ["http:70000", "0+10 … 65535"],
  ["http:www", '0+8 … "www"'],
  ["http /health", "5+7 Invalid text"],
  ['http "a" "b" "c"', "13+3 Invalid text"],
  ['http "a', "5+1 … quote …"],
];

for (const [text, says] of BAD) {
  Deno.test({
    name: `alsocheck = ${text} is a mistake`,
    ...pure,
    fn: () => {
      const reading = alsoCheck.read(text);
      if ("value" in reading) throw new Error("it was understood");
      const { at, length, text: said } = reading.mistake;
      saysFacts([`${at}+${length} ${said}`], [says]);
    },
  });
}
