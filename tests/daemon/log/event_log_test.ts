import { deepStrictEqual } from "node:assert/strict";
import type { ChangeReason, DirectorEvent } from "../../../src/director/events.ts";
import type { Role } from "../../../src/director/desired.ts";
import { logLine, warningLine } from "../../../src/daemon/log/event_log.ts";
import type { Action } from "../../../src/model/plan.ts";
import { destination, keyOf, sketchModel, verdict } from "../../director/fixture.ts";

const model = sketchModel({ at: "192.0.2.1:80", reals: ["10.0.0.1:80"] });
const virtual = model.virtuals.get(keyOf("192.0.2.1:80"))!;
const [real] = virtual.reals.values();
const service = virtual.settings;

/** A change of the table; one of a destination without a role is of one that the configuration does not list. */
function change(verb: Action["do"], changeReason: ChangeReason, role?: Role, weight = 3): DirectorEvent {
  const action = verb.endsWith("service")
    ? { do: verb, service }
    : { do: verb, service, destination: destination(`10.0.0.1:80 weight ${weight}`) };
  return { type: "table-changed", action: action as Action, changeReason, role, listed: role !== undefined };
}

/** The texts that scripts look for, and the ones that explain. */
const LINES: [event: DirectorEvent, severity: string, text: string][] = [
  [change("add-service", "start"), "info", "Added virtual server: 192.0.2.1:80"],
  [change("edit-service", "start"), "info", "Changed virtual server: 192.0.2.1:80"],
  [change("delete-service", "stop"), "info", "Purged virtual server (stop): 192.0.2.1:80"],
  [
    change("add-destination", "change", "serving"),
    "info",
    "Added real server: 10.0.0.1:80 (192.0.2.1:80) (Weight set to 3)",
  ],
  [
    change("edit-destination", "change", "serving"),
    "info",
    "Restored real server: 10.0.0.1:80 (192.0.2.1:80) (Weight set to 3)",
  ],
  [
    change("edit-destination", "change", "quiescent", 0),
    "info",
    "Quiescent real server: 10.0.0.1:80 (192.0.2.1:80) (Weight set to 0)",
  ],
  [change("delete-destination", "change", "serving"), "info", "Deleted real server: 10.0.0.1:80 (192.0.2.1:80)"],
  [change("delete-destination", "start", "serving"), "info", "Deleted real server: 10.0.0.1:80 (192.0.2.1:80)"],
  [change("delete-destination", "start"), "info", "Purged real server (start): 10.0.0.1:80 (192.0.2.1:80)"],
  [change("delete-destination", "stop", "serving"), "info", "Purged real server (stop): 10.0.0.1:80 (192.0.2.1:80)"],
  [
    change("add-destination", "change", "fallback", 1),
    "info",
    "Added fallback server: 10.0.0.1:80 (192.0.2.1:80) (Weight set to 1)",
  ],
  [change("delete-destination", "change", "fallback"), "info", "Deleted fallback server: 10.0.0.1:80 (192.0.2.1:80)"],
  [
    {
      type: "table-refused",
      action: { do: "add-service", service },
      place: { line: 7 },
      message: "Scheduler not found",
    },
    "error",
    "Refused: add virtual server 192.0.2.1:80: Scheduler not found (line 7 of the configuration asks for it); trying again",
  ],
  [
    { type: "transition", virtual, real, was: "up", is: "down", reason: "503 Service Unavailable" },
    "warning",
    "Real server 10.0.0.1:80 (192.0.2.1:80) is down: 503 Service Unavailable",
  ],
  [
    { type: "transition", virtual, real, was: "down", is: "up", reason: "200 OK" },
    "notice",
    "Real server 10.0.0.1:80 (192.0.2.1:80) is up: 200 OK",
  ],
  [
    { type: "transition", virtual, real, was: "up", is: "unknown", reason: "cannot be checked: out of memory" },
    "error",
    "Real server 10.0.0.1:80 (192.0.2.1:80) is unknown: cannot be checked: out of memory",
  ],
  [
    { type: "transition", virtual, real, was: "up", is: "drained", reason: "drained by the operator" },
    "notice",
    "Real server 10.0.0.1:80 (192.0.2.1:80) is drained by the operator",
  ],
  [
    { type: "transition", virtual, real, was: "up", is: "maintenance", reason: "maintenance: file web1" },
    "notice",
    "Real server 10.0.0.1:80 (192.0.2.1:80) is in maintenance: file web1",
  ],
  [
    { type: "fallback", virtual, active: true, was: "up", quorum: { serving: 0, needed: 1 } },
    "warning",
    "No real server is up for virtual server 192.0.2.1:80",
  ],
];

for (const [event, severity, text] of LINES) {
  Deno.test({
    name: `log: ${text}`,
    permissions: "none",
    fn: () => deepStrictEqual(logLine(event), { severity, text }),
  });
}

Deno.test({
  name: "log: a round says which server was checked, how long it took and what came of it",
  permissions: "none",
  fn: () => {
    if (real.policy.kind !== "checked") throw new Error("the sketch is checked");
    const { check } = real.policy;
    const event: DirectorEvent = {
      type: "round",
      check,
      result: verdict(false),
      durationMs: 12.4,
      users: [{ virtual, real }],
    };
    deepStrictEqual(
      warningLine(event, "certificate expires in 9 days"),
      "Real server 10.0.0.1:80 (192.0.2.1:80): certificate expires in 9 days",
    );
    deepStrictEqual(logLine(event), {
      severity: "debug",
      text: "Checked 10.0.0.1:80 (192.0.2.1:80) by negotiate in 12 ms: down, refused: connection refused",
    });
  },
});
