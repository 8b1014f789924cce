import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { connectsAfter, methodOfRound, runRound } from "../../src/checkers/run.ts";
import { down, up } from "../../src/checkers/verdict.ts";
import { freePort } from "../ports.ts";
import { checkOf, inWords, openDescriptors, silent, withPeer } from "./peers.ts";

/** The rounds of `checktype = 2`, with the verdicts + (passed), - (failed) or ? (our own trouble): c connects, n negotiates. */
const MIXED: [name: string, verdicts: string, methods: string][] = [
  ["negotiates first, then after every two connects", "+++++++", "nccnccn"],
  ["negotiates until a round passes when a negotiate round failed", "+++---+++", "nccnnnncc"],
  ["negotiates until a round passes when a connect round failed", "++--+++", "nccnncc"],
  ["negotiates first until one passes", "--+++", "nnncc"],
  ["makes a round again that could not be made", "+?+?+?+", "nccccnn"],
];

for (const [name, verdicts, methods] of MIXED) {
  Deno.test(`run: checktype = 2 ${name}`, () => {
    const check = { method: "negotiate", connectsPerNegotiate: 2 } as const;
    let connects = 0;
    const made = [...verdicts].map((verdict) => {
      const method = methodOfRound(check, connects);
      const result = verdict === "+" ? up("") : down(verdict === "?" ? "internal" : "mismatch", "");
      connects = connectsAfter(check, connects, method, result);
      return method[0];
    });
    strictEqual(made.join(""), methods);
  });
}

Deno.test("run: without a number every round is alike", () => {
  strictEqual(methodOfRound({ method: "ping" }, connectsAfter({ method: "ping" }, 0, "ping", up(""))), "ping");
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
      `* connecting to 127.0.0.1:${peer.port}`,
      "* connected",
      "> GET /",
      "< HTTP/1.0 200 OK",
    ]);
    ok(round.trace.every((line, i) => line.atMs >= (round.trace[i - 1]?.atMs ?? 0)));
    ok(round.durationMs >= round.trace.at(-1)!.atMs);
  });
});

Deno.test("run: the trace and the verdict stay short, whatever the server says", async () => {
  const talkative = async (client: { hear(): Promise<string>; say(text: string): Promise<void> }) => {
    await client.say(`220-${"\xe9\x07".repeat(4000)}\r\n`);
    for (let line = 0; line < 100; line++) await client.say(`220-${"x".repeat(line)}\r\n`);
    await client.say(`220 ready\r\n`);
    await client.hear();
    await client.say(`550 ${"no".repeat(4000)}\r\n`);
    await client.hear();
    await client.say(`550 ${"no".repeat(4000)}\r\n`);
  };
  await withPeer(talkative, async (peer) => {
    const { result, trace } = await runRound(checkOf({ ...peer, service: "smtp" }), "negotiate");
    const texts = [result.detail, ...trace.map(({ text }) => text)];
    deepStrictEqual(texts.filter((text) => new TextEncoder().encode(text).length > 256), []);
    // deno-lint-ignore no-control-regex
    deepStrictEqual(texts.filter((text) => /[\x00-\x1f\x7f]/.test(text)), []);
    deepStrictEqual(trace.length, 64);
    ok(result.detail.startsWith("550 nonono"));
  });
});

Deno.test("run: two thousand rounds, answered, refused and timed out, leave no descriptor behind", async () => {
  const refused = checkOf({ port: freePort() });
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
