import { deepStrictEqual } from "node:assert/strict";
import type { MailAlerts } from "../../../src/alerts/mail_alerts.ts";
import type { NoticeFacts, Notifier } from "../../../src/alerts/notifier.ts";
import { Log } from "../../../src/daemon/log/log.ts";
import { Reporter } from "../../../src/daemon/log/reporter.ts";
import { adopt, reduce } from "../../../src/director/health.ts";
import type { CheckKey, CheckResult } from "../../../src/model/check.ts";
import { keyOf, sketchModel, verdict } from "../../director/fixture.ts";

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
  name: "a virtual service that vanishes and is put back is reported by notices and mails, once each way",
  permissions: "none",
  fn: () => {
    const told: string[] = [];
    const mails = { vanished: (_: unknown, text: string) => told.push(`mail: ${text}`) } as unknown as MailAlerts;
    const notifier = {
      fallback: (_: unknown, { was, is, circumstances }: NoticeFacts) =>
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
    reporter.report({ type: "table-changed", action: added, changeReason: "start", listed: true });
    reporter.report({ type: "services-vanished", services: [service] });
    reporter.report({ type: "services-vanished", services: [service] });
    reporter.report({ type: "table-changed", action: added, changeReason: "change", listed: true });
    deepStrictEqual(told, [
      "notify: up down, 0 serve",
      "mail: Virtual servers vanished from the IPVS table and are put back: 192.0.2.1:80",
      "notify: down up, 1 serve",
      "mail: Added virtual server: 192.0.2.1:80",
    ]);
  },
});

Deno.test({
  name: "notices have the label of a real server before the names of its host",
  permissions: "none",
  fn: () => {
    const told: (readonly string[])[] = [];
    const note = (...[, , { circumstances }]: [unknown, unknown, NoticeFacts]) => told.push(circumstances.names);
    const labelled = { ...real, label: "front" };
    const { address } = real.destination;
    const reporter = new Reporter({
      log: new Log(() => {}),
      mails: { transition: () => {} } as unknown as MailAlerts,
      notifier: { transition: note } as unknown as Notifier,
      model: () => ({ ...model, hostNames: new Map([[address, ["web1.example.net"]]]) }),
      health: () => new Map(),
      onDuty: () => true,
    });
    const change = { was: "up", is: "down", reason: "connection refused" } as const;
    const notified = { ...virtual, notify: { kind: "program", argv: ["/bin/true"] } } as const;
    reporter.report({ type: "transition", virtual: notified, real: labelled, ...change });
    deepStrictEqual(told, [["front", "web1.example.net"]]);
  },
});

Deno.test({
  name: "what a reload removes is no alert, though it stayed until others served",
  permissions: "none",
  fn: () => {
    const alerts: boolean[] = [];
    const tableChange = (...[, , isChange]: [unknown, unknown, boolean]) => alerts.push(isChange);
    const reporter = new Reporter({
      log: new Log(() => {}),
      mails: { tableChange } as unknown as MailAlerts,
      notifier: {} as Notifier,
      model: () => model,
      health: () => new Map(),
      onDuty: () => true,
    });
    const action = { do: "delete-destination", service: virtual.settings, destination: real.destination } as const;
    for (const role of ["leaving", "serving"] as const) {
      reporter.report({ type: "table-changed", action, changeReason: "change", role, listed: false });
    }
    deepStrictEqual(alerts, [false, true]);
  },
});

Deno.test("a monitor file has a line for each check, and none for each look at a weight file", async () => {
  if (real.policy.kind !== "checked") throw new Error("the sketch is checked");
  const monitorFile = await Deno.makeTempFile();
  const { check } = real.policy;
  const reporter = new Reporter({
    log: new Log(() => {}),
    mails: {} as MailAlerts,
    notifier: {} as Notifier,
    model: () => model,
    health: () => new Map(),
    onDuty: () => true,
  });
  for (const method of ["connect", "weightfile", "file", "weightfile"] as const) {
    const users = [{ virtual: { ...virtual, monitorFile }, real }];
    const result = { ...verdict(true), detail: method };
    reporter.report({ type: "round", check: { ...check, method }, result, durationMs: 1, users });
  }
  const lines = (await Deno.readTextFile(monitorFile)).trimEnd().split("\n");
  await Deno.remove(monitorFile);
  deepStrictEqual(lines.map((line) => line.split(" ").at(-1)), ["connect", "file"]);
});
