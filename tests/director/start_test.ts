import { deepStrictEqual, ok, rejects } from "node:assert/strict";
import { logLine } from "../../src/daemon/log/event_log.ts";
import { IpvsUnavailable } from "../../src/ipvs/driver.ts";
import { Broken, destinations, FALLBACK, pure, R1, R2, TWO, World } from "./director_world.ts";

Deno.test({
  name: "director: start puts into the table what passed the first check, and never anything else",
  ...pure,
  fn: async () => {
    const world = new World("", TWO);
    world.kill("10.0.0.2:80");
    await world.start();
    deepStrictEqual(await destinations(world), [R1]);
    const touched = world.events.filter((event) => event.type === "table-changed").map((event) => event.action);
    ok(!touched.some((action) => "destination" in action && action.destination.address === "10.0.0.2"));
  },
});

Deno.test({
  name: "director: a fallback that an earlier, killed daemon has added is reported as one when it is removed",
  ...pure,
  fn: async () => {
    const world = new World("-A -t 192.0.2.1:80 -s wrr\n-a -t 192.0.2.1:80 -r 127.0.0.1:80 -m -w 1\n", TWO);
    await world.start();
    deepStrictEqual(await destinations(world), [R1, R2]);
    const removed = world.events.flatMap((event) =>
      event.type === "table-changed" && event.action.do === "delete-destination" ? [logLine(event).text] : []
    );
    deepStrictEqual(removed, ["Deleted fallback server: 127.0.0.1:80 (192.0.2.1:80)"]);
  },
});

Deno.test({
  name: "director: all first checks start at once",
  ...pure,
  fn: async () => {
    const world = new World("", TWO);
    await world.start();
    deepStrictEqual(world.rounds.slice(0, 2).map(({ at }) => at), [0, 0]);
  },
});

Deno.test({
  name: "director: start waits a second at most for those that do not answer, and then has the fallback in",
  ...pure,
  fn: async () => {
    const world = new World("", TWO);
    world.slow("10.0.0.1:80", 30_000);
    world.slow("10.0.0.2:80", 30_000);
    const started = world.director.start();
    await world.clock.advance(1_100);
    await started;
    deepStrictEqual(await destinations(world), [FALLBACK]);
  },
});

Deno.test({
  name: "director: a restart never takes a healthy real server out, nor lets the fallback in",
  ...pure,
  fn: async () => {
    const world = new World("", TWO);
    await world.start();
    world.events.length = 0;
    world.direct({}, TWO);
    await world.start();
    deepStrictEqual(world.events.filter((event) => event.type === "table-changed"), []);
    deepStrictEqual(await destinations(world), [R1, R2]);
  },
});

Deno.test({
  name: "director: a restart while all are dead leaves the fallback where it is",
  ...pure,
  fn: async () => {
    const world = new World("", TWO);
    world.kill("10.0.0.1:80", "10.0.0.2:80");
    await world.start();
    world.events.length = 0;
    world.direct({}, TWO);
    await world.start();
    deepStrictEqual(world.events.filter((event) => event.type === "table-changed"), []);
    deepStrictEqual(await destinations(world), [FALLBACK]);
  },
});

Deno.test({
  name: "director: checktype off activates nothing, the fallback neither; on activates all at once",
  ...pure,
  fn: async () => {
    const world = new World("", { ...TWO, policy: "off" });
    await world.start();
    deepStrictEqual(await destinations(world), []);
    const always = new World("", { ...TWO, policy: "on" });
    await always.start();
    deepStrictEqual(await destinations(always), [R1, R2]);
  },
});

Deno.test({
  name: "director: a virtual service without any real server, as when no name resolves, has its fallback",
  ...pure,
  fn: async () => {
    const world = new World("", { ...TWO, reals: [] });
    await world.start();
    deepStrictEqual(await destinations(world), [FALLBACK]);
  },
});

Deno.test({
  name: "director: start fails when there is no table to keep",
  ...pure,
  fn: async () => {
    const world = new World("", TWO);
    world.driver = new Broken();
    await rejects(world.director.start(), IpvsUnavailable);
  },
});

Deno.test({
  name: "director: a maintenance file that is there before the start keeps its real server out from the beginning",
  ...pure,
  fn: async () => {
    const world = new World("", TWO);
    world.director.maintain(new Set(["10.0.0.2"]), new Map());
    await world.start();
    deepStrictEqual(await destinations(world), [R1, "-a -r 10.0.0.2:80 -m -w 0"]);
    world.director.maintain(new Set(), new Map());
    await world.clock.advance(100);
    deepStrictEqual(await destinations(world), [R1, R2]);
  },
});

Deno.test("a start that is stopped ends, though no check has said anything", pure, async () => {
  const world = new World("", TWO);
  world.slow("10.0.0.1:80", 20_000);
  const started = world.director.start();
  await world.director.stop();
  await started;
});
