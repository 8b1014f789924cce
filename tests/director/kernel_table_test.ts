import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Outcome } from "../../src/ipvs/driver.ts";
import { MemoryIpvs } from "../../src/ipvs/memory.ts";
import type { Plan } from "../../src/model/plan.ts";
import type { VirtualService } from "../../src/model/virtual_service.ts";
import { destination } from "./fixture.ts";
import { Broken, destinations, pure, R1, R2, TWO, World } from "./director_world.ts";

Deno.test({
  name: "director: a table out of reach later is reported once, tried again, and in step when it is back",
  ...pure,
  fn: async () => {
    const world = new World("", TWO);
    await world.start();
    const memory = world.driver;
    world.driver = new Broken();
    world.kill("10.0.0.1:80");
    await world.clock.advance(20_000);
    strictEqual(world.events.filter((event) => event.type === "table-unavailable").length, 1);
    strictEqual(world.director.inStep, false);
    world.driver = memory;
    await world.clock.advance(11_000);
    deepStrictEqual(await destinations(world), [R2]);
    strictEqual(world.events.filter((event) => event.type === "table-in-step").length, 1);
    strictEqual(world.director.inStep, true);
  },
});

Deno.test({
  name: "director: a change that the kernel refuses is reported with its line, tried again, and holds up nothing else",
  ...pure,
  fn: async () => {
    const world = new World("", { ...TWO, scheduler: "nosuch" }, { at: "192.0.2.2:80", reals: ["10.0.0.3:80"] });
    const picky = new Picky();
    world.driver = picky;
    await world.start();
    const refused = world.events.filter((event) => event.type === "table-refused");
    deepStrictEqual(refused.map(({ place, message }) => [place?.line, message]), [[
      1,
      "Scheduler or persistence engine not found",
    ]]);
    ok((await world.table()).includes("-a -t 192.0.2.2:80 -r 10.0.0.3:80 -m -w 1"));
    picky.schedulers.add("nosuch");
    await world.clock.advance(11_000);
    deepStrictEqual((await destinations(world)).slice(1), [R1, R2]);
  },
});

/** What a person did to 10.0.0.1 with ipvsadm, then what its health did, then what must stand in the table of it. */
const BY_HAND: [name: string, options: Partial<VirtualService>, hand: string, dead: boolean, expected: string[]][] = [
  ["a weight set by hand gives way to its death", { quiescent: true }, "-e -w 9", true, ["-a -r 10.0.0.1:80 -m -w 0"]],
  ["a removed one that dies is not put back at weight 0", { quiescent: true }, "-d", true, []],
  ["with readdquiescent it is", { quiescent: true, readdQuiescent: true }, "-d", true, ["-a -r 10.0.0.1:80 -m -w 0"]],
  ["a removed one that dies stays away", { quiescent: false }, "-d", true, []],
  ["a weight set by hand stays while nothing happens to it", {}, "-e -w 9", false, ["-a -r 10.0.0.1:80 -m -w 9"]],
  ["a removed one stays away while nothing happens to it", {}, "-d", false, []],
];

for (const [name, options, hand, dead, expected] of BY_HAND) {
  Deno.test({
    name: `director: by hand: ${name}`,
    ...pure,
    fn: async () => {
      const world = new World("", { ...TWO, options });
      await world.start();
      const [service] = (await world.driver.read({ thresholds: false })).values();
      const verb = hand === "-d" ? "delete-destination" : "edit-destination";
      await world.driver.apply([{ do: verb, service, destination: destination("10.0.0.1:80 weight 9") }]);
      if (dead) world.kill("10.0.0.1:80");
      await world.clock.advance(21_000);
      deepStrictEqual((await destinations(world)).filter((rule) => rule.includes("10.0.0.1")), expected);
      strictEqual(world.director.inStep, true);
    },
  });
}

Deno.test({
  name: "director: a virtual service that was removed by hand comes back whole when a real server of it changes",
  ...pure,
  fn: async () => {
    const world = new World("", TWO);
    await world.start();
    const [service] = (await world.driver.read({ thresholds: false })).values();
    await world.driver.apply([{ do: "delete-service", service }]);
    world.kill("10.0.0.1:80");
    await world.clock.advance(11_000);
    deepStrictEqual(await world.table(), ["-A -s wrr", R2]);
  },
});

/** A kernel without some scheduler modules. */
class Picky extends MemoryIpvs {
  readonly schedulers = new Set(["wrr"]);

  override async apply(plan: Plan): Promise<readonly Outcome[]> {
    const outcomes: Outcome[] = [];
    for (const action of plan) {
      const unknown = action.do === "add-service" && !this.schedulers.has(action.service.scheduler);
      const refusal = { taken: false, reason: "Scheduler or persistence engine not found" } as const;
      outcomes.push(...unknown ? [refusal] : await super.apply([action]));
    }
    return outcomes;
  }
}
