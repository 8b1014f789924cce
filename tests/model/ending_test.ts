import { deepStrictEqual, doesNotThrow, strictEqual, throws } from "node:assert/strict";
import { RoundEnding } from "../../src/model/ending.ts";

const LATE = new Error("late");

Deno.test("an ending calls its listeners once, in their order, and says why", () => {
  const ending = new RoundEnding();
  const heard: string[] = [];
  ending.addEventListener("abort", () => heard.push(`first, ${(ending.reason as Error).message}`));
  ending.addEventListener("abort", () => heard.push("second"));
  doesNotThrow(() => ending.throwIfAborted());
  ending.abort(LATE);
  ending.abort(new Error("later"));
  deepStrictEqual(heard, ["first, late", "second"]);
  strictEqual(ending.reason, LATE);
  throws(() => ending.throwIfAborted(), LATE);
});

Deno.test("a listener that was taken back hears nothing", () => {
  const ending = new RoundEnding();
  const heard: string[] = [];
  const gone = () => heard.push("gone");
  ending.addEventListener("abort", gone);
  ending.removeEventListener("abort", gone);
  ending.removeEventListener("abort", gone);
  ending.addEventListener("abort", () => heard.push("here"));
  ending.abort(LATE);
  deepStrictEqual(heard, ["here"]);
});
