import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { type DesiredTable, desiredTable } from "../../src/director/desired.ts";
import type { DirectorEvent } from "../../src/director/events.ts";
import { adopt, reduce } from "../../src/director/health.ts";
import { plan } from "../../src/director/plan.ts";
import { TableKeeper } from "../../src/director/table_keeper.ts";
import { IpvsUnavailable, type Outcome } from "../../src/ipvs/driver.ts";
import { MemoryIpvs } from "../../src/ipvs/memory.ts";
import { encodeAction, encodeRules } from "../../src/ipvs/ipvsadm/rules.ts";
import type { CheckKey } from "../../src/model/check.ts";
import type { Plan } from "../../src/model/plan.ts";
import type { IpvsTable } from "../../src/model/table.ts";
import { FakeClock } from "./fake_clock.ts";
import { sketchModel, verdict } from "./fixture.ts";

const pure = { permissions: "none" } as const;
const REALS = ["10.0.0.1:80", "10.0.0.2:80", "10.0.0.3:80"];
const model = sketchModel({ at: "192.0.2.1:80", reals: REALS });

/** The table in which just these real servers are up. */
function wanted(...up: readonly string[]): DesiredTable {
  const rounds = REALS.map((real) => ({ check: real as CheckKey, result: verdict(up.includes(real)), at: 0 }));
  return desiredTable(model, reduce(adopt(model, new Map(), new Map(), 0), { type: "rounds", rounds }, model)).table;
}

/** A table that takes its time for everything, counts what is asked of it, and can lose changes without a word. */
class SlowIpvs extends MemoryIpvs {
  readonly calls: string[] = [];
  lose = "";
  outOfReach = false;
  emptyReads = 0;

  constructor(private readonly clock: FakeClock) {
    super();
  }

  override async read(): Promise<IpvsTable> {
    this.calls.push("look");
    const table = await super.read();
    await this.#take(100);
    if (this.outOfReach) throw new IpvsUnavailable("no memory");
    return this.emptyReads-- > 0 ? new Map() : table;
  }

  override async apply(plan: Plan): Promise<readonly Outcome[]> {
    this.calls.push(`change ${plan.length}`);
    await this.#take(100);
    const outcomes: Outcome[] = [];
    for (const action of plan) {
      const isLost = this.lose !== "" && encodeAction(action).includes(this.lose);
      outcomes.push(...isLost ? [{ taken: undefined }] : await super.apply([action]));
    }
    return outcomes;
  }

  /** `ipvsadm -C`. */
  async clear(): Promise<void> {
    const services = [...(await super.read()).values()];
    await super.apply(services.map((service) => ({ do: "delete-service", service })));
  }

  /** `ipvsadm -d`. */
  async remove(real: string): Promise<void> {
    const [service] = (await super.read()).values();
    const gone = [...service.destinations].flatMap(([key, destination]) => key === real ? destination : []);
    await super.apply(gone.map((destination) => ({ do: "delete-destination", service, destination })));
  }

  #take(milliseconds: number): Promise<void> {
    return new Promise((resolve) => this.clock.after(milliseconds, resolve));
  }
}

async function keeperAtWork() {
  const clock = new FakeClock();
  const driver = new SlowIpvs(clock);
  const events: DirectorEvent[] = [];
  const keeper = new TableKeeper({
    driver,
    clock,
    report: (event) => events.push(event),
    placeOf: () => ({ line: 1 }),
    isAboutFallback: () => false,
  });
  keeper.want(wanted(...REALS), "start");
  keeper.watch();
  await clock.advance(2_000);
  driver.calls.length = 0;
  return { clock, driver, keeper, events };
}

const served = async (driver: SlowIpvs) =>
  encodeRules(await MemoryIpvs.prototype.read.call(driver)).match(/10\.0\.0\.\d:80/g) ?? [];

