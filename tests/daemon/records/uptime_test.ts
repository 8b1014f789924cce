import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Uptime } from "../../../src/daemon/records/uptime.ts";
import { adopt, reduce } from "../../../src/director/health.ts";
import type { Health } from "../../../src/director/real_health.ts";
import { atOnce } from "../../../src/model/steps.ts";
import type { CheckKey } from "../../../src/model/check.ts";
import type { RealId } from "../../../src/model/orders.ts";
import { sketchModel, verdict } from "../../director/fixture.ts";

const REAL = "10.0.0.1:80";
const ID = `tcp:192.0.2.1:80 ${REAL}` as RealId;
const MODEL = sketchModel({ at: "192.0.2.1:80", reals: [REAL] });
const NEVER = (text: string) => {
  throw new Error(text);
};

function healthAfter(...passed: readonly boolean[]): Health {
  const rounds = passed.map((up) => ({ check: REAL as string as CheckKey, result: verdict(up), at: 1 }));
  return reduce(adopt(MODEL, new Map(), new Map(), 0), { type: "rounds", rounds }, MODEL);
}

Deno.test({
  name: "uptime: the time for which the checks passed, of the time in which they said something",
  permissions: "none",
  fn: () => {
    const uptime = new Uptime(undefined, NEVER);
    for (
      const [health, at] of [
        [healthAfter(), 0],
        [healthAfter(), 10_000],
        [healthAfter(true), 20_000],
        [healthAfter(true), 50_000],
        [healthAfter(true, false), 60_000],
      ] as const
    ) atOnce(uptime.look(health, at));
    deepStrictEqual(uptime.of(ID), { upSeconds: 40, watchedSeconds: 50 });
    deepStrictEqual(uptime.of("tcp:192.0.2.1:80 10.0.0.9:80" as RealId), { upSeconds: 0, watchedSeconds: 0 });
  },
});

Deno.test("uptime: a restart goes on counting where the last run ended", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/kept/www.uptime.json`;
  try {
    for (const expected of [30, 60]) {
      const uptime = new Uptime(path, NEVER);
      atOnce(uptime.look(healthAfter(true), 1_000));
      atOnce(uptime.look(healthAfter(true), 31_000));
      strictEqual(uptime.of(ID).upSeconds, expected);
      await uptime.write();
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("uptime: a file that cannot be written is complained of once", async () => {
  const complaints: string[] = [];
  const uptime = new Uptime("/proc/nowhere/www.uptime.json", (text) => complaints.push(text));
  await uptime.write();
  await uptime.write();
  strictEqual(complaints.length, 1);
});
