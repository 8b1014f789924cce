import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Round } from "../../src/checkers/run.ts";
import { Director } from "../../src/director/director.ts";
import { mostSentinels, type OpenSentinel } from "../../src/director/sentinels.ts";
import { MemoryIpvs } from "../../src/ipvs/memory.ts";
import { encodeRules } from "../../src/ipvs/ipvsadm/rules.ts";
import type { Check } from "../../src/model/check.ts";
import { realId, type RealOrders } from "../../src/model/orders.ts";
import type { Model, RealServer, VirtualService } from "../../src/model/virtual_service.ts";
import { FakeClock } from "./fake_clock.ts";
import { sketchModel, verdict, type VirtualSketch } from "./fixture.ts";

const pure = { permissions: "none" } as const;

/** A network of real servers: connections that servers end, and checks that pass while they live. */
class World {
  readonly clock = new FakeClock();
  readonly driver = new MemoryIpvs(new Map());
  readonly rounds: string[] = [];
  readonly opened: string[] = [];
  readonly #open = new Map<string, Parameters<OpenSentinel>[1]>();
  readonly #dead = new Set<string>();
  readonly director: Director;
  /** Milliseconds that a check takes; it finds what is so at its beginning. */
  latency = 1;

  constructor(model: Model, { descriptors, standby }: { descriptors?: number; standby?: boolean } = {}) {
    this.director = new Director(model, {
      driver: this.driver,
      clock: this.clock,
      report: () => {},
      runRound: (check, _, onReleased) => this.#round(check).finally(onReleased),
      openSentinel: (place, onEvent) => this.#connect(`${place.address}:${place.port}`, onEvent),
      ...descriptors === undefined ? {} : { descriptors },
    }, standby);
  }

  async start(): Promise<void> {
    const started = this.director.start();
    await this.clock.advance(2_000);
    await started;
  }