Deno.test({
  name: "TableKeeper: one change is made without a look before it",
  ...pure,
  fn: async () => {
    const { clock, driver, keeper } = await keeperAtWork();
    keeper.want(wanted(REALS[0]), "change");
    await clock.advance(1_000);
    deepStrictEqual(driver.calls.slice(0, 1), ["change 2"]);
    deepStrictEqual(await served(driver), [REALS[0]]);
  },
});

Deno.test({
  name: "TableKeeper: changes in a burst hold each other up as little as can be: no look is between them",
  ...pure,
  fn: async () => {
    const { clock, driver, keeper } = await keeperAtWork();
    keeper.want(wanted(REALS[0], REALS[1]), "change");
    await clock.advance(50);
    keeper.want(wanted(REALS[0]), "change");
    await clock.advance(100);
    keeper.want(wanted(REALS[0], REALS[2]), "change");
    await clock.advance(1_000);
    deepStrictEqual(driver.calls.slice(0, 3), ["change 1", "change 1", "change 1"]);
    deepStrictEqual(await served(driver), [REALS[0], REALS[2]]);
  },
});

Deno.test({
  name: "TableKeeper: idle() waits until a change that got lost was found out and made once more",
  ...pure,
  fn: async () => {
    const { clock, driver, keeper } = await keeperAtWork();
    driver.lose = "-d -t 192.0.2.1:80 -r 10.0.0.3:80";
    keeper.want(wanted(REALS[0], REALS[1]), "change");
    let isIdle = false;
    keeper.idle().then(() => isIdle = true);
    await clock.advance(1_000);
    strictEqual(isIdle, true);
    strictEqual(keeper.inStep, false);
  },
});

Deno.test({
  name: "TableKeeper: a change of a burst that got lost without a word is found out and made again",
  ...pure,
  fn: async () => {
    const { clock, driver, keeper, events } = await keeperAtWork();
    driver.lose = "-d -t 192.0.2.1:80 -r 10.0.0.3:80";
    keeper.want(wanted(REALS[0], REALS[1]), "change");
    await clock.advance(50);
    keeper.want(wanted(REALS[0]), "change");
    await clock.advance(1_200);
    deepStrictEqual(await served(driver), [REALS[0], REALS[2]]);
    strictEqual(keeper.inStep, false);
    strictEqual(events.filter((event) => event.type === "table-refused").length, 1);
    driver.lose = "";
    await clock.advance(20_000);
    deepStrictEqual(await served(driver), [REALS[0]]);
    strictEqual(keeper.inStep, true);
  },
});

Deno.test({
  name:
    "TableKeeper: a change that got lost without a word is found out, though the table was out of reach for a while",
  ...pure,
  fn: async () => {
    const { clock, driver, keeper } = await keeperAtWork();
    driver.lose = "-d -t 192.0.2.1:80 -r 10.0.0.3:80";
    keeper.want(wanted(REALS[0], REALS[1]), "change");
    await clock.advance(150);
    driver.outOfReach = true;
    await clock.advance(400);
    strictEqual(keeper.inStep, false);
    driver.outOfReach = false;
    driver.lose = "";
    await clock.advance(20_000);
    deepStrictEqual(await served(driver), [REALS[0], REALS[1]]);
    strictEqual(keeper.inStep, true);
  },
});

Deno.test({
  name: "TableKeeper: a look that was made while a batch ran is not taken for what is there after it",
  ...pure,
  fn: async () => {
    const { clock, driver, keeper } = await keeperAtWork();
    keeper.want(wanted(REALS[0], REALS[1]), "change");
    await clock.advance(50);
    const look = keeper.read();
    await clock.advance(100);
    deepStrictEqual([...(await look).values()].map(({ destinations }) => destinations.size), [3]);
    keeper.want(wanted(...REALS), "reload");
    await clock.advance(2_000);
    deepStrictEqual(await served(driver), REALS);
  },
});

/** A table of which single reads are wrong, though the driver has no complaint. */
class LyingIpvs extends MemoryIpvs {
  reads = 0;
  /** The reads that are wrong, counted from 1. */
  wrong = new Set<number>();

