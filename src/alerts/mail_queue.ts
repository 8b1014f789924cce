import type { Clock } from "../model/clock.ts";
import { type Letter, type Refusal, refuseAll, type Send } from "./letter.ts";

/** Letters that wait at most; beyond it the oldest is dropped. */
const CAPACITY = 1_000;

/** Milliseconds that one attempt may take. */
const ATTEMPT = 60_000;

/** Milliseconds between attempts: the first waits, then the last for ever. */
const RETRY_DELAYS = [5_000, 15_000, 30_000, 60_000, 120_000, 300_000];

/** Milliseconds for which a letter is tried. */
const PATIENCE = 3_600_000;

/** Complaints remembered as said. */
const MEMORY = 100;

/** What a queue needs from outside. */
export interface QueuePorts {
  readonly clock: Clock;
  readonly send: Send;
  /** Hears of mail that was not taken or not sent, one line each. */
  onTrouble(text: string): void;
}

interface Waiting {
  readonly letter: Letter;
  readonly since: number;
  /** Addresses that it did not reach yet. */
  to: readonly string[];
  attempts: number;
  due: number;
}

/**
 * Letters on their way: each is tried for up to an hour, with growing delays, at one mail server one after the other, at
 * several side by side. Adding never waits.
 */
export class MailQueue {
  readonly #ports: QueuePorts;
  /** The oldest first. */
  #waiting: Waiting[] = [];
  /** Attempts under way, by mail server. */
  readonly #attempts = new Map<string, AbortController>();
  /** By mail server, what was already complained about since it last took a letter. */
  readonly #said = new Map<string, Set<string>>();
  #cancelAlarm: (() => void) | undefined;
  /** Set when the queue is to end: called when it is empty. */
  #whenEmpty: (() => void) | undefined;

  constructor(ports: QueuePorts) {
    this.#ports = ports;
  }

  /** Takes a letter, and drops the oldest one if there are too many. */
  add(letter: Letter): void {
    const now = this.#ports.clock.now();
    this.#waiting.push({ letter, since: now, to: letter.to, attempts: 0, due: now });
    if (this.#waiting.length > CAPACITY) {
      const [oldest] = this.#waiting.splice(0, 1);
      this.#ports.onTrouble(`Alert mail dropped, as more than ${CAPACITY} wait to be sent: ${oldest.letter.subject}`);
    }
    this.#proceed();
  }

  /** Tries what waits once more, now, for at most so many milliseconds. What is left then is lost. */
  async close(milliseconds: number): Promise<void> {
    if (this.#waiting.length > 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#whenEmpty = resolve;
      const cancel = this.#ports.clock.after(milliseconds, resolve);
      for (const entry of this.#waiting) entry.due = 0;
      this.#proceed();
      await promise;
      cancel();
    }
    this.#cancelAlarm?.();
    for (const { letter } of this.#waiting) this.#giveUp(letter, "no time was left");
    this.#waiting = [];
    for (const attempt of this.#attempts.values()) attempt.abort();
  }

  /** Starts every attempt that is due at a mail server that has none under way, and waits for the next. */
  #proceed(): void {
    this.#cancelAlarm?.();
    const now = this.#ports.clock.now();
    let next = Infinity;
    for (const entry of this.#waiting) {
      if (this.#attempts.has(placeOf(entry.letter))) continue;
      if (entry.due <= now) this.#attempt(entry);
      else next = Math.min(next, entry.due);
    }
    if (next < Infinity) this.#cancelAlarm = this.#ports.clock.after(next - now, () => this.#proceed());
  }

  async #attempt(entry: Waiting): Promise<void> {
    const { clock, send } = this.#ports;
    const place = placeOf(entry.letter);
    const controller = new AbortController();
    this.#attempts.set(place, controller);
    const overdue = Promise.withResolvers<readonly Refusal[]>();
    const cancel = clock.after(ATTEMPT, () => {
      controller.abort();
      overdue.resolve(refuseAll(entry.to, `not done within ${ATTEMPT / 1000} s`));
    });
    // The sending code may ignore the signal: the queue goes on all the same.
    const refusals = await Promise.race([send(entry.letter, entry.to, controller.signal), overdue.promise]);
    cancel();
    this.#attempts.delete(place);
    this.#digest(entry, place, refusals);
    this.#proceed();
    if (this.#waiting.length === 0) this.#whenEmpty?.();
  }

  #digest(entry: Waiting, place: string, refusals: readonly Refusal[]): void {
    // It was dropped meanwhile, or the queue has ended.
    if (!this.#waiting.includes(entry)) return;
    const now = this.#ports.clock.now();
    if (refusals.length < entry.to.length) this.#said.delete(place);
    for (const { address, message, permanent } of refusals) {
      this.#complainOnce(place, permanent ? `${address} is refused for good: ${message}` : message);
    }
    const left = refusals.filter(({ permanent }) => !permanent);
    entry.to = left.map(({ address }) => address);
    entry.due = now + RETRY_DELAYS[Math.min(entry.attempts++, RETRY_DELAYS.length - 1)];
    const undeliverable = left.length > 0 && (this.#whenEmpty !== undefined || entry.due > entry.since + PATIENCE);
    if (undeliverable) this.#giveUp(entry.letter, left[0].message);
    if (undeliverable || left.length === 0) this.#waiting = this.#waiting.filter((other) => other !== entry);
  }

  #complainOnce(place: string, message: string): void {
    const said = this.#said.get(place) ?? new Set();
    if (said.has(message)) return;
    if (said.size === MEMORY) said.clear();
    this.#said.set(place, said.add(message));
    this.#ports.onTrouble(`Alert mail not taken by ${place}: ${message}`);
  }

  #giveUp({ subject }: Letter, message: string): void {
    this.#ports.onTrouble(`Alert mail given up: ${subject}: ${message}`);
  }
}

/** The mail server of a letter, as complaints name it. */
function placeOf({ server }: Letter): string {
  return server?.host ?? "the local sendmail";
}