  /** Connections that are open. */
  get connections(): readonly string[] {
    return [...this.#open.keys()].sort();
  }

  /** The server's process dies. */
  kill(real: string): void {
    this.#dead.add(real);
    this.close(real);
  }

  /** The server is there again. */
  revive(real: string): void {
    this.#dead.delete(real);
  }

  /** The server closes its idle connection. */
  close(real: string): void {
    const onEvent = this.#open.get(real);
    this.#open.delete(real);
    onEvent?.({ type: "ended", how: "closed" });
  }

  /** The real servers in the table, with a weight. */
  async serving(): Promise<readonly string[]> {
    const rules = encodeRules(await this.driver.read());
    return [...rules.matchAll(/-r (\S+) -m -w [1-9]/g)].map(([, real]) => real).sort();
  }

  #connect(real: string, onEvent: Parameters<OpenSentinel>[1]): () => void {
    this.opened.push(real);
    let isClosed = false;
    this.clock.after(1, () => {
      if (isClosed) return;
      if (this.#dead.has(real)) return onEvent({ type: "failed", reason: "connection refused" });
      this.#open.set(real, onEvent);
      onEvent({ type: "opened" });
    });
    return () => {
      isClosed = true;
      if (this.#open.get(real) === onEvent) this.#open.delete(real);
    };
  }

  async #round({ target }: Check): Promise<Round> {
    const real = `${target.address}:${target.port}`;
    this.rounds.push(real);
    const result = verdict(!this.#dead.has(real));
    await new Promise<void>((resolve) => this.clock.after(this.latency, resolve));
    return { result, startedAt: this.clock.now(), durationMs: 1, trace: [] };
  }
}

const A = "10.0.0.1:80";
const B = "10.0.0.2:80";
const HOURLY = { interval: 3600, options: { quiescent: false } } as const;
const TWO: VirtualSketch = { at: "192.0.2.1:80", reals: [A, B], ...HOURLY };

/** The sketched model, with sentinels for all its real servers. */
function watched(...sketches: readonly VirtualSketch[]): Model {
  const model = sketchModel(...sketches);
  const withSentinel = (real: RealServer): RealServer =>
    real.policy.kind === "checked" ? { ...real, policy: { ...real.policy, sentinel: true } } : real;
  const virtuals = [...model.virtuals].map(([key, virtual]) => {
    const reals = [...virtual.reals].map(([realKey, real]) => [realKey, withSentinel(real)] as const);
    return [key, { ...virtual, reals: new Map(reals) } satisfies VirtualService] as const;
  });
  return { ...model, virtuals: new Map(virtuals) };
}

Deno.test("sentinels: a killed server is out within milliseconds, whatever the interval", pure, async () => {
  const world = new World(watched(TWO));
  await world.start();
  deepStrictEqual([world.connections, await world.serving()], [[A, B], [A, B]]);
  await world.clock.advance(100_000);
  strictEqual(world.rounds.length, 2);
  world.kill(B);
  await world.clock.advance(50);
  deepStrictEqual(await world.serving(), [A]);
  deepStrictEqual(world.rounds.slice(2), [B]);
});

Deno.test("sentinels: without the directive there are none", pure, async () => {
  const world = new World(sketchModel(TWO));
  await world.start();
  deepStrictEqual(world.opened, []);
});

Deno.test("sentinels: what a server closes that is well stays in, and is opened again", pure, async () => {
  const world = new World(watched(TWO));
  await world.start();
  await world.clock.advance(60_000);
  world.close(A);
  await world.clock.advance(100);
  deepStrictEqual([world.connections, await world.serving()], [[A, B], [A, B]]);
  await world.clock.advance(600_000);
  strictEqual(world.rounds.filter((real) => real === A).length, 2);
});

Deno.test("sentinels: failures count as usual, and no failure is counted twice", pure, async () => {
  const sketch = { ...TWO, retryInterval: 2, options: { quiescent: false, failureCount: 3 } };
  const world = new World(watched(sketch));
  await world.start();
  world.kill(B);
  await world.clock.advance(3_000);
  deepStrictEqual(await world.serving(), [A, B]);
  await world.clock.advance(2_000);
  deepStrictEqual(await world.serving(), [A]);
});

Deno.test("sentinels: one connection for each address and port, however many virtual services", pure, async () => {
  const other = { ...TWO, at: "192.0.2.2:80" };
  const world = new World(watched(TWO, other));
  await world.start();
  deepStrictEqual(world.opened.toSorted(), [A, B]);
});

Deno.test("sentinels: a real server that is held out has none, and has it again afterwards", pure, async () => {
  const world = new World(watched(TWO));
  await world.start();
  const orders: RealOrders = { hold: { value: "drain", since: 0 } };
  const [{ key: virtual, reals }] = world.director.model.virtuals.values();
  const [real] = reals.keys();
  const held = world.director.applyOrders(new Map([[realId(virtual, real), orders]]));
  await world.clock.advance(100);
  await held;
  deepStrictEqual(world.connections, [B]);
  const freed = world.director.applyOrders(new Map());
  await world.clock.advance(100);
  await freed;
  deepStrictEqual(world.connections, [A, B]);
});

Deno.test("sentinels: a reload keeps those that are wanted still, and closes the others", pure, async () => {
  const world = new World(watched(TWO));
  await world.start();
  const reload = world.director.reload(watched({ ...TWO, interval: 60, reals: [B, "10.0.0.3:80"] }));
  await world.clock.advance(1_000);
  await reload;
  deepStrictEqual(world.connections, [B, "10.0.0.3:80"]);
  deepStrictEqual(world.opened.filter((real) => real === B), [B]);
});

Deno.test("sentinels: a standby has none; an active one has, and closes them all when it stops", pure, async () => {
  const world = new World(watched(TWO), { standby: true });
  await world.start();
  deepStrictEqual(world.opened, []);
  for (let turn = 0; turn < 2; turn++) {
    const activated = world.director.activate();
    await world.clock.advance(100);
    await activated;
    deepStrictEqual(world.connections, [A, B]);
    const left = turn === 0 ? world.director.deactivate() : world.director.stop();
    await world.clock.advance(100);
    await left;
    deepStrictEqual(world.connections, []);
  }
  strictEqual(world.opened.length, 4);
});

Deno.test("sentinels: a server that is down has one when its check passes again", pure, async () => {
  const world = new World(watched({ ...TWO, interval: 10 }));
  await world.start();
  world.kill(A);
  await world.clock.advance(100_000);
  deepStrictEqual(world.connections, [B]);
  world.revive(A);
  await world.clock.advance(10_100);
  deepStrictEqual([world.connections, await world.serving()], [[A, B], [A, B]]);
});

Deno.test("sentinels: they leave descriptors to the checks, and say that they have none", pure, async () => {
  deepStrictEqual([0, 4, 6, 8, 100].map(mostSentinels), [0, 0, 2, 4, 50]);
  strictEqual(mostSentinels(Infinity), Infinity);
  const reals = Array.from({ length: 20 }, (_, i) => `10.0.1.${i}:80`);
  const world = new World(watched({ ...TWO, reals, interval: 10 }), { descriptors: 16 });
  await world.start();
  await world.clock.advance(60_000);
  strictEqual(world.connections.length, 8);
  const policies = [...world.director.model.virtuals.values()].flatMap((virtual) => [...virtual.reals.values()]);
  const reasons = policies.flatMap(({ policy }) =>
    policy.kind === "checked" ? world.director.sentinelOf(policy.check) ?? [] : []
  )
    .filter(({ phase }) => phase !== "open").map(({ reason }) => reason);
  deepStrictEqual(reasons, Array(12).fill("no open file is free for it"));
  // Every check has had its turns all the same.
  ok(reals.every((real) => world.rounds.filter((round) => round === real).length >= 6));
});

Deno.test("sentinels: a round that is under way is followed by another, which begins after the end", pure, async () => {
  const world = new World(watched({ ...TWO, interval: 10 }));
  await world.start();
  world.latency = 2_000;
  const begun = () => world.rounds.filter((real) => real === A).length;
  while (begun() < 2) await world.clock.advance(50);
  world.kill(A);
  await world.clock.advance(1_000);
  deepStrictEqual([begun(), await world.serving()], [2, [A, B]]);
  await world.clock.advance(3_500);
  deepStrictEqual([begun(), await world.serving()], [3, [B]]);
});
