import { strictEqual } from "node:assert/strict";
import { adopt, reduce } from "../../src/director/health.ts";
import { type Health, isAvailable } from "../../src/director/real_health.ts";
import { needsFallback } from "../../src/director/quorum.ts";
import { decodeRules } from "../../src/ipvs/ipvsadm/rules.ts";
import type { CheckKey, CheckResult } from "../../src/model/check.ts";
import type { DestinationKey } from "../../src/model/table.ts";
import { keyOf, sketchModel, verdict, type VirtualSketch } from "./fixture.ts";

const pure = { permissions: "none" } as const;
const REAL = "10.0.0.1:80" as DestinationKey;
const OTHER = "10.0.0.2:80" as DestinationKey;
const INTERNAL: CheckResult = { up: false, why: "internal", detail: "too many open files" };

const FOUND = {
  absent: "-A -t 192.0.2.1:80 -s wrr",
  quiescent: "-A -t 192.0.2.1:80 -s wrr\n-a -t 192.0.2.1:80 -r 10.0.0.1:80 -m -w 0",
  active: "-A -t 192.0.2.1:80 -s wrr\n-a -t 192.0.2.1:80 -r 10.0.0.1:80 -m -w 1",
};

/** Plays rounds with risecount 3 on a real server that was found dead first. */
const RISES: [name: string, rounds: string, states: string][] = [
  ["one pass is not enough", "-+", "ddd"],
  ["three passes in a row are", "-+++", "ddddu"],
  ["a failure in between starts the count again", "-++-+++", "dddddddu"],
  ["a server that was never found dead needs one", "+", "du"],
];

for (const [name, rounds, states] of RISES) {
  Deno.test({
    name: `health: risecount 3: ${name}`,
    ...pure,
    fn: () => strictEqual(play("absent", 1, rounds, 3), states),
  });
}

/** Plays rounds on 10.0.0.1: `+` passed, `-` failed, `!` could not be made. Gives a state for before and after each. */
function play(found: keyof typeof FOUND, failureCount: number, rounds: string, riseCount = 1): string {
  const model = sketchModel({ at: "192.0.2.1:80", reals: [REAL], options: { failureCount, riseCount } });
  let health = adopt(model, decodeRules(FOUND[found]), new Map(), 0);
  const state = () => health.get(keyOf("192.0.2.1:80"))!.reals.get(REAL)!.up ? "u" : "d";
  let states = state();
  for (const [at, round] of [...rounds].entries()) {
    const result = round === "!" ? INTERNAL : verdict(round === "+");
    health = reduce(health, { type: "rounds", rounds: [{ check: REAL as string as CheckKey, result, at }] }, model);
    states += state();
  }
  return states;
}

const TIMELINES: [name: string, found: keyof typeof FOUND, failureCount: number, rounds: string, states: string][] = [
  ["absent: down until the first round has passed", "absent", 1, "+", "du"],
  ["absent: stays down while rounds fail", "absent", 1, "--+", "dddu"],
  ["at weight 0: down until a round has passed", "quiescent", 1, "-+", "ddu"],
  ["with weight: up until a round fails", "active", 1, "+-", "uud"],
  ["with weight and dead: down at the first failure", "active", 1, "-", "ud"],
  ["with weight and failurecount 3: a restart forgets no patience", "active", 3, "---", "uuud"],
  ["failurecount 3: the third failure in a row counts", "absent", 3, "+---", "duuud"],
  ["failurecount 3: a success resets the count", "absent", 3, "+--+--", "duuuuuu"],
  ["failurecount 3: one success is enough to return", "absent", 3, "+---+", "duuudu"],
  ["our own trouble takes no server out", "active", 1, "!!!", "uuuu"],
  ["our own trouble brings no server in", "absent", 1, "!", "dd"],
  ["our own trouble does not count as a failure", "active", 2, "-!-", "uuud"],
];

for (const [name, found, failureCount, rounds, states] of TIMELINES) {
  Deno.test({ name: `health: ${name}`, ...pure, fn: () => strictEqual(play(found, failureCount, rounds), states) });
}

Deno.test({
  name: "health: one check that serves two virtual services counts once in each, by its own failurecount",
  ...pure,
  fn: () => {
    const model = sketchModel(
      { at: "192.0.2.1:80", reals: [REAL], options: { failureCount: 1 } },
      { at: "192.0.2.2:80", reals: [REAL], options: { failureCount: 2 } },
    );
    let health = adopt(model, new Map(), new Map(), 0);
    const states = () =>
      ["192.0.2.1:80", "192.0.2.2:80"].map((at) => health.get(keyOf(at))!.reals.get(REAL)!.up ? "u" : "d").join("");
    const seen = [..."+--"].map((round, at) => {
      const rounds = [{ check: REAL as string as CheckKey, result: verdict(round === "+"), at }];
      health = reduce(health, { type: "rounds", rounds }, model);
      return states();
    });
    strictEqual(seen.join(" "), "uu du dd");
  },
});

