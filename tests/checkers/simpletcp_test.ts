import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { unescapeRequest } from "../../src/checkers/simpletcp.ts";
import type { CheckTarget } from "../../src/model/check.ts";
import { encodeLatin1 } from "../../src/wire/transport/latin1.ts";
import { saysFacts } from "../facts.ts";
import { freePort } from "../ports.ts";
import {
  checkOf,
  closesAtOnce,
  contains,
  expression,
  flood,
  garbage,
  type Manners,
  silent,
  verdict,
  withPeer,
} from "./peers.ts";

for (
  const [request, bytes] of [
    ["PING\\r\\n", "PING\r\n"],
    ["a\\tb\\\\n", "a\tb\\n"],
    ["\\x00\\xFF", "\x00\xff"],
    ["/stats", "stats"],
    ["//stats", "/stats"],
    ["100% \\q", "100% \\q"],
    ["\\x4", "\\x4"],
    ["", ""],
  ]
) {
  Deno.test(`simpletcp: the request ${JSON.stringify(request)} is sent as ${JSON.stringify(bytes)}`, () => {
    deepStrictEqual(unescapeRequest(request), encodeLatin1(bytes));
  });
}

/** Reads to the end of what the client sends, then answers with it. */
const echoes: Manners = async (client) => {
  let heard = "";
  for (let more = await client.hear(); more !== ""; more = await client.hear()) heard += more;
  await client.say(`heard ${heard}`);
};

/** Says something bit by bit, and stays. */
function says(...pieces: readonly string[]): Manners {
  return async (client) => {
    for (const piece of pieces) await client.say(piece);
    await client.over();
  };
}

const ping: Partial<CheckTarget> = { request: "PING", receive: contains("heard PING") };

const ROWS: readonly { name: string; peer: Manners; target: Partial<CheckTarget>; verdict: string }[] = [
  { name: "the asked reply", peer: echoes, target: ping, verdict: "up: reply matches receive (10 bytes)" },
  {
    name: "another reply",
    peer: echoes,
    target: { ...ping, request: "PONG" },
    verdict: "down (mismatch): … /heard PING/",
  },
  {
    name: "no reply",
    peer: closesAtOnce,
    target: { ...ping, request: "" },
    verdict: "down (mismatch): … /heard PING/",
  },
  {
    name: "a line of a server that never closes",
    peer: says("* hello\r\n", "+PO", "NG\r\n"),
    target: { receive: expression("^\\+PONG\\s*$") },
    verdict: "up: reply matches receive (16 bytes)",
  },
  {
    name: "no line's end, of a server that never closes",
    peer: says("+PONG"),
    target: { receive: expression("^\\+PONG") },
    verdict: "down (timeout): no answer within 0.1 s (waiting for the reply to (nothing))",
  },
  {
    name: "the last line, which has no end",
    peer: async (client) => await client.say("hello\n+PONG"),
    target: { receive: expression("^\\+PONG$") },
    verdict: "up: reply matches receive (11 bytes)",
  },
  {
    name: "what reaches over lines",
    peer: async (client) => await client.say("one\ntwo\n"),
    target: { receive: expression("e\nt") },
    verdict: "up: reply matches receive (8 bytes)",
  },
  { name: "a reply where none is asked", peer: echoes, target: {}, verdict: "up: answered" },
  {
    name: "a close where no reply is asked",
    peer: closesAtOnce,
    target: {},
    verdict: "up: closed the connection in order",
  },
  {
    name: "garbage",
    peer: garbage,
    target: ping,
    verdict: "down (mismatch): … /heard PING/",
  },
  {
    name: "a flood that matches",
    peer: flood("heard PING "),
    target: ping,
    verdict: "up: reply matches receive (1048576 bytes)",
  },
  {
    name: "a flood that does not",
    peer: flood("x"),
    target: ping,
    verdict: "down (mismatch): … /heard PING/",
  },
  {
    name: "silence",
    peer: silent,
    target: ping,
    verdict: "down (timeout): no answer within 0.1 s (waiting for the reply to PING)",
  },
];

for (const row of ROWS) {
  Deno.test(`simpletcp: ${row.name}`, async () => {
    const deadline = row.verdict.includes("timeout") ? 0.1 : 20;
    const target = { service: "simpletcp", ...row.target } as const;
    await withPeer(row.peer, async (at) => {
      saysFacts([await verdict(checkOf({ ...at, ...target }, { negotiateTimeout: deadline }))], [row.verdict]);
    });
  });
}

Deno.test("simpletcp: a closed port is refused", async () => {
  strictEqual(
    await verdict(checkOf({ service: "simpletcp", port: freePort() })),
    "down (refused): connection refused",
  );
});
