import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { destinations, FALLBACK, pure, R1, R2, TWO, World } from "./director_world.ts";

Deno.test({
  name: "director: the dead leave, the fallback steps in for the last, the recovered return",
  ...pure,
  fn: async () => {
    const world = new World("", TWO);
    await world.start();
    deepStrictEqual(await destinations(world), [R1, R2]);
    world.kill("10.0.0.1:80");
    await world.clock.advance(10_100);
    deepStrictEqual(await destinations(world), [R2]);
    world.kill("10.0.0.2:80");
    await world.clock.advance(10_100);
    deepStrictEqual(await destinations(world), [FALLBACK]);
    world.revive("10.0.0.1:80");
    await world.clock.advance(10_100);
    deepStrictEqual(await destinations(world), [R1]);
  },
});

Deno.test({
  name: "director: a slow check delays no other, and is never started twice at a time",
  ...pure,
  fn: async () => {
    const world = new World("", { ...TWO, interval: 1 });
    world.slow("10.0.0.1:80", 3_000);
    const started = world.director.start();
    await world.clock.advance(9_000);
    await started;
    const starts = (real: string) => world.rounds.filter((round) => round.real === real).map(({ at }) => at);
    ok(starts("10.0.0.2:80").length >= 9, "the quick one keeps its interval");
    deepStrictEqual(starts("10.0.0.1:80").slice(0, 3), [0, 3_000, 6_000]);
  },
});

Deno.test({
  name:
    "director: with alsocheck a real server is up when all its checks pass, and the reason names the one that fails",
  ...pure,
  fn: async () => {
    const world = new World("", { ...TWO, interval: 1, also: [25] });
    await world.start();
    deepStrictEqual(await destinations(world), [R1, R2]);
    world.kill("10.0.0.1:25");
    await world.clock.advance(2_000);
    deepStrictEqual(await destinations(world), [R2]);
    const [told] = world.events.filter((event) => event.type === "transition" && event.is === "down");
    strictEqual(told.type === "transition" && told.reason, "http at port 25: connection refused");
    world.kill("10.0.0.1:80");
    world.revive("10.0.0.1:25");
    await world.clock.advance(2_000);
    deepStrictEqual(await destinations(world), [R2], "the other check fails now");
    world.revive("10.0.0.1:80");
    await world.clock.advance(2_000);
    deepStrictEqual((await destinations(world)).toSorted(), [R1, R2]);
  },
});

Deno.test({
  name:
    "director: a weight that a check asks for goes to the kernel, a drain is no death, and none at all is the configured one",
  ...pure,
  fn: async () => {
    const world = new World("", { ...TWO, reals: ["10.0.0.1:80 weight 10", "10.0.0.2:80"], interval: 1 });
    await world.start();
    const seen: (string | undefined)[] = [];
    for (const weight of [{ percent: 75 }, { percent: 1 }, { percent: 0 }, { absolute: 300 }, undefined]) {
      world.ask("10.0.0.1:80", weight);
      await world.clock.advance(1_100);
      seen.push((await destinations(world)).find((rule) => rule.includes("10.0.0.1"))?.split(" ").at(-1));
    }
    deepStrictEqual(seen, ["8", "1", "0", "300", "10"]);
    deepStrictEqual(world.events.filter((event) => event.type === "transition" && event.is === "down"), []);
  },
});

Deno.test({
  name: "director: retryinterval: with failurecount 3 a dead real server is out after one interval and two retries",
  ...pure,
  fn: async () => {
    const world = new World("", { ...TWO, interval: 10, retryInterval: 1, options: { failureCount: 3, riseCount: 2 } });
    await world.start();
    await world.clock.advance(40_000);
    world.kill("10.0.0.1:80");
    const rounds = () => world.rounds.filter(({ real }) => real === "10.0.0.1:80").map(({ at }) => at);
    const before = rounds().length;
    await world.clock.advance(12_100);
    deepStrictEqual(await destinations(world), [R2]);
    const [first, second, third, fourth] = rounds().slice(before);
    deepStrictEqual([second - first, third - second], [1_000, 1_000]);
    strictEqual(fourth, undefined, "decided: it is back to its interval");
    world.revive("10.0.0.1:80");
    await world.clock.advance(11_100);
    deepStrictEqual(await destinations(world), [R1, R2].toReversed());
  },
});

Deno.test({
  name: "director: slowstart: the weight of one that comes back climbs, that of one that starts does not",
  ...pure,
  fn: async () => {
    const reals = ["10.0.0.1:80 weight 100", "10.0.0.2:80"];
    const world = new World("", { ...TWO, reals, interval: 1, options: { slowStart: 10 } });
    const weight = async () => (await destinations(world)).find((rule) => rule.includes("10.0.0.1"))?.split(" ").at(-1);
    await world.start();
    strictEqual(await weight(), "100");
    world.kill("10.0.0.1:80");
    await world.clock.advance(5_000);
    strictEqual(await weight(), undefined);
    world.revive("10.0.0.1:80");
    const seen: number[] = [];
    for (let second = 0; second < 15; second++) {
      await world.clock.advance(1_000);
      seen.push(Number(await weight() ?? 0));
    }
    deepStrictEqual(seen, seen.toSorted((a, b) => a - b), "it never falls back");
    ok(seen.filter((each) => each > 1 && each < 100).length >= 8, `it climbs: ${seen}`);
    strictEqual(seen.at(-1), 100);
  },
});

Deno.test({
  name: "director: fractions of a second: five checks a second, and a slow start that is over in one",
  ...pure,
  fn: async () => {
    const reals = ["10.0.0.1:80 weight 100", "10.0.0.2:80"];
    const world = new World("", { ...TWO, reals, interval: 0.2, options: { slowStart: 0.5 } });
    await world.start();
    await world.clock.advance(2_000);
    const before = world.rounds.length;
    await world.clock.advance(10_000);
    strictEqual(world.rounds.length - before, 2 * 50);
    world.kill("10.0.0.1:80");
    await world.clock.advance(300);
    ok(!(await destinations(world)).some((rule) => rule.includes("10.0.0.1")));
    world.revive("10.0.0.1:80");
    await world.clock.advance(800);
    strictEqual((await destinations(world)).find((rule) => rule.includes("10.0.0.1"))?.split(" ").at(-1), "100");
  },
});

Deno.test("a check is overdue when its round outlives its deadline, or does not begin", pure, async () => {
  const world = new World("", TWO);
  world.slow("10.0.0.1:80", 100_000);
  const late = () => world.director.overdue().map(({ check, milliseconds }) => `${check.key} by ${milliseconds}`);
  const started = world.director.start();
  await world.clock.advance(30_000);
  await started;
  deepStrictEqual(late(), []);
  await world.clock.advance(4_000);
  deepStrictEqual(late(), ["10.0.0.1:80 by 4000"]);
  world.director.extendDeadlines();
  deepStrictEqual(late(), []);
  await world.clock.advance(30_100);
  deepStrictEqual(late(), ["10.0.0.1:80 by 100"]);
  await world.clock.advance(40_000);
  deepStrictEqual(late(), []);
});
