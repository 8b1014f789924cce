import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Log } from "../../../src/daemon/log/log.ts";
import { decodePulse, type Pulse } from "../../../src/daemon/liveness/pulse.ts";
import { VitalSigns } from "../../../src/daemon/liveness/vital_signs.ts";
import type { HealthCounts } from "../../../src/director/health_counts.ts";
import type { OverdueCheck } from "../../../src/director/overdue.ts";
import type { VirtualService } from "../../../src/model/virtual_service.ts";
import { FakeClock } from "../../director/fake_clock.ts";
import { keyOf, sketchModel } from "../../director/fixture.ts";
import { UNLIMITED } from "../../../src/system/open_files.ts";

const model = sketchModel({ at: "192.0.2.1:80", reals: ["10.0.0.1:80"] });
const virtual = model.virtuals.get(keyOf("192.0.2.1:80"))!;
const [real] = virtual.reals.values();
if (real.policy.kind !== "checked") throw new Error("the sketch is checked");
const STUCK: OverdueCheck = { check: real.policy.check, users: [{ virtual, real }], milliseconds: 60_000 };

/** A director that a test has in its hand, its pulse file, and what a service manager hears of it. */
class World implements Disposable {
  readonly clock = new FakeClock();
  readonly director = {
    late: [] as OverdueCheck[],
    inStep: true,
    isStandby: false,
    healthCounts: { serving: 1, total: 2, unknown: 0, unserved: [], unjudged: [] } as HealthCounts,
    missing: [] as readonly VirtualService[],
    checkEvery: 15 as number | undefined,
    overdue: () => this.director.late,
    extendDeadlines: () => {},
    waiting: { count: 0, longest: 0 },
  };
  alive = 0;
  status = "";
  readonly signs: VitalSigns;
  readonly #folder = Deno.makeTempDirSync();

  constructor() {
    const manager = {
      watchdog: 6_000,
      alive: () => void this.alive++,
      status: (text: string) => void (this.status = text),
    };
    const { clock, director } = this;
    const log = new Log(() => {});
    this.signs = new VitalSigns({ clock, director, manager, pulseFile: this.#pulseFile, log, files: UNLIMITED });
    this.signs.start();
  }

  /** The pulse as it is written now, and its file's identity: each beat is a new file. */
  pulse(): { readonly pulse: Pulse; readonly beat: number | null } {
    return { pulse: decodePulse(Deno.readTextFileSync(this.#pulseFile))!, beat: Deno.statSync(this.#pulseFile).ino };
  }

  stat(): Deno.FileInfo {
    return Deno.statSync(this.#pulseFile);
  }

  get #pulseFile(): string {
    return `${this.#folder}/pulse`;
  }

  [Symbol.dispose](): void {
    this.signs.stop();
    Deno.removeSync(this.#folder, { recursive: true });
  }
}

Deno.test("a service manager hears that the director lives, until a check is overdue", async () => {
  using world = new World();
  await world.clock.advance(3_000);
  deepStrictEqual([world.alive, world.status], [3, "1 of 2 real servers serve, table in step"]);
  world.director.late = [STUCK];
  await world.clock.advance(3_000);
  strictEqual(world.alive, 3);
  strictEqual(
    world.status,
    "1 of 2 real servers serve, table in step; overdue: the check of 10.0.0.1:80 (192.0.2.1:80) by negotiate",
  );
  world.director.late = [];
  await world.clock.advance(1_000);
  strictEqual(world.alive, 4);
});

Deno.test("the pulse beats with checks, once a second at most, and not without them", async () => {
  using world = new World();
  const start = world.pulse();
  strictEqual(start.pulse.checks, 0);
  await world.clock.advance(5_000);
  strictEqual(world.pulse().beat, start.beat, "no check was completed");

  for (let i = 0; i < 500; i++) world.signs.countCheck();
  strictEqual(world.pulse().beat, start.beat, "not yet a second later");
  await world.clock.advance(1_000);
  strictEqual(world.pulse().pulse.checks, 500);

  world.director.checkEvery = undefined;
  const before = world.pulse().beat;
  await world.clock.advance(1_000);
  strictEqual(world.pulse().beat !== before, true, "without checks the loop itself beats");
});

Deno.test("the pulse shows a table that stays out of step, and of a standby at once", async () => {
  using world = new World();
  const next = async (milliseconds: number) => {
    world.signs.countCheck();
    await world.clock.advance(milliseconds);
    return world.pulse().pulse;
  };
  world.director.inStep = false;
  strictEqual((await next(2_000)).inStep, true, "a change takes its time");
  strictEqual((await next(1_000)).inStep, true);
  world.signs.countCheck();
  await world.clock.advance(4_000);
  strictEqual((await next(1_000)).inStep, false);
  world.director.inStep = true;
  strictEqual((await next(1_000)).inStep, true);

  world.director.isStandby = true;
  world.signs.show();
  strictEqual(world.pulse().pulse.standby, true);
  strictEqual(world.status, "1 of 2 real servers serve, standing by");
});

Deno.test("the pulse says how long real servers cannot be checked, and which virtual services no real server serves", async () => {
  using world = new World();
  const { director, clock, signs } = world;
  director.healthCounts = { serving: 1, total: 2, unknown: 2, unserved: [virtual], unjudged: [virtual] };
  for (let second = 0; second < 7; second++) {
    signs.countCheck();
    await clock.advance(1_000);
  }
  const first = virtual.label;
  deepStrictEqual(world.pulse().pulse.unserved, { count: 1, first });
  deepStrictEqual(world.pulse().pulse.unknown?.reals, 2);
  const { since } = world.pulse().pulse.unknown!;
  deepStrictEqual(world.pulse().pulse.unjudged, { count: 1, first, since });
  strictEqual(world.status.startsWith("1 of 2 real servers serve, 2 unknown"), true);
  director.healthCounts = { serving: 0, total: 2, unknown: 0, unserved: [virtual], unjudged: [] };
  director.missing = [virtual];
  signs.countCheck();
  await clock.advance(1_000);
  const { missing, unserved, unknown, unjudged } = world.pulse().pulse;
  deepStrictEqual([missing, unserved, unknown, unjudged], [{ count: 1, first }, null, null, null]);
});

Deno.test("the pulse says at once what has changed, and beats no sooner for that", async () => {
  using world = new World();
  const { director, clock, signs } = world;
  signs.countCheck();
  await clock.advance(1_000);
  const { mtime } = world.stat();
  director.missing = [virtual];
  await clock.advance(1_000);
  deepStrictEqual(world.pulse().pulse.missing, { count: 1, first: virtual.label });
  deepStrictEqual(world.stat().mtime, mtime);
});
