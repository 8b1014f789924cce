import type { VirtualKey } from "../model/table.ts";
import type { AlertState, VirtualService } from "../model/virtual_service.ts";
import type { Clock } from "../model/clock.ts";
import type { Alert } from "./alert_rules.ts";

/** Milliseconds that the table gets to follow before the alert is sent without its change. */
const FOLLOW = 1_000;

interface Turn {
  readonly virtual: VirtualService;
  readonly active: boolean;
  readonly state: AlertState;
  readonly text: string;
  isSent: boolean;
}

/**
 * The turns of fallbacks, each told by a letter of its own: the table's change with the reason, or the turn itself where
 * the table has nothing to change or follows late; what follows late is sent as well, as clients feel it only then. A change
 * of the table that no turn asked for, as when a fallback steps in before the first rounds are over, is not told.
 */
export class FallbackAlerts {
  readonly #clock: Clock;
  readonly #send: (alert: Alert) => void;
  /** The last turn of each virtual service, until the table has followed. */
  readonly #turns = new Map<VirtualKey, Turn>();

  constructor(clock: Clock, send: (alert: Alert) => void) {
    this.#clock = clock;
    this.#send = send;
  }

  /** The turn of a fallback began or ended. */
  turn(virtual: VirtualService, active: boolean, state: AlertState, text: string): void {
    const turn: Turn = { virtual, active, state, text, isSent: false };
    this.#turns.set(virtual.key, turn);
    this.#clock.after(FOLLOW, () => this.#sendTurn(turn));
  }

  /** The table's entry of a fallback was added or removed. */
  tableChange({ key }: VirtualService, isThere: boolean, text: string): void {
    const turn = this.#turns.get(key);
    if (turn?.active !== isThere) return;
    this.#turns.delete(key);
    turn.isSent = true;
    this.#sendAlert(turn, text, turn.text);
  }

  /** Tells what waits. */
  close(): void {
    for (const turn of this.#turns.values()) this.#sendTurn(turn);
    this.#turns.clear();
  }

  #sendTurn(turn: Turn): void {
    if (turn.isSent || this.#turns.get(turn.virtual.key) !== turn) return;
    turn.isSent = true;
    this.#sendAlert(turn, turn.text);
  }

  #sendAlert({ virtual, state }: Turn, text: string, reason?: string): void {
    if (virtual.alerts.on.has(state)) this.#send({ virtual, state, text, reason });
  }
}
