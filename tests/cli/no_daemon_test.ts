import { deepStrictEqual, match } from "node:assert/strict";
import { ldirectord } from "./program.ts";

const NOWHERE = "/nonexistent/no-such-director";
/** A file that is there, and that no daemon runs with. */
const IDLE = new URL("../../deno.json", import.meta.url).pathname;

/** What is asked where no such director runs, the exit status, and what is said. */
const ASKED: [args: string[], code: number, says: RegExp][] = [
  [["drain", "10.0.0.1", "--config", NOWHERE], 3, /no director runs; there is no \/nonexistent\/no-such-director$/m],
  [["weight", "10.0.0.1", "5", "--config", NOWHERE], 3, /no director runs; there is no /],
  [
    ["enable", "10.0.0.1", "--config", IDLE],
    3,
    /no director runs for .*deno\.json; start it with: ldirectord \S*deno\.json start$/m,
  ],
  [
    ["history", "10.0.0.1", "--config", NOWHERE],
    1,
    /^nothing of 10\.0\.0\.1 in \/var\/lib\/ldirectord\/no-such-director\.history$/m,
  ],
  [["history", "--config", NOWHERE], 1, /^nothing in \/var\/lib\/ldirectord\/no-such-director\.history$/m],
];

for (const [args, code, says] of ASKED) {
  Deno.test(`without a director: ${args.join(" ")} says what is the matter`, async () => {
    const outcome = await ldirectord(...args);
    deepStrictEqual([outcome.code, outcome.stdout], [code, ""]);
    match(outcome.stderr, says);
  });
}
