import { deepStrictEqual } from "node:assert/strict";
import type { Owner } from "../../../src/daemon/process/pid_file.ts";
import type { Pulse } from "../../../src/daemon/liveness/pulse.ts";
import { judgePulse, type PulseEvidence, usualLimits } from "../../../src/daemon/liveness/pulse_verdict.ts";

const running: Owner = { state: "running", pid: 7 };

const pulse: Pulse = {
  time: "2026-11-20T10:00:00Z",
  pid: 7,
  checks: 500,
  every: 15,
  overdue: null,
  standby: false,
  inStep: true,
  missing: null,
  unserved: null,
  unknown: null,
  unjudged: null,
};
const NOW = Date.parse("2026-11-20T10:00:10Z");
const ago = (seconds: number) => new Date(NOW - seconds * 1000).toISOString();
const ILL = { unserved: { count: 2, first: "192.0.2.9:80" }, unknown: { reals: 1, since: ago(500) } };
const stuck: Pulse = { ...pulse, overdue: { check: "10.0.0.1:80 (192.0.2.1:80) by negotiate", seconds: 150 } };

const ROWS: [string, Omit<PulseEvidence, "now">, line: string][] = [
  [
    "a fresh pulse",
    { owner: running, age: 4.7, pulse },
    "OK: ldirectord pulse is regular (4 seconds since last beat) | age=4s;120;300;0 overdue=0s;120;300;0 checks=500c",
  ],
  [
    "one second is no seconds",
    { owner: running, age: 1.2, pulse },
    "OK: ldirectord pulse is regular (1 second since last beat) | age=1s;120;300;0 overdue=0s;120;300;0 checks=500c",
  ],
  [
    "the limit itself is not above the limit",
    { owner: running, age: 120, pulse },
    "OK: ldirectord pulse is regular (120 seconds since last beat) | age=120s;120;300;0 overdue=0s;120;300;0 checks=500c",
  ],
  [
    "late",
    { owner: running, age: 121, pulse },
    "WARNING: ldirectord pulse is irregular (121 seconds since last beat) | " +
    "age=121s;120;300;0 overdue=0s;120;300;0 checks=500c",
  ],
  [
    "never beaten after the start, for all that one can see",
    { owner: running, age: 301, pulse: { ...pulse, checks: 0 } },
    "CRITICAL: ldirectord pulse has stopped (301 seconds since last beat) | " +
    "age=301s;120;300;0 overdue=0s;120;300;0 checks=0c",
  ],
  [
    "one check is stuck among many that are not",
    { owner: running, age: 1, pulse: stuck },
    "WARNING: ldirectord pulse is regular (1 second since last beat), but the check of 10.0.0.1:80 (192.0.2.1:80) " +
    "by negotiate is 150 seconds overdue | age=1s;120;300;0 overdue=150s;120;300;0 checks=500c",
  ],
  [
    "the kernel's table is not as wanted",
    { owner: running, age: 1, pulse: { ...pulse, inStep: false } },
    "WARNING: ldirectord pulse is regular (1 second since last beat), but the IPVS table is not as wanted | " +
    "age=1s;120;300;0 overdue=0s;120;300;0 checks=500c",
  ],
  [
    "a virtual service has left the kernel's table",
    { owner: running, age: 1, pulse, table: { missing: ["192.0.2.1:80", "7"] } },
    "CRITICAL: ldirectord pulse is regular (1 second since last beat), but the IPVS table lacks 192.0.2.1:80, 7 | " +
    "age=1s;120;300;0 overdue=0s;120;300;0 checks=500c",
  ],
  [
    "the director itself knows that a virtual service is missing",
    { owner: running, age: 1, pulse: { ...pulse, inStep: false, missing: { count: 3, first: "192.0.2.1:80" } } },
    "CRITICAL: ldirectord pulse is regular (1 second since last beat), but the IPVS table lacks 192.0.2.1:80 " +
    "and 2 more | age=1s;120;300;0 overdue=0s;120;300;0 checks=500c",
  ],
  [
    "no real server of a virtual service serves, and another one cannot be checked for long",
    { owner: running, age: 1, pulse: { ...pulse, ...ILL } },
    "CRITICAL: ldirectord pulse is regular (1 second since last beat), but no real server of 192.0.2.9:80 and 1 more " +
    "serves, but 1 real server cannot be checked, for 500 seconds | " +
    "age=1s;120;300;0 overdue=0s;120;300;0 checks=500c",
  ],
  [
    "what clients meet, where the director alone is asked about",
    { owner: running, age: 1, pulse: { ...pulse, ...ILL }, isOfDirector: true },
    "OK: ldirectord pulse is regular (1 second since last beat) | age=1s;120;300;0 overdue=0s;120;300;0 checks=500c",
  ],
  [
    "real servers that cannot be checked since a moment ago",
    { owner: running, age: 1, pulse: { ...pulse, unknown: { reals: 2, since: ago(3) } } },
    "WARNING: ldirectord pulse is regular (1 second since last beat), but 2 real servers cannot be checked, for " +
    "3 seconds | age=1s;120;300;0 overdue=0s;120;300;0 checks=500c",
  ],
  [
    "all real servers of a virtual service for two minutes",
    {
      owner: running,
      age: 1,
      pulse: { ...pulse, unjudged: { count: 1, first: "7", since: ago(121) }, unknown: { reals: 2, since: ago(121) } },
    },
    "CRITICAL: ldirectord pulse is regular (1 second since last beat), but no real server of 7 can be checked, for " +
    "121 seconds, but 2 real servers cannot be checked, for 121 seconds | " +
    "age=1s;120;300;0 overdue=0s;120;300;0 checks=500c",
  ],
  [
    "the director does not answer",
    { owner: running, age: 1, pulse, table: { missing: [], trouble: "the daemon gave no answer" } },
    "CRITICAL: ldirectord pulse is regular (1 second since last beat), but the director does not say how the IPVS " +
    "table is: the daemon gave no answer | age=1s;120;300;0 overdue=0s;120;300;0 checks=500c",
  ],
  [
    "an address that is not announced as it should be",
    { owner: running, age: 1, pulse, table: { missing: [], unannounced: "interface:dummy0: it is down" } },
    "CRITICAL: ldirectord pulse is regular (1 second since last beat), but addresses are not announced as they should " +
    "be: interface:dummy0: it is down | age=1s;120;300;0 overdue=0s;120;300;0 checks=500c",
  ],
  [
    "the same, for a program that restarts the director",
    {
      owner: running,
      age: 1,
      pulse,
      isOfDirector: true,
      table: { missing: [], unannounced: "interface:dummy0: it is down" },
    },
    "OK: ldirectord pulse is regular (1 second since last beat) | " +
    "age=1s;120;300;0 overdue=0s;120;300;0 checks=500c",
  ],
  [
    "checks that come round once an hour",
    { owner: running, age: 3000, pulse: { ...pulse, every: 3630 } },
    "OK: ldirectord pulse is regular (3000 seconds since last beat) | " +
    "age=3000s;7260;18150;0 overdue=0s;7260;18150;0 checks=500c",
  ],
  ["no daemon", { owner: { state: "none" } }, "CRITICAL: ldirectord does not run: it has no pulse"],
  [
    "a daemon that died",
    { owner: { state: "stale", pid: 7 }, age: 3, pulse },
    "CRITICAL: ldirectord has died: it left its pid file",
  ],
  [
    "a daemon without a pulse",
    { owner: running, started: 121 },
    "CRITICAL: ldirectord runs (pid 7) but has no pulse",
  ],
  [
    "a daemon that starts at this moment",
    { owner: running, started: 0.3 },
    "OK: ldirectord has just started (0 seconds ago), its first beat is to come",
  ],
  [
    "a daemon that starts after one that was stuck and killed, and left its pulse",
    { owner: running, started: 1.2, age: 600, pulse: { ...stuck, pid: 6 } },
    "OK: ldirectord has just started (1 second ago), its first beat is to come",
  ],
  [
    "a daemon that never came to its first beat, after another one that died",
    { owner: running, started: 600, age: 700, pulse: { ...pulse, pid: 6 } },
    "CRITICAL: ldirectord runs (pid 7) but has no pulse",
  ],
  ["a file of something else", { owner: running, age: 3 }, "UNKNOWN: ldirectord pulse file cannot be read"],
  [
    "the clock was set back",
    { owner: running, age: -400, pulse },
    "UNKNOWN: ldirectord pulse lies in the future (400 seconds from now): was the clock set?",
  ],
];

for (const [name, evidence, line] of ROWS) {
  Deno.test({
    name: `check-pulse: ${name}`,
    permissions: "none",
    fn: () => {
      const verdict = judgePulse({ ...evidence, now: NOW }, usualLimits(evidence.pulse));
      deepStrictEqual(verdict, { state: line.split(":")[0], line });
    },
  });
}
