import { deepStrictEqual } from "node:assert/strict";
import { Log } from "../../../src/daemon/log/log.ts";
import { Supervisor, type Vitals } from "../../../src/daemon/liveness/supervisor.ts";
import type { OverdueCheck } from "../../../src/director/overdue.ts";
import type { CheckKey } from "../../../src/model/check.ts";
import { FakeClock } from "../../director/fake_clock.ts";
import { keyOf, sketchModel } from "../../director/fixture.ts";

const model = sketchModel({ at: "192.0.2.1:80", reals: ["10.0.0.1:80"] });
const virtual = model.virtuals.get(keyOf("192.0.2.1:80"))!;
const [real] = virtual.reals.values();

if (real.policy.kind !== "checked") throw new Error("the sketch is checked");
const { check } = real.policy;

function overdueBy(milliseconds: number): OverdueCheck {
  return { check, users: [{ virtual, real }], milliseconds };
}

/** A clock that jumps, as the monotonic clock does for a process that was stopped. */
class JumpingClock extends FakeClock {
  #jumped = 0;

  override now(): number {
    return super.now() + this.#jumped;
  }

  jump(milliseconds: number): void {
    this.#jumped += milliseconds;
  }
}

function world() {
  const clock = new JumpingClock();
  const lines: string[] = [];
  const looks: Vitals[] = [];
  const supervised = { late: [] as OverdueCheck[], extended: 0, waiting: { count: 0, longest: 0 } };
  const supervisor = new Supervisor(1000, {
    clock,
    log: new Log((severity, text) => lines.push(`${severity}: ${text}`)),
    supervised: {
      overdue: () => supervised.late,
      extendDeadlines: () => supervised.extended++,
      get waiting() {
        return supervised.waiting;
      },
    },
    files: { limit: 64, forChecks: 10, clients: 4, hooks: 2, lookUps: 2 },
    onLook: (vitals) => looks.push(vitals),
  });
  supervisor.start();
  return { clock, lines, looks, supervised };
}

const pure = { permissions: "none" } as const;

Deno.test("a check that is overdue is reported once, and once that it no longer is", pure, async () => {
  const { clock, lines, looks, supervised } = world();
  await clock.advance(1000);
  for (const milliseconds of [1000, 3000, 4000]) {
    supervised.late = [overdueBy(milliseconds)];
    await clock.advance(1000);
  }
  supervised.late = [];
  await clock.advance(1000);
  deepStrictEqual(lines, [
    "error: The check of 10.0.0.1:80 (192.0.2.1:80) by negotiate is overdue",
    "notice: The check of 10.0.0.1:80 (192.0.2.1:80) by negotiate is no longer overdue",
  ]);
  deepStrictEqual(looks.map(({ sure }) => sure), [true, true, false, false, true]);
});

Deno.test("many checks that are overdue at once are one line", pure, async () => {
  const { clock, lines, supervised } = world();
  const many = Array.from(
    { length: 500 },
    (_, i) => ({ ...overdueBy(9000 - i), check: { ...check, key: `${i}` as CheckKey } }),
  );
  supervised.late = many;
  await clock.advance(2000);
  supervised.late = [];
  await clock.advance(1000);
  deepStrictEqual(lines, [
    "error: 500 checks, that of 10.0.0.1:80 (192.0.2.1:80) by negotiate first of all, are overdue",
    "notice: 500 checks, that of 10.0.0.1:80 (192.0.2.1:80) by negotiate first of all, are no longer overdue",
  ]);
});

Deno.test(
  "a process that was stopped says so, is not sure of itself, and gives its checks their time anew",
  pure,
  async () => {
    const { clock, lines, looks, supervised } = world();
    await clock.advance(1000);
    clock.jump(60_000);
    await clock.advance(2000);
    deepStrictEqual(lines, [
      "warning: The event loop was blocked for 60.0 s: this process was stopped, or the host is short of processor time",
      "notice: The event loop runs in time again",
    ]);
    deepStrictEqual(looks.map(({ sure }) => sure), [true, false, true]);
    deepStrictEqual(supervised.extended, 1);
  },
);

Deno.test("checks that wait for open files are reported once, and are no sign of ill health", pure, async () => {
  const { clock, lines, looks, supervised } = world();
  supervised.waiting = { count: 2990, longest: 60_000 };
  await clock.advance(2000);
  deepStrictEqual(lines.length, 1);
  deepStrictEqual(/^warning: 2990 checks wait .* 64 files .* 10 /.test(lines[0]), true);
  deepStrictEqual(looks.map(({ sure }) => sure), [true, true]);
});
