/** With mh and quiescent all real servers have their places in the scheduler's table from the beginning. */

import { deepStrictEqual } from "node:assert/strict";
import { logLine } from "../../src/daemon/log/event_log.ts";
import type { Outcome } from "../../src/ipvs/driver.ts";
import { MemoryIpvs } from "../../src/ipvs/memory.ts";
import type { Plan } from "../../src/model/plan.ts";
import { encodeAction } from "../../src/ipvs/ipvsadm/rules.ts";
import { pure, World } from "./director_world.ts";
import type { VirtualSketch } from "./fixture.ts";

const AT = "192.0.2.1:80";
const SITE: VirtualSketch = {
  at: AT,
  reals: ["10.0.0.1:80 weight 3", "10.0.0.2:80 weight 2", "10.0.0.3:80"],
  scheduler: "mh",
  options: { quiescent: true, settings: settings("mh", "mh-fallback") },
};

function settings(scheduler: string, ...schedulerFlags: string[]) {
  const address = { kind: "tcp", address: "192.0.2.1", port: 80 } as never;
  return { address, scheduler, schedulerFlags, onePacket: false };
}

/** The changes that the kernel has taken. */
function changes({ events }: World): string[] {
  return events.flatMap((event) =>
    event.type === "table-changed"
      ? [encodeAction(event.action).replace(` -t ${AT}`, "").replace("-r 10.0.0.", "").replace(":80 -m", "")]
      : []
  );
}

/** No client comes before the scheduler does. */
const ENTERED = ["-A -s none", "-a 1 -w 3", "-a 2 -w 2", "-e 2 -w 0", "-a 3 -w 1", "-E -s mh -b flag-1"];

Deno.test({
  name: "places: a real server that is down at the start enters in its turn with its weight, and is quiescent at once",
  ...pure,
  fn: async () => {
    const world = new World("", SITE);
    world.kill("10.0.0.2:80");
    await world.start();
    deepStrictEqual(changes(world), ENTERED);
    const lines = world.events.flatMap((event) => event.type === "table-changed" ? [logLine(event).text] : []);
    deepStrictEqual(lines.filter((line) => line.includes("10.0.0.2")), [
      "Added real server: 10.0.0.2:80 (192.0.2.1:80) (Weight set to 2)",
      "Quiescent real server: 10.0.0.2:80 (192.0.2.1:80) (Weight set to 0)",
    ]);
    world.events.length = 0;
    world.revive("10.0.0.2:80");
    await world.clock.advance(11_000);
    deepStrictEqual(changes(world), ["-e 2 -w 2"]);
  },
});

Deno.test({
  name: "places: one with a slow first check has its place, too, and no client before the check has passed",
  ...pure,
  fn: async () => {
    const world = new World("", SITE);
    world.slow("10.0.0.2:80", 3_000);
    const started = world.director.start();
    await world.clock.advance(1_000);
    deepStrictEqual(changes(world), ENTERED);
    await world.clock.advance(3_000);
    await started;
    deepStrictEqual(changes(world).slice(ENTERED.length), ["-e 2 -w 2"]);
  },
});

Deno.test({
  name: "places: in a virtual service that is there already nothing enters with a weight before its check has passed",
  ...pure,
  fn: async () => {
    const world = new World(`-A -t ${AT} -s mh -b flag-1\n-a -t ${AT} -r 10.0.0.1:80 -m -w 3\n`, SITE);
    world.kill("10.0.0.2:80");
    await world.start();
    deepStrictEqual(changes(world), ["-a 2 -w 0", "-a 3 -w 1"]);
  },
});

Deno.test({
  name: "places: a standby that takes over has them in the same order",
  ...pure,
  fn: async () => {
    const world = new World("");
    const standby = world.direct({ standby: true }, SITE);
    world.kill("10.0.0.2:80");
    await world.start();
    deepStrictEqual(changes(world), []);
    await standby.activate();
    deepStrictEqual(changes(world), ENTERED);
  },
});

/** Settings by which a real server that is down is not in the table, or its clients would be refused. */
const WITHOUT: [what: string, options: VirtualSketch["options"], entered: string[]][] = [
  ["quiescent = no", { quiescent: false, settings: settings("mh", "mh-fallback") }, [
    "-A -s mh -b flag-1",
    "-a 1 -w 3",
    "-a 3 -w 1",
  ]],
  ["no fallback flag", { quiescent: true, settings: settings("mh", "mh-port") }, [
    "-A -s mh -b flag-2",
    "-a 1 -w 3",
    "-a 2 -w 0",
    "-a 3 -w 1",
  ]],
  ["another scheduler", { quiescent: true, settings: settings("wrr") }, [
    "-A -s wrr",
    "-a 1 -w 3",
    "-a 2 -w 0",
    "-a 3 -w 1",
  ]],
];

for (const [what, options, entered] of WITHOUT) {
  Deno.test({
    name: `places: with ${what} nothing enters with a weight before its check has passed`,
    ...pure,
    fn: async () => {
      const world = new World("", { ...SITE, options });
      world.kill("10.0.0.2:80");
      await world.start();
      deepStrictEqual(changes(world), entered);
    },
  });
}

/** A table that sets no weight, while it is asked not to. */
class Stubborn extends MemoryIpvs {
  refuses = true;

  override async apply(plan: Plan): Promise<readonly Outcome[]> {
    const outcomes: Outcome[] = [];
    for (const action of plan) {
      if (this.refuses && action.do === "edit-destination") outcomes.push({ taken: false, reason: "no memory" });
      else outcomes.push(...await super.apply([action]));
    }
    return outcomes;
  }
}

Deno.test({
  name: "places: while the kernel does not set one that is down to weight 0, no client is sent anywhere",
  ...pure,
  fn: async () => {
    const world = new World("", SITE);
    const table = new Stubborn();
    world.driver = table;
    world.kill("10.0.0.2:80");
    await world.start();
    deepStrictEqual((await world.table())[0], "-A -s none");
    table.refuses = false;
    await world.clock.advance(11_000);
    deepStrictEqual((await world.table()).map((rule) => rule.slice(rule.search(/-[sr] /))), [
      "-s mh -b flag-1",
      "-r 10.0.0.1:80 -m -w 3",
      "-r 10.0.0.2:80 -m -w 0",
      "-r 10.0.0.3:80 -m -w 1",
    ]);
  },
});
