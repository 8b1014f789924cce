import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { type IpAddress, parseIp } from "../../src/model/address.ts";
import { runRound } from "../../src/checkers/run.ts";
import { checkOf, inWords, openDescriptors, verdict } from "./peers.ts";
import { needsSetup } from "../needs_setup.ts";

/** RFC 6666: discards what is sent there; without a route, the kernel refuses to send. Either way there is no answer. */
const NOBODY = parseIp("100::1")!;

for (const address of ["127.0.0.1", "127.1.2.3", "::1"]) {
  Deno.test(`ping: ${address} answers`, needsSetup, async () => {
    strictEqual(await verdict(checkOf({ address: parseIp(address)! }), "ping"), "up: answers to ping");
  });
}

Deno.test("ping: an address that no host has is down", async () => {
  const { result } = await runRound(checkOf({ address: NOBODY }, { checkTimeout: 0.1 }), "ping");
  strictEqual(result.up, false);
});

Deno.test("ping: a thousand at once do not take each other's answers", needsSetup, async () => {
  const before = openDescriptors();
  const addresses = Array.from({ length: 1000 }, (_, i) => `127.0.${i >> 8}.${i & 255}` as IpAddress).slice(1);
  const rounds = await Promise.all(addresses.map((address) => runRound(checkOf({ address }), "ping")));
  const verdicts = new Set(rounds.map((round) => inWords(round.result)));
  deepStrictEqual([...verdicts], ["up: answers to ping"]);
  strictEqual(openDescriptors(), before);
});
