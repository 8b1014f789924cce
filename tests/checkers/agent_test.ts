import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { judgeAgent } from "../../src/checkers/agent.ts";
import { askedWeight } from "../../src/checkers/external.ts";
import type { AskedWeight } from "../../src/model/check.ts";
import { checkOf, type Manners, verdict, withPeer } from "./peers.ts";

const pure = { permissions: "none" } as const;

/** What an agent says -> `up`, `up N%`, `down why`. */
const LINES: [line: string, verdict: string][] = [
  ["up", "up"],
  ["ready", "up"],
  ["75%", "up 75%"],
  ["up 50%", "up 50%"],
  ["80%, ready", "up 80%"],
  ["drain", "up 0%"],
  ["DRAIN", "up 0%"],
  ["150%", "up 150%"],
  ["down", "down reported: the agent says down"],
  ["down # disk full", "down reported: the agent says down: disk full"],
  ["maint", "down reported: the agent says maint"],
  ["stopped", "down reported: the agent says stopped"],
  ["up fail", "down reported: the agent says fail"],
  ["", "down mismatch: the agent did not report a state: an empty line"],
  ["GET / HTTP/1.1", "down mismatch: the agent did not report a state: GET / HTTP/1.1"],
  ["9999%", "down mismatch: the agent did not report a state: 9999%"],
];

for (const [line, expected] of LINES) {
  Deno.test({
    name: `agent: "${line}"`,
    ...pure,
    fn: () => {
      const result = judgeAgent(line);
      const percent = result.up && result.weight && "percent" in result.weight ? ` ${result.weight.percent}%` : "";
      strictEqual(result.up ? `up${percent}` : `down ${result.why}: ${result.detail}`, expected);
    },
  });
}

const PEERS: [name: string, peer: Manners, verdict: string][] = [
  ["a line", (client) => client.say("drain\r\n"), "up: the agent says drain"],
  ["a line that ends with CR", (client) => client.say("75%\r").then(() => client.over()), "up: the agent says 75%"],
  ["a close instead of the line's end", (client) => client.say("75%"), "up: the agent says 75%"],
  ["a line that comes in pieces", async (client) => {
    for (const piece of ["dr", "ain", "\n"]) await client.say(piece);
  }, "up: the agent says drain"],
  [
    "a close without a word",
    () => Promise.resolve(),
    "down (mismatch): the agent did not report a state: an empty line",
  ],
  [
    "a flood without a line end",
    (client) => client.say("x".repeat(5000)),
    "down (mismatch): the agent sent a line of more than 1024 bytes",
  ],
];

for (const [name, peer, expected] of PEERS) {
  Deno.test(`agent: ${name}`, () =>
    withPeer(
      peer,
      async (at) => strictEqual((await verdict(checkOf(at), "agent")).trim(), expected.trim()),
    ));
}

/** The last line of an external command -> the weight that it asks for. */
const WEIGHTS: [line: string, weight: AskedWeight | undefined][] = [
  ["weight 50", { absolute: 50 }],
  ["weight 0", { absolute: 0 }],
  ["weight 65535", { absolute: 65535 }],
  ["weight 65536", undefined],
  ["75%", { percent: 75 }],
  [" 75% ", { percent: 75 }],
  ["weight -1", undefined],
  ["the weight 50", undefined],
  ["", undefined],
];

for (const [line, weight] of WEIGHTS) {
  Deno.test({ name: `dynamicweight: "${line}"`, ...pure, fn: () => deepStrictEqual(askedWeight(line), weight) });
}
