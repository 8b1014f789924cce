import { deepStrictEqual } from "node:assert/strict";
import type { MailAlerts } from "../../src/alerts/mail_alerts.ts";
import type { Notifier, Told } from "../../src/alerts/notifier.ts";
import { Log } from "../../src/daemon/log.ts";
import { Reporter } from "../../src/daemon/reporter.ts";
import { adopt, reduce } from "../../src/director/health.ts";
import type { CheckKey, CheckResult } from "../../src/model/check.ts";
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

Deno.test({
  name: "a virtual service that vanishes and is put back is told by notices and mails, once each way",
  permissions: "none",
  fn: () => {
    const told: string[] = [];
    const mails = { vanished: (_: unknown, text: string) => told.push(`mail: ${text}`) } as unknown as MailAlerts;
    const notifier = {
      fallback: (_: unknown, { was, is, circumstances }: Told) =>
        told.push(`notify: ${was} ${is}, ${circumstances.serving} serve`),
    } as unknown as Notifier;
    const health = reduce(adopt(model, new Map(), new Map(), 0), {
      type: "rounds",
      rounds: [{ check: "10.0.0.1:80" as CheckKey, result: verdict(true), at: 1 }],
    }, model);
    const reporter = new Reporter({
      log: new Log(() => {}),
      mails,
      notifier,
      model: () => model,
      health: () => health,
      onDuty: () => true,
    });
    const service = virtual.settings;
    const added = { do: "add-service", service } as const;
    reporter.report({ type: "table-changed", action: added, occasion: "start", listed: true });
    reporter.report({ type: "services-vanished", services: [service] });
    reporter.report({ type: "services-vanished", services: [service] });
    reporter.report({ type: "table-changed", action: added, occasion: "change", listed: true });
    deepStrictEqual(told, [
      "notify: up down, 0 serve",
      "mail: Virtual servers vanished from the IPVS table and are put back: 192.0.2.1:80",
      "notify: down up, 1 serve",
      "mail: Added virtual server: 192.0.2.1:80",
    ]);
  },
});
