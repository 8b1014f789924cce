import type { Counters } from "../ipvs/counters.ts";
import type { Clock } from "../model/clock.ts";
import type { Model } from "../model/virtual_service.ts";
import { type BeforeReload, type Departures, departuresAfter, withoutEnded } from "./departures.ts";

/** Milliseconds between two looks at the connections of what is about to go. */
const LOOK = 1_000;

/** What the looks need. */
export interface DepartingPorts {
  readonly clock: Clock;
  /** What the kernel counts; `undefined` when it does not say. */
  counters(): Promise<Counters | undefined>;
  /** Something has gone: the table is to follow. */
  onGone(): void;
}

/** What stays in the table for a while after a reload has removed it (departures.ts), and the looks that end it. */
export class Departing {
  readonly #ports: DepartingPorts;
  #departures: Departures = new Map();
  #isUnderWay = false;

  constructor(ports: DepartingPorts) {
    this.#ports = ports;
  }

  /** What stays now. */
  get now(): Departures {
    return this.#departures;
  }

  /** A reload goes from what was before to another configuration. */
  reload(before: BeforeReload, next: Model): void {
    this.#departures = departuresAfter(this.#departures, before, next, this.#ports.clock.now());
    this.#proceed();
  }

  /** Nothing stays any more: the table is left. */
  end(): void {
    this.#departures = new Map();
  }

  #proceed(): void {
    if (this.#isUnderWay || this.#departures.size === 0) return;
    this.#isUnderWay = true;
    this.#ports.clock.after(LOOK, () => this.#look());
  }

  async #look(): Promise<void> {
    const { clock, counters, onGone } = this.#ports;
    const counted = await counters().catch(() => undefined);
    this.#isUnderWay = false;
    const before = this.#departures;
    this.#departures = withoutEnded(before, clock.now(), counted);
    if (this.#departures !== before) onGone();
    this.#proceed();
  }
}
