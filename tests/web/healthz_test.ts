import { deepStrictEqual } from "node:assert/strict";
import type { Status } from "../../src/control/status.ts";
import { healthOf, type HealthQuestion } from "../../src/web/healthz.ts";
import { realStatus, statusWith } from "./example_status.ts";

const up = realStatus();
const out = realStatus({ real: "10.0.0.12:80", state: "disabled", serving: false });
const off = realStatus({ state: "off", serving: false });
const unknown = realStatus({ state: "unknown" });
const all: HealthQuestion = { about: "all" };
const director: HealthQuestion = { about: "director" };
const one = (name: string): HealthQuestion => ({ about: "virtual", name });

const well = statusWith(up, out);
const outOfStep: Status = { ...well, table: { driver: "netlink", inStep: false, trouble: "no IPVS" } };
const starting: Status = { ...well, daemon: { ...well.daemon, state: "starting" } };
const nameless: Status = { ...statusWith(), unresolved: [{ virtual: "192.0.2.10:80", host: "web9", line: 4 }] };

const ROWS: [what: string, status: Status, question: HealthQuestion, http: number, first: string][] = [
  ["one of two serves", well, all, 200, "ok"],
  ["none serves", statusWith(out), all, 503, "no real server of 192.0.2.10:80 serves"],
  ["none serves, and only the director is asked for", statusWith(out), director, 200, "ok"],
  ["the only one is not to serve", statusWith(off), all, 200, "ok"],
  ["its only name does not resolve", nameless, all, 503, "no real server of 192.0.2.10:80 serves"],
  ["a fallback without real servers", statusWith(), all, 200, "ok"],
  ["the table is out of step", outOfStep, all, 503, "table not in step: no IPVS"],
  ["the table is out of step, the director alone", outOfStep, director, 503, "table not in step: no IPVS"],
  ["the director starts", starting, director, 503, "the director is starting"],
  ["it cannot be checked, and serves", statusWith(unknown), all, 200, "ok"],
  ["one virtual service by its address", well, one("192.0.2.10:80"), 200, "ok"],
  ["one by its key", well, one("tcp:192.0.2.10:80"), 200, "ok"],
  [
    "one by its servicename, and none serves",
    statusWith(out),
    one("shop"),
    503,
    "no real server of 192.0.2.10:80 serves",
  ],
  ["one that is not there", well, one("mail"), 404, "There is no virtual service mail. There are: 192.0.2.10:80"],
];

for (const [what, status, question, http, first] of ROWS) {
  Deno.test({
    name: `healthz: ${what}: ${http}`,
    permissions: "none",
    fn: () => {
      const answer = healthOf(status, question);
      deepStrictEqual([answer.status, answer.lines[0]], [http, first]);
    },
  });
}

Deno.test({
  name: "healthz: 200 says so when real servers cannot be checked",
  permissions: "none",
  fn: () => deepStrictEqual(healthOf(statusWith(unknown), all).lines, ["ok", "1 real server cannot be checked"]),
});
