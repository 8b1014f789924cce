import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import type { Round } from "../../src/checkers/run.ts";
import { logLine } from "../../src/daemon/log/event_log.ts";
import { Director } from "../../src/director/director.ts";
import type { DirectorEvent } from "../../src/director/events.ts";
import { type IpvsDriver, IpvsUnavailable, type Outcome } from "../../src/ipvs/driver.ts";
import { MemoryIpvs } from "../../src/ipvs/memory.ts";
import { decodeRules, encodeRules } from "../../src/ipvs/ipvsadm/rules.ts";
import type { AskedWeight, Check, CheckKey } from "../../src/model/check.ts";
import type { Plan } from "../../src/model/plan.ts";
import type { IpvsTable } from "../../src/model/table.ts";
import { FakeClock } from "./fake_clock.ts";
import type { VirtualService } from "../../src/model/virtual_service.ts";
import { destination, sketchModel, verdict, type VirtualSketch } from "./fixture.ts";

const pure = { permissions: "none" } as const;

/** Real servers that answer as told: up, down, or only after so many milliseconds. */
class World {
  readonly clock = new FakeClock();
  readonly events: DirectorEvent[] = [];
  readonly rounds: { readonly real: string; readonly at: number }[] = [];
  readonly #dead = new Set<string>();
  readonly #asked = new Map<string, AskedWeight | undefined>();
  readonly #slow = new Map<string, number>();
  driver: IpvsDriver;
  director: Director;

  constructor(table: string, ...sketches: readonly VirtualSketch[]) {
    this.driver = new MemoryIpvs(decodeRules(table));
    this.director = this.direct({}, ...sketches);
  }

  /** A new director on the same world, as after a restart. */
  direct({ standby = false }, ...sketches: readonly VirtualSketch[]): Director {
    const ports = {
      driver: {
        read: (want: Parameters<IpvsDriver["read"]>[0]) => this.driver.read(want),
        apply: (plan: Plan) => this.driver.apply(plan),
      },
      clock: this.clock,
      report: (event: DirectorEvent) => void this.events.push(event),
      runRound: (check: Check) => this.#round(check),
    };
    return this.director = new Director(sketchModel(...sketches), ports, standby);
  }

  async start(): Promise<void> {
    const started = this.director.start();
    await this.clock.advance(100);
    await started;
  }

  kill(...reals: readonly string[]): void {
    for (const real of reals) this.#dead.add(real);
  }

  revive(real: string): void {
    this.#dead.delete(real);
  }

  /** The weight that a real server's checks ask for from now on. */
  ask(real: string, weight: AskedWeight | undefined): void {
    this.#asked.set(real, weight);
  }

  slow(real: string, milliseconds: number): void {
    this.#slow.set(real, milliseconds);
  }

  /** The table as rules, without the virtual services' own address. */
  async table(): Promise<string[]> {
    const rules = encodeRules(await this.driver.read({ thresholds: false }));
    return rules.trim().split("\n").map((rule) => rule.replace(/-t 192\.0\.2\.1:80 /, "")).filter(Boolean);
  }

  async #round(check: Check): Promise<Round> {
    const real = String(check.key);
    this.rounds.push({ real, at: this.clock.now() });
    const took = this.#slow.get(real) ?? 1;
    await new Promise<void>((resolve) => this.clock.after(took, resolve));
    const result = verdict(!this.#dead.has(real));
    return {
      result: result.up ? { ...result, weight: this.#asked.get(real) } : result,
      startedAt: this.clock.now() - took,
      durationMs: took,
      trace: [{ atMs: 0, text: `* asking ${real}` }],
    };
  }
}

const TWO: VirtualSketch = { at: "192.0.2.1:80", reals: ["10.0.0.1:80", "10.0.0.2:80"], fallback: "127.0.0.1:80" };
const R1 = "-a -r 10.0.0.1:80 -m -w 1";
const R2 = "-a -r 10.0.0.2:80 -m -w 1";
const FALLBACK = "-a -r 127.0.0.1:80 -m -w 1";

/** The table's destinations. */
async function destinations(world: World): Promise<string[]> {
  return (await world.table()).filter((rule) => rule.startsWith("-a"));
}

Deno.test({
  name: "director: start puts into the table who passed the first check, and nobody else ever",
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

Deno.test({
  name: "director: stop purges our virtual services, keeps those with cleanstop=no, and nobody else's",
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
  name: "director: a table out of reach later is told once, tried again, and in step when it is back",
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
  name: "director: a change that the kernel refuses is told with its line, tried again, and holds up nothing else",
  ...pure,
  fn: async () => {
    const world = new World("", { ...TWO, scheduler: "nosuch" }, { at: "192.0.2.2:80", reals: ["10.0.0.3:80"] });
    const picky = new Picky();
    world.driver = picky;
    await world.start();
    const refused = world.events.filter((event) => event.type === "table-refused");
    deepStrictEqual(refused.map(({ line, message }) => [line, message]), [[
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

Deno.test({
  name: "director: a virtual service that somebody removed comes back whole when a real server of it changes",
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

class Broken implements IpvsDriver {
  read(): Promise<IpvsTable> {
    return Promise.reject(new IpvsUnavailable("no ipvsadm"));
  }

  apply(): Promise<readonly Outcome[]> {
    return Promise.reject(new IpvsUnavailable("no ipvsadm"));
  }
}

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

Deno.test("a standby that cannot reach the table stays one", pure, async () => {
  const world = new World("", TWO);
  world.driver = new Broken();
  world.direct({ standby: true }, TWO);
  await world.start();
  await rejects(world.director.activate(), IpvsUnavailable);
  strictEqual(world.director.isStandby, true);
});

Deno.test("who was not yet checked when a standby takes over is left as it stands in the table", pure, async () => {
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
});

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

/** A table whose program dies in each batch: after so many changes. */
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

Deno.test("a start that is stopped ends, though no check has said anything", pure, async () => {
  const world = new World("", TWO);
  world.slow("10.0.0.1:80", 20_000);
  const started = world.director.start();
  await world.director.stop();
  await started;
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
