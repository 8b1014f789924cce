import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { IpvsUnavailable } from "../../src/ipvs/driver.ts";
import { Broken, destinations, pure, R1, R2, TWO, World } from "./director_world.ts";

Deno.test("a standby checks and touches nothing, takes over in one batch, and lets go again", pure, async () => {
  const LEFT = "-A -t 192.0.2.1:80 -s wlc\n-a -t 192.0.2.1:80 -r 10.0.0.2:80 -m -w 1\n";
  const world = new World(LEFT, TWO);
  const touched: string[] = [];
  const watched = world.driver;
  world.driver = {
    read: (want) => {
      touched.push("read");
      return watched.read(want);
    },
    apply: (plan) => {
      if (plan.length > 0) touched.push(`${plan.length} changes`);
      return watched.apply(plan);
    },
  };
  world.direct({ standby: true }, TWO);
  world.kill("10.0.0.2:80");
  await world.start();
  await world.clock.advance(60_000);
  deepStrictEqual(touched, []);
  const { serving, total } = world.director.healthCounts;
  deepStrictEqual([serving, total], [1, 2]);
  world.events.length = 0;

  const activated = world.director.activate();
  await world.clock.advance(1);
  await activated;
  deepStrictEqual(touched, ["read", "read", "3 changes", "read"]);
  deepStrictEqual(await destinations(world), [R1]);
  const told = world.events.flatMap((event) => event.type === "transition" ? [`${event.real.key} ${event.is}`] : []);
  deepStrictEqual(told, ["10.0.0.1:80 up", "10.0.0.2:80 down"]);

  world.revive("10.0.0.2:80");
  await world.clock.advance(11_000);
  deepStrictEqual(await destinations(world), [R1, R2]);

  const left = world.director.deactivate();
  await world.clock.advance(1);
  await left;
  deepStrictEqual(await world.table(), []);
  touched.length = 0;
  world.kill("10.0.0.1:80");
  await world.clock.advance(60_000);
  deepStrictEqual(touched, []);

  const again = world.director.activate();
  await world.clock.advance(1);
  await again;
  deepStrictEqual(await destinations(world), [R2]);
});

Deno.test("a standby that cannot reach the table stays one", pure, async () => {
  const world = new World("", TWO);
  world.driver = new Broken();
  world.direct({ standby: true }, TWO);
  await world.start();
  await rejects(world.director.activate(), IpvsUnavailable);
  strictEqual(world.director.isStandby, true);
});

Deno.test(
  "a real server that was not yet checked when a standby takes over stays as it is in the table",
  pure,
  async () => {
    const world = new World("-A -t 192.0.2.1:80 -s wrr\n-a -t 192.0.2.1:80 -r 10.0.0.2:80 -m -w 1\n", TWO);
    world.slow("10.0.0.1:80", 20_000);
    world.slow("10.0.0.2:80", 20_000);
    world.direct({ standby: true }, TWO);
    const started = world.director.start();
    await world.clock.advance(1_500);
    await started;
    const activated = world.director.activate();
    await world.clock.advance(1);
    await activated;
    deepStrictEqual(await destinations(world), [R2]);
  },
);
