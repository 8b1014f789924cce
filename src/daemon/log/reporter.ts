import { FallbackCommands } from "../../alerts/fallback_command.ts";
import type { MailAlerts } from "../../alerts/mail_alerts.ts";
import type { Circumstances } from "../../alerts/notice.ts";
import type { Notifier } from "../../alerts/notifier.ts";
import { monitorLine } from "../../alerts/monitor_file.ts";
import type { DirectorEvent } from "../../director/events.ts";
import { type Health, isHeld, reasonFor } from "../../director/real_health.ts";
import { type CheckKey, couldNotBeMade } from "../../model/check.ts";
import { destinationKey, type VirtualKey, virtualKey } from "../../model/table.ts";
import { type Model, type RealServer, type VirtualService } from "../../model/virtual_service.ts";
import { appendWithoutWaiting } from "../../system/write_without_waiting.ts";
import { formatDate } from "./date.ts";
import { commonOf, logFields, logLine, warningLine } from "./event_log.ts";
import { circumstancesOf } from "./circumstances.ts";
import type { Log } from "./log.ts";
import { quorumReason } from "../../director/quorum_words.ts";

/** What a reporter carries events to. */
export interface ReporterPorts {
  readonly log: Log;
  readonly mails: MailAlerts;
  readonly notifier: Notifier;
  /** The configuration in force. */
  model(): Model;
  /** The health of everything, as it is now. */
  health(): Health;
  /** Whether this director keeps the table. A standby tells its log alone. */
  onDuty(): boolean;
}

/** Carries the director's events to the log, the alert mails, the notices, the monitor files and the fallback commands. */
export class Reporter {
  readonly #ports: ReporterPorts;
  readonly #log: Log;
  readonly #fallbackCommands: FallbackCommands;
  /** What kept checks from being made, as last logged. */
  readonly #troubles = new Map<CheckKey, string>();
  /** What passed checks warn of, as last logged. */
  readonly #warnings = new Map<CheckKey, string>();
  readonly #unwritable = new Set<string>();
  /** Virtual services that have vanished from the kernel, and are not yet back. */
  readonly #vanished = new Set<VirtualKey>();

  constructor(ports: ReporterPorts) {
    const { log } = ports;
    this.#ports = ports;
    this.#log = log;
    this.#fallbackCommands = new FallbackCommands((reason) => log.error(`fallbackcommand: ${reason}`));
  }

