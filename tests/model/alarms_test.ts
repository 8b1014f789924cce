import { deepStrictEqual, ok } from "node:assert/strict";
import { alarmAt } from "../../src/model/alarms.ts";

/** Resolves when an alarm for that many milliseconds from now rings, with the time at which it did. */
function alarmIn(milliseconds: number): Promise<number> {
  return new Promise((resolve) => alarmAt(performance.now() + milliseconds, () => resolve(performance.now())));
}

Deno.test("alarms ring in the order of their times, none before its own", async () => {
  const start = performance.now();
  const rung: number[] = [];
  await Promise.all([40, 5, 90, 20, 60].map(async (milliseconds) => {
    const at = await alarmIn(milliseconds);
    // What performance.now() gives has a grain of its own.
    ok(at >= start + milliseconds - 1, `${milliseconds} ms: rung after ${at - start}`);
    rung.push(milliseconds);
  }));
  deepStrictEqual(rung, [5, 20, 40, 60, 90]);
});

Deno.test("an alarm that was called off does not ring, and those around it do", async () => {
  const rung: string[] = [];
  const cancel = alarmAt(performance.now() + 10, () => rung.push("off"));
  const others = [alarmIn(5).then(() => rung.push("before")), alarmIn(30).then(() => rung.push("after"))];
  cancel();
  await Promise.all(others);
  deepStrictEqual(rung, ["before", "after"]);
});

Deno.test("an alarm may set another one, and call off one that is due at the same time", async () => {
  const rung: string[] = [];
  const at = performance.now() + 10;
  let cancel = () => {};
  await new Promise<void>((resolve) => {
    alarmAt(at, () => {
      rung.push("first");
      cancel();
      alarmAt(performance.now() + 10, () => resolve());
    });
    cancel = alarmAt(at, () => rung.push("second"));
  });
  deepStrictEqual(rung, ["first"]);
});

Deno.test("an alarm with a callback that fails does not stop the others", async () => {
  const failed = Promise.withResolvers<unknown>();
  const note = (event: ErrorEvent) => {
    event.preventDefault();
    failed.resolve(event.error.message);
  };
  globalThis.addEventListener("error", note);
  alarmAt(performance.now() + 5, () => {
    throw new Error("a bug");
  });
  const [error] = await Promise.all([failed.promise, alarmIn(5), alarmIn(40)]);
  globalThis.removeEventListener("error", note);
  deepStrictEqual(error, "a bug");
});
