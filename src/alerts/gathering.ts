import type { Clock } from "../model/clock.ts";
import { type Alert, type Happening, Happenings, type News } from "./alert_rules.ts";

/** Milliseconds that the first alert of a quiet time waits for the table's change that belongs to it. */
const FIRST = 1_000;

/** Milliseconds without news after which what was gathered is sent. */
const QUIET = 3_000;

/** Milliseconds after which alerts are sent though news go on coming. */
const LONGEST = 10_000;

/** What is done with what was gathered. */
export interface GatheringPorts {
  readonly clock: Clock;
  /** Tells alerts, in one letter. */
  send(alerts: readonly Alert[]): void;
  /** All alerts were sent, and it is quiet. */
  end(): void;
}

/**
 * The news for one set of recipients, from the first one after a quiet time until it is quiet again: the first alert is
 * told at once and alone, what follows within seconds together.
 */
export class Gathering {
  readonly #ports: GatheringPorts;
  readonly #happenings = new Happenings();
  #hasSent = false;
  /** When the first of the news came that were not told yet. */
  #since: number | undefined;
  #cancelFirst: (() => void) | undefined;
  #cancelClosing: (() => void) | undefined;

  constructor(ports: GatheringPorts) {
    this.#ports = ports;
  }

  /** Takes news; their alerts are sent at once, or within seconds. */
  add(news: News): void {
    const { clock } = this.#ports;
    this.#since ??= clock.now();
    this.#closeIn(Math.min(QUIET, this.#since + LONGEST - clock.now()));
    const completed = this.#happenings.add(news, clock.now());
    if (this.#hasSent) return;
    if (completed) this.#sendFirst(completed);
    this.#cancelFirst ??= clock.after(FIRST, () => this.#waitForFirst());
  }

  /** Tells the first one when it has waited long enough; others that make no alert may have come before it. */
  #waitForFirst(): void {
    this.#cancelFirst = undefined;
    const { first } = this.#happenings;
    if (this.#hasSent || !first) return;
    const rest = first.at + FIRST - this.#ports.clock.now();
    if (rest > 0) this.#cancelFirst = this.#ports.clock.after(rest, () => this.#waitForFirst());
    else this.#sendFirst(first);
  }

  /** Tells what there is, and ends. */
  close(): void {
    this.#cancelFirst?.();
    this.#cancelClosing?.();
    const alerts = this.#happenings.takeAll();
    if (alerts.length > 0) this.#ports.send(alerts);
    this.#ports.end();
  }

  #sendFirst(happening: Happening | undefined): void {
    const alert = happening && this.#happenings.takeOut(happening);
    if (!alert) return;
    this.#hasSent = true;
    this.#ports.send([alert]);
  }

  #closeIn(milliseconds: number): void {
    this.#cancelClosing?.();
    this.#cancelClosing = this.#ports.clock.after(Math.max(0, milliseconds), () => this.#sendRest());
  }

  /** What follows upon an alert that is sent now is not the first of a quiet time either. */
  #sendRest(): void {
    const alerts = this.#happenings.takeAll();
    if (alerts.length === 0) return this.close();
    this.#since = undefined;
    this.#hasSent = true;
    this.#ports.send(alerts);
    this.#closeIn(QUIET);
  }
}