  constructor(private readonly lie: (table: IpvsTable) => IpvsTable) {
    super();
  }

  override async read(): Promise<IpvsTable> {
    const table = await super.read();
    return this.wrong.has(++this.reads) ? this.lie(table) : table;
  }
}

const LIES: [name: string, lie: (table: IpvsTable) => IpvsTable][] = [
  ["empty", () => new Map()],
  [
    "without the last real server",
    (table) =>
      new Map(
        [...table].map((
          [key, service],
        ) => [key, { ...service, destinations: new Map([...service.destinations].slice(0, -1)) }]),
      ),
  ],
  [
    "of a time before all were in",
    (table) => new Map([...table].map(([key, service]) => [key, { ...service, destinations: new Map() }])),
  ],
];

for (const [name, lie] of LIES) {
  for (const changeReason of ["start", "change", "reload", "stop"] as const) {
    for (const wrong of [1, 2, 3]) {
      Deno.test({
        name: `TableKeeper: ${changeReason}: read ${wrong} is ${name}, and is not believed`,
        ...pure,
        fn: async () => {
          const clock = new FakeClock();
          const driver = new LyingIpvs(lie);
          const keeper = new TableKeeper({
            driver,
            clock,
            report: () => {},
            placeOf: () => ({ line: 1 }),
            isAboutFallback: () => false,
          });
          keeper.watch();
          if (changeReason === "start") {
            await driver.apply(plan({ current: new Map(), desired: wanted(...REALS), reconcile: true }));
          } else {
            keeper.want(wanted(...REALS), "start");
            await clock.advance(5_000);
          }
          driver.wrong = new Set([driver.reads + wrong]);
          keeper.want(wanted(REALS[0]), changeReason);
          await clock.advance(20_000);
          deepStrictEqual(encodeRules(await MemoryIpvs.prototype.read.call(driver)).match(/10\.0\.0\.\d:80/g), [
            REALS[0],
          ]);
          strictEqual(keeper.inStep, true);
        },
      });
    }
  }
}

Deno.test({
  name:
    "TableKeeper: a reload back, while all reads show the time before the last one, is made when they are true again",
  ...pure,
  fn: async () => {
    const clock = new FakeClock();
    const before = wanted(...REALS);
    const driver = new LyingIpvs(() => new Map(before));
    const keeper = new TableKeeper({
      driver,
      clock,
      report: () => {},
      placeOf: () => ({ line: 1 }),
      isAboutFallback: () => false,
    });
    keeper.watch();
    keeper.want(before, "start");
    await clock.advance(5_000);
    keeper.want(wanted(REALS[0]), "reload");
    await clock.advance(5_000);
    const allNow = Array.from({ length: 100 }, (_, i) => driver.reads + 1 + i);
    driver.wrong = new Set(allNow);
    await keeper.read();
    keeper.want(before, "reload");
    await clock.advance(800);
    driver.wrong = new Set();
    await clock.advance(20_000);
    deepStrictEqual(encodeRules(await MemoryIpvs.prototype.read.call(driver)).match(/10\.0\.0\.\d:80/g), REALS);
    strictEqual(keeper.inStep, true);
    keeper.close();
  },
});

/** What is done by hand, and how much of the table is back two seconds later; the second real server is dead. */
const BY_HAND: [name: string, change: (driver: SlowIpvs) => Promise<unknown>, left: readonly string[]][] = [
  ["a virtual service that has vanished is put back as health says", (driver) => driver.clear(), [REALS[0], REALS[2]]],
  ["a real server that was removed stays away", (driver) => driver.remove(REALS[0]), [REALS[2]]],
];

