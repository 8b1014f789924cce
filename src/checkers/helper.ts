/**
 * Conversations that the helper process holds, and what becomes of them when it has to be killed.
 *
 * All share one process. When that ends because of what a server sent, the round of the bytes that were being parsed is only
 * suspected: it is made again in a process of its own, and the real server is guilty if it ends that one, too. All other
 * rounds are made again in a new shared process; one that was there at two ends is made alone as well. So no healthy
 * server is ever blamed, and a server that was guilty stays alone until it has behaved for a while.
 */

import { formatEndpoint } from "../model/address.ts";
import type { CheckResult, CheckTarget } from "../model/check.ts";
import { type Conversation, type HelperEnd, HelperProcess } from "./helper_process.ts";
import { down } from "./verdict.ts";

/** Processes with one round each at the same time; further rounds wait. */
const MAX_ALONE = 4;

/** Rounds in a row that a server on probation must let end before it shares a process again. */
const PROBATION = 20;

/** Ends of a shared process with which a round is made alone. */
const MAX_ENDS = 2;

/** Times that a round alone may be ended from outside before it has no verdict. */
const MAX_ACCIDENTS = 2;

/** Milliseconds between two starts of which the first failed. */
const START_PAUSE = 1_000;

/** One thing that happened to a helper process. */
export interface HelperIncident {
  /** When, in milliseconds since the epoch. */
  readonly at: number;
  readonly why: string;
  /** The real server that is guilty, or suspected: `192.0.2.1:5432`. */
  readonly real?: string;
}

/** What the helper is at now. */
export interface HelperState {
  /** Of the shared process; absent while there is none. */
  readonly pid?: number;
  readonly user?: string;
  /** How often one was ended, or ended by itself. */
  readonly ends: number;
  readonly lastEnd?: HelperIncident;
}

class Asked implements Conversation {
  ends = 0;
  accidents = 0;

  constructor(
    readonly target: CheckTarget,
    readonly milliseconds: number,
    readonly trace: (line: string) => void,
    readonly settle: (result: CheckResult) => void,
    readonly fail: (error: unknown) => void,
  ) {}
}

/** Holds conversations through helper processes, which it starts when they are needed. */
class Helper {
  #shared: HelperProcess<Asked> | undefined;
  readonly #alone = new Map<HelperProcess<Conversation>, Asked>();
  readonly #waiting: Asked[] = [];
  /** Servers that have ended a helper, with the rounds that they still have to let end. */
  readonly #onProbation = new Map<string, number>();
  readonly #ending = new Set<Promise<void>>();
  #isWanted = true;
  /** It runs also while nothing is asked. */
  #isKept = false;
  #ends = 0;
  #lastEnd: HelperIncident | undefined;
  #startFailure: { readonly at: number; readonly why: string } | undefined;
  /** Hears of each process that did not end because we no longer need it. */
  onIncident: (incident: HelperIncident) => void = () => {};

