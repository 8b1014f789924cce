import type { DirectorEvent } from "../../director/events.ts";
import { type RealId, realId } from "../../model/orders.ts";
import { serviceLabel } from "../../model/table.ts";
import { quorumReason } from "../../director/quorum_words.ts";
import { CheckRecords } from "./check_records.ts";
import type { HistoryFile } from "./history_file.ts";
import { turnDate } from "../../model/turn.ts";

/** Keeps what the director's events say for later requests. */
export class Records {
  readonly checks = new CheckRecords();
  readonly #history: HistoryFile;
  #changed = new Map<RealId, Transitions>();
  /** A caller goes through all of them, and must not see any that come meanwhile. */
  #isLent = false;
  #outOfStep = false;

  constructor(history: HistoryFile) {
    this.#history = history;
  }

  /** Takes one event of the director. */
  note(event: DirectorEvent): void {
    switch (event.type) {
      case "round":
        return this.checks.of(event.check.key).add(event.result, event.durationMs, turnDate());
      case "transition": {
        if (event.repeated) return;
        const { virtual, real, is, reason } = event;
        const id = realId(virtual.key, real.key);
        if (this.#isLent) this.#changed = new Map(this.#changed);
        this.#isLent = false;
        this.#changed.set(id, { at: Date.now(), count: (this.#changed.get(id)?.count ?? 0) + 1 });
        this.#history.add({ kind: is, virtual: virtual.label, real: real.key, detail: reason });
        return;
      }
      case "fallback": {
        if (event.repeated) return;
        const { virtual, active } = event;
        const detail = quorumReason(event);
        const real = virtual.fallback?.key;
        this.#history.add({ kind: active ? "fallback-in" : "fallback-out", virtual: virtual.label, real, detail });
        return;
      }
      case "fail-open": {
        if (event.repeated) return;
        const { virtual, active, up, counted } = event;
        const detail = `${up} of ${counted} real servers are up${active ? ": all of them get clients" : ""}`;
        this.#history.add({ kind: active ? "fail-open" : "fail-open-over", virtual: virtual.label, detail });
        return;
      }
      case "services-vanished": {
        const labels = event.services.map(({ address }) => serviceLabel(address)).join(", ");
        this.#history.add({ kind: "vanished", detail: `gone from the kernel's table, and put back: ${labels}` });
        return;
      }
      case "table-unavailable":
      case "table-refused":
        if (!this.#outOfStep) {
          this.#history.add({ kind: "out-of-step", detail: event.message ?? "a change was refused" });
        }
        this.#outOfStep = true;
        return;
      case "table-in-step":
        if (this.#outOfStep) this.#history.add({ kind: "in-step", detail: "the kernel's table is as wanted again" });
        this.#outOfStep = false;
    }
  }

  /** The real servers with a state that has changed since the daemon's start, as it is now. */
  get transitions(): ReadonlyMap<RealId, Transitions> {
    this.#isLent = true;
    return this.#changed;
  }
}

/** The changes of a real server's state: when the last one was (milliseconds since the epoch), and how many there were. */
export interface Transitions {
  readonly at: number;
  readonly count: number;
}
