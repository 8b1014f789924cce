import { deepStrictEqual, ok } from "node:assert/strict";
import { methodOfRound, runRound } from "../../src/checkers/run.ts";
import { checkOf, closedPort, inWords, openDescriptors, silent, withPeer } from "./peers.ts";

Deno.test("run: checktype = 2 connects twice and then negotiates", () => {
  const check = { method: "negotiate", connectsPerNegotiate: 2 } as const;
  const methods = [0, 1, 2, 3, 4, 5, 6].map((round) => methodOfRound(check, round));
  deepStrictEqual(methods, ["connect", "connect", "negotiate", "connect", "connect", "negotiate", "connect"]);
});

Deno.test("run: without a number every round is alike", () => {
  deepStrictEqual([0, 1, 2].map((round) => methodOfRound({ method: "ping" }, round)), ["ping", "ping", "ping"]);
});

Deno.test("run: a negotiate round has a deadline of its own", async () => {
  await withPeer(silent, async (peer) => {
    const check = checkOf(peer, { checkTimeout: 0.1, negotiateTimeout: 0.2 });
    ok(inWords((await runRound(check, "negotiate")).result).includes("within 0.2 s"));
  });
});

Deno.test("run: the trace tells the conversation", async () => {
  const polite = async (client: { hear(): Promise<string>; say(text: string): Promise<void> }) => {
    await client.hear();
    await client.say("HTTP/1.0 200 OK\r\n\r\n");
  };
  await withPeer(polite, async (peer) => {
    const round = await runRound(
      checkOf({ ...peer, request: "http://joe:secret@127.0.0.1:" + peer.port }),
      "negotiate",
    );
    deepStrictEqual(round.trace.map((line) => line.text), [
      `connecting to 127.0.0.1:${peer.port}`,
      "> GET /",
      "< HTTP/1.0 200 OK",
    ]);
    ok(round.trace.every((line, i) => line.atMs >= (round.trace[i - 1]?.atMs ?? 0)));
    ok(round.durationMs >= round.trace.at(-1)!.atMs);
  });
});

Deno.test("run: two thousand rounds, answered, refused and timed out, leave no descriptor behind", async () => {
  const refused = checkOf({ port: closedPort() });
  const pings = checkOf({});
  await withPeer((client) => client.gone(), async (peer) => {
    const connects = checkOf(peer);
    const stalls = checkOf(peer, { negotiateTimeout: 0.05 });
    const stallsInTls = checkOf({ ...peer, service: "https" }, { negotiateTimeout: 0.05 });
    const oneOfEach = () => [
      runRound(connects, "connect"),
      runRound(refused, "negotiate"),
      runRound(stalls, "negotiate"),
      runRound(stallsInTls, "negotiate"),
      runRound(pings, "ping"),
    ];
    await Promise.all(oneOfEach());
    const before = openDescriptors();
    for (let batch = 0; batch < 40; batch++) {
      await Promise.all(Array.from({ length: 10 }, oneOfEach).flat());
    }
    // The peer's ends of the connections are this process's too; they go when it has noticed.
    while (openDescriptors() > before) await new Promise((resolve) => setTimeout(resolve, 20));
  });
});
