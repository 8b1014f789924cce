import type { CheckKey } from "../model/check.ts";
import type { Clock } from "../model/clock.ts";

/** Milliseconds at a start that first verdicts are waited for, so that most of the table goes to the kernel at once. */
const HOLD = 500;

/** Milliseconds that first rounds get before the fallback steps in for those that have not answered. */
const SETTLE = 1_000;

/** Waits for the first verdicts, and not for ever. */
export class StartUp {
  readonly #clock: Clock;
  /** Checks that have not ended their first round. */
  #pending = new Set<CheckKey>();
  readonly #verdicts = Promise.withResolvers<void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Waits from now on for the first round of these checks alone, as far as it has been waited for. */
  keep(checks: readonly CheckKey[]): void {
    this.#pending = new Set(checks.filter((key) => this.#pending.has(key)));
  }

  /** Waits for the first round of these checks, too. */
  expect(checks: readonly CheckKey[]): void {
    for (const key of checks) this.#pending.add(key);
  }

  /** Notes rounds with verdicts that have been taken. */
  take(checks: readonly CheckKey[]): void {
    for (const key of checks) this.#pending.delete(key);
    if (this.#pending.size === 0) this.settle();
  }

  /** Waits no longer. */
  settle(): void {
    this.#verdicts.resolve();
  }

  /** Has it done when first rounds have had their time. */
  whenDue(work: () => void): void {
    this.#clock.after(SETTLE, work);
  }

  /** Resolves when there is a verdict of each check, or when it is waited for no longer. */
  get verdicts(): Promise<void> {
    return this.#verdicts.promise;
  }

  /** Waits for the same, but not beyond the time at which the first table should go to the kernel. */
  mostVerdicts(): Promise<void> {
    return Promise.race([this.verdicts, new Promise<void>((resolve) => this.#clock.after(HOLD, resolve))]);
  }
}
