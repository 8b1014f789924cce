import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { IpvsUnavailable, type Outcome } from "../../src/ipvs/driver.ts";
import { MemoryIpvs } from "../../src/ipvs/memory.ts";
import { decodeRules, encodeRules } from "../../src/ipvs/ipvsadm/rules.ts";
import type { Plan } from "../../src/model/plan.ts";
import { FakeClock } from "./fake_clock.ts";
import { destination, type VirtualSketch } from "./fixture.ts";
import { destinations, pure, R1, R2, TWO, World } from "./director_world.ts";

Deno.test({
  name: "director: stop purges our virtual services, keeps those with cleanstop=no, and touches no others",
  ...pure,
  fn: async () => {
    const foreign = "-A -t 198.51.100.9:443 -s lc\n";
    const kept: VirtualSketch = { at: "192.0.2.2:80", reals: ["10.0.0.3:80"], options: { cleanStop: false } };
    const world = new World(foreign, TWO, kept);
    await world.start();
    await world.director.stop();
    deepStrictEqual(await world.table(), [
      "-A -t 198.51.100.9:443 -s lc",
      "-A -t 192.0.2.2:80 -s wrr",
      "-a -t 192.0.2.2:80 -r 10.0.0.3:80 -m -w 1",
    ]);
  },
});

Deno.test({
  name: "director: stop leaves a virtual service with cleanstop=no as a person has set it",
  ...pure,
  fn: async () => {
    const world = new World("", { ...TWO, options: { cleanStop: false } });
    await world.start();
    const [service] = (await world.driver.read({ thresholds: false })).values();
    await world.driver.apply([
      { do: "edit-destination", service, destination: destination("10.0.0.1:80 weight 9") },
      { do: "add-destination", service, destination: destination("10.0.0.9:80") },
    ]);
    await world.director.stop();
    deepStrictEqual(await destinations(world), [R1.replace("-w 1", "-w 9"), R2, "-a -r 10.0.0.9:80 -m -w 1"]);
  },
});

Deno.test(
  "a stop in the middle of the start purges what an earlier run has left, and touches no others",
  pure,
  async () => {
    const OTHER = "-A -t 192.0.2.9:80 -s wlc";
    const LEFT = "-A -t 192.0.2.1:80 -s wrr\n-a -t 192.0.2.1:80 -r 10.0.0.2:80 -m -w 1\n";
    for (const milliseconds of [0, 100]) {
      const world = new World(`${LEFT}${OTHER}\n`, TWO);
      world.slow("10.0.0.1:80", 20_000);
      world.director.start();
      await world.clock.advance(milliseconds);
      await world.director.stop();
      deepStrictEqual(await world.table(), [OTHER]);
      await world.clock.advance(2_000);
      deepStrictEqual(await world.table(), [OTHER]);
    }
  },
);

/** A table that refuses every change until so many milliseconds have passed. */
class Stubborn extends MemoryIpvs {
  constructor(table: string, private readonly clock: FakeClock, private readonly until: number) {
    super(decodeRules(table));
  }

  override apply(plan: Plan): Promise<readonly Outcome[]> {
    return this.clock.now() < this.until ? Promise.reject(new IpvsUnavailable("no memory")) : super.apply(plan);
  }
}

for (const verb of ["stop", "deactivate"] as const) {
  for (
    const [lasts, table, says] of [
      [1_000, [], undefined],
      [60_000, ["-A -s wrr", R1, R2], "no memory"],
    ] as const
  ) {
    Deno.test(`${verb}: a purge that fails for ${lasts / 1_000} s leaves ${table.length} entries`, pure, async () => {
      const world = new World("", TWO);
      await world.start();
      const rules = encodeRules(await world.driver.read({ thresholds: false }));
      world.driver = new Stubborn(rules, world.clock, world.clock.now() + lasts);
      const left = world.director[verb]();
      await world.clock.advance(7_000);
      strictEqual(await left, says);
      deepStrictEqual(await world.table(), table);
    });
  }
}

/** A table with a program that dies in each batch, after so many changes. */
class Dying extends MemoryIpvs {
  constructor(table: string, private readonly after: number) {
    super(decodeRules(table));
  }

  override async apply(plan: Plan): Promise<readonly Outcome[]> {
    await super.apply(plan.slice(0, this.after));
    throw new IpvsUnavailable("killed");
  }
}

const SIX: VirtualSketch = { ...TWO, reals: [1, 2, 3, 4, 5, 6].map((i) => `10.0.0.${i}:80`) };

for (const verb of ["stop", "deactivate"] as const) {
  for (const after of [0, 1, 3, 7]) {
    Deno.test(`${verb}: batches that die after ${after} changes: what was purged is logged once`, pure, async () => {
      const world = new World("", SIX);
      await world.start();
      const rules = await world.table();
      world.driver = new Dying(encodeRules(await world.driver.read({ thresholds: false })), after);
      world.events.length = 0;
      const leaving = world.director[verb]();
      await world.clock.advance(7_000);
      const left = await world.table();
      strictEqual(await leaving, left.length === 0 ? undefined : "killed");
      const purged = world.events.filter(({ type }) => type === "table-changed");
      strictEqual(purged.length, rules.length - left.length);
    });
  }
}
