import { deepStrictEqual } from "node:assert/strict";
import type { MailAlerts } from "../../src/alerts/mail_alerts.ts";
import type { Notifier } from "../../src/alerts/notifier.ts";
import { Log } from "../../src/daemon/log.ts";
import { Reporter } from "../../src/daemon/reporter.ts";
import type { CheckResult } from "../../src/model/check.ts";
import { keyOf, sketchModel, verdict } from "../director/fixture.ts";

const model = sketchModel({ at: "192.0.2.1:80", reals: ["10.0.0.1:80"] });
const virtual = model.virtuals.get(keyOf("192.0.2.1:80"))!;
const [real] = virtual.reals.values();

function expiresIn(days: number): CheckResult {
  const warning = `certificate expires in ${days} days`;
  return { up: true, detail: `200 OK; ${warning}`, warning };
}

Deno.test({
  name: "what a passed check warns of is logged once, and again when it has changed",
  permissions: "none",
  fn: () => {
    if (real.policy.kind !== "checked") throw new Error("the sketch is checked");
    const { check } = real.policy;
    const lines: string[] = [];
    const log = new Log((severity, text) => lines.push(`${severity}: ${text}`));
    const ports = {
      mails: {} as MailAlerts,
      notifier: {} as Notifier,
      model: () => model,
      health: () => new Map(),
      onDuty: () => true,
    };
    const reporter = new Reporter({ log, ...ports });
    for (const result of [expiresIn(9), expiresIn(9), verdict(false), expiresIn(9), expiresIn(8), verdict(true)]) {
      reporter.report({ type: "round", check, result, durationMs: 1, users: [{ virtual, real }] });
    }
    deepStrictEqual(lines, [
      "warning: Real server 10.0.0.1:80 (192.0.2.1:80): certificate expires in 9 days",
      "warning: Real server 10.0.0.1:80 (192.0.2.1:80): certificate expires in 8 days",
    ]);
  },
});