  get state(): HelperState {
    return { pid: this.#shared?.pid, user: this.#shared?.user, ends: this.#ends, lastEnd: this.#lastEnd };
  }

  /** Holds a conversation and gives its verdict; rejects with what stands in the way of a connection. */
  ask(target: CheckTarget, milliseconds: number, trace: (line: string) => void): Promise<CheckResult> {
    return new Promise<CheckResult>((resolve, reject) => {
      const asked = new Asked(target, milliseconds, trace, resolve, reject);
      if (this.#onProbation.has(nameOf(target))) this.#askAlone(asked);
      else this.#askShared(asked);
    }).finally(() => this.#releaseIfIdle());
  }

  /** Starts it, so that the first round need not wait for that. */
  start(): void {
    this.#isWanted = this.#isKept = true;
    this.#sharedProcess();
  }

  /** Starts it, and resolves when it can be asked, or has ended. */
  async begun(): Promise<void> {
    await this.#sharedProcess()?.begun;
  }

  /** No check needs it any more: it ends when the rounds under way have. */
  release(): void {
    this.#isWanted = this.#isKept = false;
    this.#releaseIfIdle();
  }

  /** Ends all processes; resolves when they are gone. */
  async close(): Promise<void> {
    this.#isKept = false;
    for (const process of [...this.#shared ? [this.#shared] : [], ...this.#alone.keys()]) process.kill();
    this.#shared = undefined;
    await Promise.all(this.#ending);
  }

  #releaseIfIdle(): void {
    if (this.#isWanted || !this.#shared || this.#shared.load > 0) return;
    this.#shared.kill();
    this.#shared = undefined;
  }

  #askShared(asked: Asked): void {
    const process = this.#sharedProcess();
    if (process) process.ask(asked);
    else this.#cannotStart(asked);
  }

  #sharedProcess(): HelperProcess<Asked> | undefined {
    if (this.#shared) return this.#shared;
    const process = this.#newProcess<Asked>((end) => {
      if (this.#shared === process) this.#shared = undefined;
      this.#sharedEnded(end);
    });
    return this.#shared = process;
  }

  #sharedEnded(end: HelperEnd<Asked>): void {
    const { isIntended, atStart, blamesServer, suspect } = end;
    if (!isIntended) this.#note(end, suspect);
    for (const asked of end.open) {
      if (isIntended) asked.settle(down("internal", "the helper process was ended"));
      else if (atStart) this.#cannotStart(asked);
      else if (blamesServer && (asked === suspect || ++asked.ends >= MAX_ENDS)) this.#askAlone(asked);
      else this.#askShared(asked);
    }
    if (this.#isKept && !isIntended && !atStart) this.#sharedProcess();
  }

  #askAlone(asked: Asked): void {
    if (this.#alone.size >= MAX_ALONE) {
      this.#waiting.push(asked);
      return;
    }
    const process = this.#newProcess<Conversation>((end) => {
      this.#alone.delete(process!);
      this.#aloneEnded(end, asked);
      const next = this.#waiting.shift();
      if (next) this.#askAlone(next);
    });
    if (!process) return this.#cannotStart(asked);
    this.#alone.set(process, asked);
    const { target, milliseconds, trace } = asked;
    const leave = <T>(answer: (word: T) => void) => (word: T) => {
      this.#passRound(target);
      process.kill();
      answer(word);
    };
    process.ask({ target, milliseconds, trace, settle: leave(asked.settle), fail: leave(asked.fail) });
  }

  #aloneEnded(end: HelperEnd, asked: Asked): void {
    // It has had its verdict.
    if (end.open.length === 0) return;
    if (end.isIntended) return asked.settle(down("internal", "the helper process was ended"));
    // Of a server on probation each round would give the same note.
    this.#note(end, asked, !this.#onProbation.has(nameOf(asked.target)));
    if (end.atStart) return this.#cannotStart(asked);
    if (end.blamesServer) {
      this.#onProbation.set(nameOf(asked.target), PROBATION);
      return asked.settle(down("protocol", "the reply kept the check from ending"));
    }
    if (++asked.accidents < MAX_ACCIDENTS) return this.#askAlone(asked);
    asked.settle(down("internal", `the helper process was ended: ${end.why}`));
  }

  #passRound(target: CheckTarget): void {
    const name = nameOf(target);
    const left = (this.#onProbation.get(name) ?? 0) - 1;
    if (left > 0) this.#onProbation.set(name, left);
    else this.#onProbation.delete(name);
  }

  #newProcess<C extends Conversation>(onEnd: (end: HelperEnd<C>) => void): HelperProcess<C> | undefined {
    const { at, why } = this.#startFailure ?? { at: -Infinity, why: "" };
    if (why !== "" && performance.now() - at < START_PAUSE) return undefined;
    try {
      const process = new HelperProcess<C>((end) => {
        this.#startFailure = end.atStart ? { at: performance.now(), why: end.why } : undefined;
        onEnd(end);
      });
      this.#ending.add(process.ended);
      process.ended.finally(() => this.#ending.delete(process.ended));
      return process;
    } catch (error) {
      this.#startFailure = { at: performance.now(), why: (error as Error).message };
      return undefined;
    }
  }

  #cannotStart(asked: Asked): void {
    asked.settle(down("internal", `the helper process cannot be started: ${this.#startFailure?.why}`));
  }

  #note({ why }: HelperEnd, asked: Asked | undefined, isNews = true): void {
    this.#ends++;
    this.#lastEnd = { at: Date.now(), why, real: asked && nameOf(asked.target) };
    if (isNews) this.onIncident(this.#lastEnd);
  }
}

/** The server of a target, which may be asked in several ways. */
function nameOf({ address, port }: CheckTarget): string {
  return formatEndpoint(address, port);
}

/** The helper of this process. */
export const helper = new Helper();
