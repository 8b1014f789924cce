import { deepStrictEqual, match } from "node:assert/strict";
import { endOfStart } from "../../../src/cli/verbs/start_end.ts";
import { IpvsUnavailable } from "../../../src/ipvs/driver.ts";

const never = new Promise<never>(() => {});

Deno.test("a start ends when the table is there, when a signal comes, or when it fails", async () => {
  deepStrictEqual(await endOfStart(Promise.resolve(), never), { type: "at work" });
  deepStrictEqual(await endOfStart(never, Promise.resolve("TERM")), { type: "told to end", signal: "TERM" });
  const unavailable = Promise.reject(new IpvsUnavailable("no IPVS"));
  deepStrictEqual(await endOfStart(unavailable, never), { type: "failed", message: "no IPVS", logged: "no IPVS" });
});

Deno.test("a start that fails by a bug says so in one line, and logs where it broke", async () => {
  const end = await endOfStart(Promise.reject(new Error("broken")), never);
  if (end.type !== "failed") throw new Error(end.type);
  deepStrictEqual(end.message, "Internal error: broken");
  match(end.logged, /^Internal error: Error: broken\n +at /);
});