for (const [name, change, left] of BY_HAND) {
  Deno.test({
    name: `TableKeeper: ${name}`,
    ...pure,
    fn: async () => {
      const { clock, driver, keeper, events } = await keeperAtWork();
      keeper.want(wanted(REALS[0], REALS[2]), "change");
      await clock.advance(1_000);
      events.length = 0;
      await change(driver);
      await clock.advance(2_000);
      deepStrictEqual(await served(driver), left);
      strictEqual(keeper.inStep, true);
      const isBack = left.length > 1;
      strictEqual(events.some(({ type }) => type === "services-vanished"), isBack);
      strictEqual(events.filter(({ type }) => type === "table-changed").length, isBack ? 3 : 0);
      keeper.close();
    },
  });
}

Deno.test({
  name: "TableKeeper: a table that is read as empty once is not believed to have vanished",
  ...pure,
  fn: async () => {
    const { clock, driver, keeper, events } = await keeperAtWork();
    events.length = 0;
    driver.emptyReads = 1;
    await clock.advance(3_000);
    deepStrictEqual([events.length, keeper.inStep], [0, true]);
    keeper.close();
  },
});

Deno.test({
  name: "TableKeeper: what has vanished and cannot be put back is out of step, with the reason",
  ...pure,
  fn: async () => {
    const { clock, driver, keeper } = await keeperAtWork();
    driver.lose = "192.0.2.1:80";
    await driver.clear();
    await clock.advance(3_000);
    strictEqual(keeper.inStep, false);
    match(keeper.trouble ?? "", /192\.0\.2\.1:80/);
    driver.lose = "";
    await clock.advance(15_000);
    deepStrictEqual([keeper.inStep, await served(driver)], [true, REALS]);
    keeper.close();
  },
});

Deno.test({
  name: "TableKeeper: a table that cannot be looked at any more is out of step, and in step when it can be again",
  ...pure,
  fn: async () => {
    const { clock, driver, keeper, events } = await keeperAtWork();
    keeper.watch();
    await clock.advance(3_000);
    events.length = 0;
    driver.outOfReach = true;
    await clock.advance(5_000);
    deepStrictEqual([keeper.inStep, keeper.trouble], [false, "no memory"]);
    deepStrictEqual(events.map(({ type }) => type), ["table-unavailable"]);
    driver.outOfReach = false;
    await clock.advance(15_000);
    deepStrictEqual([keeper.inStep, events.at(-1)?.type], [true, "table-in-step"]);
    keeper.close();
  },
});

Deno.test({
  name: "TableKeeper: real servers that were taken out by hand are seen to get no clients, and to get them again",
  ...pure,
  fn: async () => {
    const { clock, driver, keeper } = await keeperAtWork();
    keeper.watch();
    await driver.remove(REALS[0]);
    await clock.advance(3_000);
    deepStrictEqual([...keeper.bypassed], [`tcp:192.0.2.1:80 ${REALS[0]}`]);
    strictEqual(keeper.inStep, true, "what is changed by hand stays");
    keeper.want(wanted(...REALS), "reload");
    await clock.advance(3_000);
    deepStrictEqual([...keeper.bypassed], []);
    keeper.close();
  },
});

Deno.test({
  name: "TableKeeper: a driver with a bug does not end the keeping",
  ...pure,
  fn: async () => {
    const { clock, driver, keeper } = await keeperAtWork();
    const bugs: unknown[] = [];
    const hear = (event: PromiseRejectionEvent) => {
      event.preventDefault();
      bugs.push(event.reason);
    };
    globalThis.addEventListener("unhandledrejection", hear);
    const apply = driver.apply.bind(driver);
    driver.apply = () => Promise.reject(new TypeError("a bug"));
    keeper.want(wanted(REALS[0]), "change");
    await clock.advance(1_200);
    strictEqual(keeper.inStep, false);
    driver.apply = apply;
    await clock.advance(5_000);
    globalThis.removeEventListener("unhandledrejection", hear);
    strictEqual(bugs.length > 0, true);
    deepStrictEqual([keeper.inStep, await served(driver)], [true, [REALS[0]]]);
    keeper.close();
  },
});
