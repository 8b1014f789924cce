import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { logLine } from "../../src/daemon/log/event_log.ts";
import type { CheckKey } from "../../src/model/check.ts";
import { sketchModel, type VirtualSketch } from "./fixture.ts";
import { destinations, FALLBACK, pure, R1, R2, TWO, World } from "./director_world.ts";

Deno.test({
  name: "director: reload moves the difference and leaves running checks on their course",
  ...pure,
  fn: async () => {
    const world = new World("", TWO);
    await world.start();
    world.events.length = 0;
    const other: VirtualSketch = { at: "192.0.2.2:80", reals: ["10.0.0.3:80"] };
    const reloaded = world.director.reload(sketchModel({ ...TWO, reals: ["10.0.0.1:80"] }, other));
    await world.clock.advance(50);
    await reloaded;
    const changes = world.events.filter((event) => event.type === "table-changed").map(({ action }) => action.do);
    deepStrictEqual(changes, ["delete-destination", "add-service", "add-destination"]);
    const before = world.rounds.filter(({ real }) => real === "10.0.0.1:80").length;
    await world.clock.advance(9_000);
    strictEqual(world.rounds.filter(({ real }) => real === "10.0.0.1:80").length, before + 1, "it kept its interval");
    strictEqual(world.rounds.filter(({ real }) => real === "10.0.0.2:80").length, 1, "it is checked no more");
  },
});

Deno.test({
  name: "director: the last round of each check is at hand, across a reload too, and goes with its check",
  ...pure,
  fn: async () => {
    const world = new World("", TWO);
    const last = (real: string) => world.director.lastRound(real as CheckKey);
    strictEqual(last("10.0.0.1:80"), undefined);
    world.kill("10.0.0.2:80");
    await world.start();
    deepStrictEqual(last("10.0.0.1:80")?.result.detail, "200 OK");
    deepStrictEqual(last("10.0.0.2:80")?.result.detail, "connection refused");
    deepStrictEqual(last("10.0.0.2:80")?.trace, [{ atMs: 0, text: "* asking 10.0.0.2:80" }]);
    world.kill("10.0.0.1:80");
    await world.clock.advance(10_000);
    deepStrictEqual(last("10.0.0.1:80")?.result.detail, "connection refused");
    const reloaded = world.director.reload(sketchModel({ ...TWO, reals: ["10.0.0.1:80"] }));
    await world.clock.advance(50);
    await reloaded;
    deepStrictEqual(last("10.0.0.1:80")?.result.detail, "connection refused");
    strictEqual(last("10.0.0.2:80"), undefined);
  },
});

for (
  const [fallback, afterSettling] of [
    [undefined, [R1, R2]],
    ["127.0.0.1:80", [FALLBACK]],
  ] as const
) {
  Deno.test(
    `a reload that replaces all real servers keeps the old ones while ${
      fallback ? "the fallback" : "nothing"
    } can serve`,
    pure,
    async () => {
      const world = new World("", { ...TWO, fallback });
      await world.start();
      world.slow("10.0.0.3:80", 3_000);
      void world.director.reload(sketchModel({ ...TWO, fallback, reals: ["10.0.0.3:80"] }));
      await world.clock.advance(500);
      deepStrictEqual(await destinations(world), [R1, R2]);
      await world.clock.advance(1_500);
      deepStrictEqual(await destinations(world), afterSettling);
      await world.clock.advance(2_000);
      deepStrictEqual(await destinations(world), ["-a -r 10.0.0.3:80 -m -w 1"]);
    },
  );
}

Deno.test("a reload that replaces all real servers by dead ones leaves none of the old ones", pure, async () => {
  const world = new World("", { ...TWO, fallback: undefined });
  await world.start();
  world.kill("10.0.0.3:80");
  void world.director.reload(sketchModel({ ...TWO, fallback: undefined, reals: ["10.0.0.3:80"] }));
  await world.clock.advance(2_000);
  deepStrictEqual(await destinations(world), []);
});

/** Another virtual service, of the same real servers and some others: their checks go on as they were. */
const OTHER: VirtualSketch = { ...TWO, at: "192.0.2.2:80", fallback: undefined };

Deno.test("a reload to another address of the virtual service puts its real servers there at once", pure, async () => {
  const world = new World("", TWO);
  await world.start();
  await world.clock.advance(20_000);
  await world.director.reload(sketchModel(OTHER));
  deepStrictEqual(await world.table(), [
    "-A -t 192.0.2.2:80 -s wrr",
    "-a -t 192.0.2.2:80 -r 10.0.0.1:80 -m -w 1",
    "-a -t 192.0.2.2:80 -r 10.0.0.2:80 -m -w 1",
  ]);
});

Deno.test(
  "a reload that lists a dead real server in another virtual service leaves it out, and says so",
  pure,
  async () => {
    const world = new World("", TWO);
    world.kill("10.0.0.2:80");
    await world.start();
    await world.clock.advance(20_000);
    world.events.length = 0;
    await world.director.reload(sketchModel(TWO, { ...OTHER, options: { failureCount: 1 } }));
    const told = world.events.flatMap((event) => event.type === "transition" ? [logLine(event).text] : []);
    strictEqual(told.length, 2);
    ok(told[1].includes("10.0.0.2:80"), told[1]);
    deepStrictEqual((await world.table()).filter((rule) => rule.includes("192.0.2.2")), [
      "-A -t 192.0.2.2:80 -s wrr",
      "-a -t 192.0.2.2:80 -r 10.0.0.1:80 -m -w 1",
    ]);
  },
);

Deno.test("a round that ended just before a reload counts once for the real servers that it brings", pure, async () => {
  const world = new World("-A -t 192.0.2.2:80 -s wrr\n-a -t 192.0.2.2:80 -r 10.0.0.2:80 -m -w 1\n", {
    ...TWO,
    interval: 20,
  });
  await world.start();
  world.kill("10.0.0.2:80");
  world.slow("10.0.0.2:80", 500);
  const rounds = () => world.rounds.filter(({ real }) => real === "10.0.0.2:80");
  while (rounds().length < 2) await world.clock.advance(100);
  // Verdicts are gathered for 10 ms.
  await world.clock.advance(rounds()[1].at + 502 - world.clock.now());
  await world.director.reload(sketchModel({ ...OTHER, interval: 20, options: { failureCount: 2 } }));
  await world.clock.advance(1_000);
  ok((await world.table()).includes("-a -t 192.0.2.2:80 -r 10.0.0.2:80 -m -w 1"));
});