Deno.test({
  name: "health: a real server is counted by its own failurecount and risecount, where it has them",
  ...pure,
  fn: () => {
    const sketch = sketchModel({ at: "192.0.2.1:80", reals: [REAL, "10.0.0.2:80" as DestinationKey] });
    const [virtual] = sketch.virtuals.values();
    const [first, second] = virtual.reals.values();
    const reals = new Map([[first.key, { ...first, failureCount: 2, riseCount: 2 }], [second.key, second]]);
    const model = { ...sketch, virtuals: new Map([[virtual.key, { ...virtual, reals }]]) };
    let health = adopt(model, new Map(), new Map(), 0);
    const seen = [..."+--++"].map((round, at) => {
      const rounds = [first, second].map(({ key }) => ({
        check: key as string as CheckKey,
        result: verdict(round === "+"),
        at,
      }));
      health = reduce(health, { type: "rounds", rounds }, model);
      return [first, second].map(({ key }) => health.get(virtual.key)!.reals.get(key)!.up ? "u" : "d").join("");
    });
    strictEqual(seen.join(" "), "uu ud dd du uu");
  },
});

Deno.test({
  name: "health: a round that changes nothing gives the very same health",
  ...pure,
  fn: () => {
    const model = sketchModel({ at: "192.0.2.1:80", reals: [REAL] });
    const rounds = [{ check: REAL as string as CheckKey, result: verdict(true), at: 1 }];
    const up = reduce(adopt(model, new Map(), new Map(), 0), { type: "rounds", rounds }, model);
    strictEqual(reduce(up, { type: "rounds", rounds }, model), up);
  },
});

/** What a maintenance file named so does to 10.0.0.1:80, which is up and also known as web1.example.net. */
const MAINTENANCE: [file: string, held: boolean][] = [
  ["10.0.0.1:80", true],
  ["10.0.0.1", true],
  ["web1.example.net:80", true],
  ["web1.example.net", true],
  ["web1:80", true],
  ["web1", true],
  ["10.0.0.1:81", false],
  ["10.0.0.11", false],
  ["web1.example.net:443", false],
  ["web", false],
  ["README", false],
];

for (const [file, held] of MAINTENANCE) {
  Deno.test({
    name: `maintenance: a file ${file} ${held ? "holds 10.0.0.1:80 out" : "is not meant for 10.0.0.1:80"}`,
    ...pure,
    fn: () => {
      const model = sketchModel({ at: "192.0.2.1:80", reals: [REAL] });
      const up = adopt(model, decodeRules(FOUND.active), new Map(), 0);
      const names = new Map([["10.0.0.1", ["web1.example.net"]]]);
      const serving = (health: Health) => isAvailable(health.get(keyOf("192.0.2.1:80"))!.reals.get(REAL)!);
      const during = reduce(up, { type: "maintenance", files: new Set([file]), names }, model);
      strictEqual(serving(during), !held);
      const after = reduce(during, { type: "maintenance", files: new Set(), names }, model);
      strictEqual(serving(after), true, "it serves again when the file is gone");
    },
  });
}

/** Whether the fallback is due, for two real servers, after these rounds of the first and the second. */
const FALLBACK: [name: string, first: string, second: string, settled: boolean, due: boolean][] = [
  ["nothing is known yet", "", "", false, false],
  ["nothing is known, but the first rounds have had their time", "", "", true, true],
  ["both are known dead", "-", "-", false, true],
  ["one is dead, the other has not answered", "-", "", false, false],
  ["one is dead, the other has not answered in its time", "-", "", true, true],
  ["one is up", "+", "-", true, false],
];

for (const [name, first, second, settled, due] of FALLBACK) {
  Deno.test({
    name: `fallback: ${due ? "due" : "not due"} when ${name}`,
    ...pure,
    fn: () => {
      const model = sketchModel({ at: "192.0.2.1:80", reals: [REAL, OTHER] });
      let health = adopt(model, new Map(), new Map(), 0);
      for (const [check, round] of [[REAL, first], [OTHER, second]]) {
        if (round === "") continue;
        const rounds = [{ check: check as string as CheckKey, result: verdict(round === "+"), at: 1 }];
        health = reduce(health, { type: "rounds", rounds }, model);
      }
      if (settled) health = reduce(health, { type: "settled" }, model);
      const key = keyOf("192.0.2.1:80");
      strictEqual(needsFallback(model.virtuals.get(key)!, health.get(key)!), due);
    },
  });
}

Deno.test({
  name: "reload: what is known of an unchanged real server carries over, a new one is as the table has it",
  ...pure,
  fn: () => {
    const sketch: VirtualSketch = { at: "192.0.2.1:80", reals: [REAL] };
    const before = sketchModel(sketch);
    const table = decodeRules(FOUND.absent);
    const rounds = [{ check: REAL as string as CheckKey, result: verdict(true), at: 1 }];
    const health = reduce(adopt(before, table, new Map(), 0), { type: "rounds", rounds }, before);
    const after = adopt(sketchModel({ ...sketch, reals: [REAL, OTHER] }), table, health, 2);
    const reals = after.get(keyOf("192.0.2.1:80"))!.reals;
    strictEqual(reals.get(REAL)!.up, true);
    strictEqual(reals.get(OTHER)!.up, false);
  },
});
