/** What came of leaving the table: why something was left there that should have been purged; `undefined` = nothing. */
export type Left = string | undefined;

/** Whether the table is ours to keep. */
export class Standby {
  #isStandby: boolean;
  #isStopped = false;
  /** Under way when the table is being left, or was. */
  #leaving: Promise<Left> | undefined;

  /** @param isStandby leaves the table to another director until {@link takeOver}. */
  constructor(isStandby: boolean) {
    this.#isStandby = isStandby;
  }

  /** Whether another director keeps the table. */
  get isStandby(): boolean {
    return this.#isStandby;
  }

  /** Whether nothing is to be begun any more. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** Whether the table is none of our business now. */
  get isAway(): boolean {
    return this.#isStopped || this.#isStandby;
  }

  /** The table is ours from now on. */
  takeOver(): void {
    this.#isStandby = false;
    this.#leaving = undefined;
  }

  /** The table is another director's from now on. Returns what came of leaving it. */
  leave(leaveTable: () => Promise<Left>): Promise<Left> {
    this.#isStandby = true;
    return this.#leaving = leaveTable();
  }

  /** Nothing is begun from now on; the table is left yet. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Leaves the table after {@link stop}, unless it has been left before. Returns what came of that. */
  async end(leaveTable: () => Promise<Left>): Promise<Left> {
    if (!this.#isStandby) this.#leaving = leaveTable();
    return await this.#leaving;
  }
}