  /** Takes one event of the director. */
  readonly report = (event: DirectorEvent): void => {
    if (event.type !== "round" || this.#isNews(event) || this.#log.isVerbose) {
      const { severity, text } = logLine(event);
      this.#log.write(severity, text, logFields(event));
      if (this.#ports.onDuty()) this.#announce(event, text);
    }
    if (event.type === "round") {
      this.#warn(event);
      this.#monitor(event);
    }
  };

  /** Another director takes over: ends what the fallback commands began, and the reminders. */
  async handOver(): Promise<void> {
    this.#ports.mails.handOver();
    await this.#fallbackCommands.stopAll();
  }

  /** Ends what the fallback commands began, and sends the last mails and notices. */
  async stop(): Promise<void> {
    const { mails, notifier } = this.#ports;
    await Promise.all([this.#fallbackCommands.stopAll(), mails.stop(), notifier.stop()]);
  }

  /** Mails and notices, which a standby does not send. */
  #announce(event: DirectorEvent, text: string): void {
    this.#mail(event, text);
    this.#notify(event, text);
    if (event.type === "fallback") this.#fallbackCommands.change(event.virtual, event.active);
    if (event.type === "services-vanished") {
      for (const { address } of event.services) this.#announceVanished(virtualKey(address), true, text);
    }
    if (event.type === "table-changed" && event.action.do === "add-service") {
      this.#announceVanished(virtualKey(event.action.service.address), false, text);
    }
  }

  /** Clients of a virtual service that has vanished are not served, however well its real servers are. */
  #announceVanished(key: VirtualKey, isGone: boolean, text: string): void {
    const virtual = this.#ports.model().virtuals.get(key);
    if (!virtual || isGone === this.#vanished.has(key)) return;
    if (isGone) this.#vanished.add(key);
    else this.#vanished.delete(key);
    if (this.#ports.health().get(key)?.service !== "up") return;
    const [was, is] = isGone ? ["up", "down"] as const : ["down", "up"] as const;
    const reason = isGone ? "vanished from the kernel's table" : "is in the kernel's table again";
    const known = this.#circumstances(virtual);
    const circumstances = isGone ? { ...known, serving: 0 } : known;
    this.#ports.notifier.fallback(virtual, { was, is, reason, text, circumstances });
    this.#ports.mails.vanished(virtual, text);
  }

  #mail(event: DirectorEvent, text: string): void {
    const { mails } = this.#ports;
    if (event.type === "transition") mails.transition(event.virtual, event.real, event.was, event.is, text);
    if (event.type === "fallback") mails.fallback(event.virtual, event.active, text);
    if (event.type === "table-changed" && "destination" in event.action) {
      const { action: { service, destination }, changeReason, role } = event;
      // A virtual service that left the configuration has no recipients any more.
      const virtual = this.#ports.model().virtuals.get(virtualKey(service.address));
      if (!virtual) return;
      if (role === "fallback") mails.fallbackChange(virtual, event.action.do !== "delete-destination", text);
      else {mails.tableChange(
          virtual,
          destinationKey(destination),
          changeReason === "change" && role !== "leaving",
          text,
        );}
    }
  }

  #notify(event: DirectorEvent, text: string): void {
    const { notifier } = this.#ports;
    if ((event.type !== "fallback" && event.type !== "transition") || !event.virtual.notify) return;
    if (event.type === "fallback") {
      const { virtual, was, active } = event;
      const reason = quorumReason(event);
      const circumstances = this.#circumstances(virtual);
      notifier.fallback(virtual, { was, is: active ? "down" : "up", reason, text, circumstances });
    }
    if (event.type === "transition") {
      const { virtual, real, was, is, reason } = event;
      const circumstances = this.#circumstances(virtual, real);
      notifier.transition(virtual, real, { was, is, reason, text, circumstances });
    }
  }

  #circumstances(virtual: VirtualService, real?: RealServer): Circumstances {
    return circumstancesOf(this.#ports.model(), this.#ports.health(), virtual, real);
  }

  /** Of all rounds only a trouble of our own is news, and that once. */
  #isNews({ check, result }: Extract<DirectorEvent, { type: "round" }>): boolean {
    if (!couldNotBeMade(result)) {
      this.#troubles.delete(check.key);
      return false;
    }
    const known = this.#troubles.get(check.key);
    this.#troubles.set(check.key, result.detail);
    return known !== result.detail;
  }

  /** A warning is logged once, and again when it has changed: a certificate's day by day. */
  #warn(event: Extract<DirectorEvent, { type: "round" }>): void {
    const { check, result } = event;
    if (!result.up || result.warning === this.#warnings.get(check.key)) return;
    if (result.warning === undefined) {
      this.#warnings.delete(check.key);
      return;
    }
    this.#warnings.set(check.key, result.warning);
    this.#log.write("warning", warningLine(event, result.warning), {
      event: "check-warning",
      ...commonOf(event.users),
    });
  }

  #monitor({ check, users, result }: Extract<DirectorEvent, { type: "round" }>): void {
    // It says nothing of whether they are up.
    if (check.method === "weightfile") return;
    for (const { virtual, real } of users) {
      if (virtual.monitorFile === undefined) continue;
      const health = this.#ports.health().get(virtual.key)?.reals.get(real.key);
      const held = health && isHeld(health) ? reasonFor(health) : undefined;
      const line = monitorLine(formatDate(new Date()), Deno.pid, real, result, held);
      try {
        appendWithoutWaiting(virtual.monitorFile, `${line}\n`);
        this.#unwritable.delete(virtual.monitorFile);
      } catch (error) {
        if (this.#unwritable.has(virtual.monitorFile)) continue;
        this.#unwritable.add(virtual.monitorFile);
        this.#log.error(`monitorfile ${virtual.monitorFile} cannot be written: ${(error as Error).message}`);
      }
    }
  }
}
