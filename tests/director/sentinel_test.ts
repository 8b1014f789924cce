import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  newSentinel,
  type Sentinel,
  type SentinelEffect,
  type SentinelEvent,
  stepSentinel,
  wakeAt,
} from "../../src/director/sentinel.ts";

const pure = { permissions: "none" } as const;

/** A sentinel on a timeline. Its checks have no verdict but those of the test. */
class Timeline {
  state: Sentinel;
  now = 0;
  effects: SentinelEffect[] = [];

  constructor(hasPassed = true) {
    this.state = newSentinel(0, hasPassed);
  }

  /** Goes on to that second, with whatever is due until then. */
  at(seconds: number, event?: SentinelEvent): this {
    const end = seconds * 1000;
    for (let due = wakeAt(this.state); due !== undefined && due <= end; due = wakeAt(this.state)) {
      this.now = Math.max(this.now, due);
      this.#step({ type: "tick" });
    }
    this.now = end;
    if (event) this.#step(event);
    return this;
  }

  /** The effects since the last look. */
  seen(): string {
    return this.effects.splice(0).join(" ");
  }

  #step(event: SentinelEvent): void {
    const { next, effects } = stepSentinel(this.state, event, this.now);
    this.state = next;
    this.effects.push(...effects);
  }
}

const OPENED = { type: "opened" } as const;
const CLOSED = { type: "ended", how: "closed" } as const;
const PASSED = { type: "passed" } as const;
const FAILED = { type: "failed", reason: "connection refused" } as const;
const verdict = (up: boolean) => ({ type: "verdict", up }) as const;

Deno.test("a sentinel: opened when a check has passed, and a check at once when it ends", pure, () => {
  for (const how of ["closed", "reset", "silent"] as const) {
    const line = new Timeline(false).at(3);
    strictEqual(line.seen(), "");
    line.at(4, PASSED);
    strictEqual(line.seen(), "open");
    line.at(4.001, OPENED).at(100, PASSED).at(5_000);
    strictEqual(line.seen(), "");
    line.at(5_001, { type: "ended", how });
    strictEqual(line.seen(), "check");
    line.at(5_001.1, verdict(false));
    strictEqual(line.seen(), "");
    line.at(5_001.5, PASSED);
    strictEqual(line.seen(), "open");
  }
});

Deno.test(
  "a sentinel: what cannot be opened asks for no check, and is tried again ever later, and after a passed check",
  pure,
  () => {
    const line = new Timeline();
    const opens: number[] = [];
    for (let second = 0; second <= 400; second++) {
      line.at(second);
      if (line.seen() === "open") {
        opens.push(second);
        line.at(second, FAILED);
      }
    }
    deepStrictEqual(opens, [0, 1, 3, 7, 15, 31, 63, 123, 183, 243, 303, 363]);
    strictEqual(line.state.reason, "connection refused");
    line.at(401, PASSED);
    strictEqual(line.seen(), "open");
    strictEqual(line.state.checks, 0);
  },
);

Deno.test("a sentinel: one that has no answer is given up", pure, () => {
  const line = new Timeline().at(0).at(4.9);
  strictEqual(line.seen(), "open");
  line.at(5);
  strictEqual(line.seen(), "close");
  strictEqual(line.state.reason, "no answer");
});

/** A server that closes connections after so many seconds and is well all the time. Returns when it was checked. */
function idlingServer(limit: number, hours: number): readonly number[] {
  const line = new Timeline();
  const checks: number[] = [];
  let openedAt = -1;
  const end = hours * 3600;
  for (let second = 0; second < end; second = Math.round((second + 0.1) * 10) / 10) {
    line.at(second);
    if (openedAt >= 0 && second - openedAt >= limit) {
      openedAt = -1;
      line.at(second, CLOSED);
    }
    for (const effect of line.effects.splice(0)) {
      if (effect === "close") openedAt = -1;
      if (effect === "check") {
        checks.push(second);
        line.at(second, verdict(true));
      }
    }
    if (line.state.phase === "opening") {
      line.at(second, OPENED);
      openedAt = second;
    }
    line.effects = [];
  }
  return checks;
}

Deno.test(
  "a sentinel: a server that closes idle connections is checked a few times more often, not each time",
  pure,
  () => {
    for (const limit of [2, 3, 10, 60, 180]) {
      const checks = idlingServer(limit, 4);
      ok(checks.length >= 1 && checks.length <= 12, `${limit} s: ${checks.length} checks, ${checks.join(" ")}`);
    }
  },
);

Deno.test("a sentinel: where connections do not last, checks become rare, and never come in one second", pure, () => {
  for (const limit of [0, 0.1, 0.5, 1, 1.9]) {
    const checks = idlingServer(limit, 1);
    ok(checks.length <= 16, `${limit} s: ${checks.length} checks`);
  }
  // Connections that last for any time: the checks are a second apart at least, and further as they keep passing.
  const line = new Timeline().at(0).at(0, OPENED);
  const checks: number[] = [];
  for (let i = 1; i <= 100; i++) {
    line.at(2.3 * i);
    if (line.state.phase !== "open") line.at(2.3 * i, OPENED);
    line.at(2.3 * i, CLOSED).at(2.3 * i + 2);
    if (line.effects.splice(0).includes("check")) {
      checks.push(line.now);
      line.at(2.3 * i + 2, verdict(true));
    }
  }
  ok(checks.every((at, i) => i === 0 || at - checks[i - 1] >= 1_000), checks.join(" "));
});

Deno.test(
  "a sentinel: a server that was only restarted once is not taken for one that closes connections for ever",
  pure,
  () => {
    const line = new Timeline().at(0).at(0, OPENED).at(3, CLOSED).at(3, verdict(true)).at(3, OPENED);
    for (let second = 4; second < 300_000; second++) {
      line.at(second);
      if (line.state.phase === "opening") line.at(second, OPENED);
    }
    strictEqual(line.state.limit, undefined);
    strictEqual(line.state.checks, 1);
    line.effects = [];
    line.at(1_000_000);
    strictEqual(line.seen(), "");
  },
);

Deno.test("a sentinel: after a check that failed nothing is learnt, and none is delayed", pure, () => {
  const line = new Timeline().at(0).at(0, OPENED).at(50, CLOSED).at(50, verdict(false));
  strictEqual(line.state.limit, undefined);
  line.at(50.2, PASSED).at(50.2, OPENED);
  line.effects = [];
  line.at(52, CLOSED);
  strictEqual(line.seen(), "check");
});

Deno.test("a sentinel: a server that sends without end is let alone for long, whatever its checks say", pure, () => {
  const line = new Timeline().at(0).at(0, OPENED).at(1, { type: "flooded" });
  strictEqual(line.seen(), "open close");
  line.at(2, PASSED).at(4.9, PASSED);
  strictEqual(line.seen(), "");
  line.at(5);
  strictEqual(line.seen(), "open");
  line.at(5, OPENED).at(6, { type: "flooded" }).at(13, PASSED);
  strictEqual(line.seen(), "close");
  strictEqual(line.state.checks, 0);
});

Deno.test("a sentinel: where no file is free it says so, and is tried again", pure, () => {
  const line = new Timeline().at(0).at(0, { type: "no-room" });
  strictEqual(line.state.reason, "no open file is free for it");
  line.at(1);
  strictEqual(line.seen(), "open open");
});

Deno.test("a sentinel: a check that has no verdict does not hold it up for ever", pure, () => {
  const line = new Timeline().at(0).at(0, OPENED).at(10, CLOSED).at(69);
  strictEqual(line.seen(), "open check");
  line.at(71);
  strictEqual(line.seen(), "open");
});
