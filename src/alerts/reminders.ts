import type { DestinationKey, VirtualKey } from "../model/table.ts";
import type { Model, RealServer, VirtualService } from "../model/virtual_service.ts";
import type { Clock } from "../model/clock.ts";

/** The longest that a timer can wait, in milliseconds; beyond it would ring at once. */
const LONGEST_WAIT = 2 ** 31 - 1;

/** Says that a real server is still down. */
export type Remind = (virtual: VirtualService, server: DestinationKey, reason: string) => void;

interface Outage {
  virtual: VirtualService;
  readonly server: DestinationKey;
  /** What the log said when the real server went down. */
  readonly reason: string;
  cancel?: () => void;
}

/**
 * Reminds of each real server that stays down every `emailalertfreq` seconds, until it is up or leaves the configuration.
 */
export class Reminders {
  readonly #clock: Clock;
  readonly #remind: Remind;
  readonly #outages = new Map<string, Outage>();

  constructor(clock: Clock, remind: Remind) {
    this.#clock = clock;
    this.#remind = remind;
  }

  /** The state of a real server changed: it is down, or anything else. */
  change(virtual: VirtualService, { key }: RealServer, isDown: boolean, reason: string): void {
    this.#end(virtual.key, key);
    if (!isDown) return;
    const outage: Outage = { virtual, server: key, reason };
    this.#outages.set(identity(virtual.key, key), outage);
    this.#wait(outage);
  }

  /** Goes over to another configuration. Waits that it does not change go on. */
  reconfigure(model: Model): void {
    for (const outage of [...this.#outages.values()]) {
      const before = outage.virtual.alerts.repeatEvery;
      const virtual = model.virtuals.get(outage.virtual.key);
      if (virtual?.reals.get(outage.server)?.policy.kind !== "checked") {
        this.#end(outage.virtual.key, outage.server);
        continue;
      }
      outage.virtual = virtual;
      if (virtual.alerts.repeatEvery !== before) this.#wait(outage);
    }
  }

  /** Reminds of nothing any more. */
  stop(): void {
    for (const { virtual, server } of [...this.#outages.values()]) this.#end(virtual.key, server);
  }

  #wait(outage: Outage): void {
    outage.cancel?.();
    const { repeatEvery } = outage.virtual.alerts;
    if (repeatEvery === 0) return;
    outage.cancel = this.#clock.after(Math.min(repeatEvery * 1000, LONGEST_WAIT), () => {
      this.#remind(outage.virtual, outage.server, outage.reason);
      this.#wait(outage);
    });
  }

  #end(virtual: VirtualKey, server: DestinationKey): void {
    const subject = identity(virtual, server);
    this.#outages.get(subject)?.cancel?.();
    this.#outages.delete(subject);
  }
}

function identity(virtual: VirtualKey, server: DestinationKey): string {
  return `${virtual} ${server}`;
}
