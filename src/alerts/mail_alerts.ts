import type { DestinationKey } from "../model/table.ts";
import type { AlertState, Model, RealServer, VirtualService } from "../model/virtual_service.ts";
import type { Clock } from "./clock.ts";
import { composeLetters } from "./compose.ts";
import type { Send } from "./letter.ts";
import { MailQueue } from "./mail_queue.ts";
import { alertsOf, type News } from "./news.ts";
import { Reminders } from "./reminders.ts";

/** Milliseconds without news after which a letter is closed. */
const QUIET = 3_000;

/** Milliseconds after which it is closed though news go on coming. */
const LONGEST = 10_000;

/** Milliseconds that letters get when the daemon stops. */
const LAST_CALL = 5_000;

/** What alert mails need from outside. */
export interface MailPorts {
  readonly clock: Clock;
  readonly send: Send;
  /** The name of this host. */
  readonly host: string;
  /** Hears of mail that was not taken or not sent, one line each. */
  complain(text: string): void;
}

/** Alert mails: gathers what happens within a few seconds, and sends each recipient one letter of it. */
export class MailAlerts {
  readonly #ports: MailPorts;
  readonly #queue: MailQueue;
  readonly #reminders: Reminders;
  #state: AlertState = "starting";
  #news: News[] = [];
  #firstAt = 0;
  #cancelClosing: (() => void) | undefined;

  constructor(ports: MailPorts) {
    this.#ports = ports;
    this.#queue = new MailQueue(ports);
    this.#reminders = new Reminders(ports.clock, (virtual, server, reason) => {
      const text = `Inaccessible real server: ${server} (${virtual.label})`;
      this.#gather({ kind: "reminder", virtual, server, text, reason });
    });
  }

  /** The daemon is in another state. The last one is `stopping`. */
  enter(state: AlertState): void {
    if (this.#state !== "stopping") this.#state = state;
  }

  /** The daemon has another configuration. */
  become(model: Model): void {
    this.#reminders.become(model);
  }

  /** A real server came up or went down. */
  transition(virtual: VirtualService, real: RealServer, up: boolean, text: string): void {
    this.#reminders.change(virtual, real, up, text);
    this.#gather({ kind: "transition", virtual, server: real.key, text });
  }

  /** The turn of a virtual service's fallback began or ended. */
  fallback(virtual: VirtualService, text: string): void {
    if (virtual.fallback) this.#gather({ kind: "fallback", virtual, server: virtual.fallback.key, text });
  }

  /** A real server or fallback was added, changed or removed in the table, following health or in the course of something else. */
  tableChange(virtual: VirtualService, server: DestinationKey, followsHealth: boolean, text: string): void {
    this.#gather({ kind: followsHealth ? "change" : "arrangement", virtual, server, text });
  }

  /** Another director tells of outages from now on. */
  standDown(): void {
    this.#reminders.stop();
  }

  /** Sends what there is, for a few seconds at most. */
  async stop(): Promise<void> {
    this.#reminders.stop();
    this.#close();
    await this.#queue.close(LAST_CALL);
  }

  #gather(news: Omit<News, "state">): void {
    if (news.virtual.alerts.to.length === 0) return;
    const now = this.#ports.clock.now();
    if (this.#news.push({ ...news, state: this.#state }) === 1) this.#firstAt = now;
    this.#cancelClosing?.();
    const rest = this.#firstAt + LONGEST - now;
    this.#cancelClosing = this.#ports.clock.after(Math.max(0, Math.min(QUIET, rest)), () => this.#close());
  }

  #close(): void {
    this.#cancelClosing?.();
    const imprint = { host: this.#ports.host, date: new Date(), newId: () => crypto.randomUUID() };
    for (const letter of composeLetters(alertsOf(this.#news), imprint)) this.#queue.add(letter);
    this.#news = [];
  }
}
