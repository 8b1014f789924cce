import { partsOf, type RealId, realId } from "../model/orders.ts";
import { isPlanned, type ReportedState } from "../model/real_state.ts";
import type { DestinationKey } from "../model/table.ts";
import type { AlertState, Model, RealServer, VirtualService } from "../model/virtual_service.ts";
import type { Clock } from "../model/clock.ts";
import { composeLetters } from "./compose.ts";
import { FallbackAlerts } from "./fallback_alerts.ts";
import { Gathering } from "./gathering.ts";
import type { Send } from "./letter.ts";
import { MailQueue } from "./mail_queue.ts";
import type { Alert, News } from "./alert_rules.ts";
import { Reminders } from "./reminders.ts";

/** Milliseconds that letters get when the daemon stops. */
const LAST_CALL = 5_000;

/** What alert mails need from outside. */
export interface MailPorts {
  readonly clock: Clock;
  readonly send: Send;
  /** The name of this host. */
  readonly host: string;
  /** The names that the configuration gives a real server. */
  namesOf(virtual: VirtualService, server: DestinationKey): readonly string[];
  /** Hears of mail that was not taken or not sent, one line each. */
  onTrouble(text: string): void;
}

/**
 * Alert mails: what happens to real servers is gathered for each set of recipients (gathering.ts); reminders and the turns
 * of fallbacks make a letter each.
 */
export class MailAlerts {
  readonly #ports: MailPorts;
  readonly #queue: MailQueue;
  readonly #reminders: Reminders;
  readonly #fallbacks: FallbackAlerts;
  readonly #gatherings = new Map<string, Gathering>();
  /** Real servers with a planned last change: the table's change that follows is planned as well, however late. */
  readonly #planned = new Set<RealId>();
  /** Real servers that were down or unknown in their last mail: a mail follows when one is up again, for whatever reason. */
  readonly #ill = new Set<RealId>();
  #state: AlertState = "starting";

  constructor(ports: MailPorts) {
    this.#ports = ports;
    this.#queue = new MailQueue(ports);
    this.#fallbacks = new FallbackAlerts(ports.clock, (alert) => this.#send([alert]));
    this.#reminders = new Reminders(ports.clock, (virtual, server, reason) => {
      const text = `Inaccessible real server: ${server} (${virtual.label})`;
      if (virtual.alerts.on.has(this.#state)) this.#send([{ virtual, server, state: this.#state, text, reason }]);
    });
  }

  /** The daemon is in another state. The last one is `stopping`. */
  enter(state: AlertState): void {
    if (this.#state !== "stopping") this.#state = state;
  }

  /** The daemon has another configuration. */
  reconfigure(model: Model): void {
    this.#reminders.reconfigure(model);
    for (const ids of [this.#planned, this.#ill]) {
      for (const id of ids) {
        const { virtual, real } = partsOf(id);
        if (!model.virtuals.get(virtual)?.reals.has(real)) ids.delete(id);
      }
    }
  }

  /** The state of a real server changed. */
  transition(virtual: VirtualService, real: RealServer, was: ReportedState, is: ReportedState, text: string): void {
    this.#reminders.change(virtual, real, is === "down", text);
    const id = realId(virtual.key, real.key);
    if (isPlanned(is) || (isPlanned(was) && is === "up" && !this.#ill.has(id))) this.#planned.add(id);
    else this.#planned.delete(id);
    if (is === "up") this.#ill.delete(id);
    else if (!isPlanned(is)) this.#ill.add(id);
    this.#gather({ kind: "transition", virtual, server: real.key, text });
  }

  /** The turn of a virtual service's fallback began or ended. */
  fallback(virtual: VirtualService, active: boolean, text: string): void {
    if (virtual.fallback) this.#fallbacks.turn(virtual, active, this.#state, text);
  }

  /** A real server was added, changed or removed in the table, following health or in the course of something else. */
  tableChange(virtual: VirtualService, server: DestinationKey, followsHealth: boolean, text: string): void {
    this.#gather({ kind: followsHealth ? "change" : "arrangement", virtual, server, text });
  }

  /** The fallback of a virtual service was added to the table or removed from it. */
  fallbackChange(virtual: VirtualService, isThere: boolean, text: string): void {
    this.#fallbacks.tableChange(virtual, isThere, text);
  }

  /** A virtual service has vanished from the kernel's table, or is back. */
  vanished(virtual: VirtualService, text: string): void {
    if (virtual.alerts.on.has(this.#state)) this.#send([{ virtual, state: this.#state, text }]);
  }

  /** Another director reports outages from now on. */
  handOver(): void {
    this.#reminders.stop();
  }

  /** Sends what there is, for a few seconds at most. */
  async stop(): Promise<void> {
    this.#reminders.stop();
    this.#fallbacks.close();
    for (const gathering of [...this.#gatherings.values()]) gathering.close();
    await this.#queue.close(LAST_CALL);
  }

  #gather(news: Omit<News, "state">): void {
    const { virtual, server } = news;
    const { to, from, smtp } = virtual.alerts;
    const wanted = this.#planned.has(realId(virtual.key, server));
    if (to.length === 0 || (wanted && !virtual.alerts.planned)) return;
    const recipients = JSON.stringify([to, from, smtp]);
    let gathering = this.#gatherings.get(recipients);
    if (!gathering) {
      gathering = new Gathering({
        clock: this.#ports.clock,
        send: (alerts) => this.#send(alerts),
        end: () => this.#gatherings.delete(recipients),
      });
      this.#gatherings.set(recipients, gathering);
    }
    gathering.add({ ...news, state: this.#state });
  }

  #send(alerts: readonly Alert[]): void {
    const { host, namesOf } = this.#ports;
    const letterFacts = { host, namesOf, date: new Date(), newId: () => crypto.randomUUID() };
    for (const letter of composeLetters(alerts, letterFacts)) this.#queue.add(letter);
  }
}
