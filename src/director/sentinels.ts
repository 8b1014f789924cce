import type { Round } from "../checkers/run.ts";
import type { openSentinel } from "../checkers/sentinel.ts";
import type { CheckKey } from "../model/check.ts";
import { type SentinelKey, sentinelKey, type SentinelPlace } from "../model/sentinel.ts";
import { everySoOften, type Steps } from "../model/steps.ts";
import type { Model } from "../model/virtual_service.ts";
import type { Clock } from "../model/clock.ts";
import { type Health, isHeld } from "./real_health.ts";
import { newSentinel, type Sentinel, type SentinelEvent, stepSentinel, wakeAt } from "./sentinel.ts";

/** Opens the idle connection of a sentinel: see {@link openSentinel}. */
export type OpenSentinel = typeof openSentinel;

/** What sentinels need from outside. */
export interface SentinelsPorts {
  readonly clock: Clock;
  readonly open: OpenSentinel;
  /** Sentinels that may have a connection at the same time. */
  readonly most: number;
  /** Takes one of the descriptors that checks may hold. Returns whether one was free. */
  takeDescriptor(): boolean;
  giveDescriptor(): void;
  /** Makes a round of a check now; `onRound` is called with it. */
  makeNow(check: CheckKey, onRound: (round: Round) => void): void;
}

/** A sentinel that is wanted: where it goes, and the checks that it has made. */
export interface WantedSentinel {
  readonly place: SentinelPlace;
  readonly checks: Set<CheckKey>;
}

/** A sentinel at work. */
interface Watch {
  readonly place: SentinelPlace;
  checks: ReadonlySet<CheckKey>;
  state: Sentinel;
  /** Closes its connection; `undefined` where there is none. */
  close?: () => void;
  alarm?: { readonly at: number; readonly cancel: () => void };
}

/** Owns the connections of all sentinels, one for each place. */
export class Sentinels {
  readonly #ports: SentinelsPorts;
  readonly #watches = new Map<SentinelKey, Watch>();
  readonly #byCheck = new Map<CheckKey, Watch>();
  #connections = 0;

  constructor(ports: SentinelsPorts) {
    this.#ports = ports;
  }

  /** The sentinel at a place; `undefined` where there is none. */
  at(place: SentinelPlace): Sentinel | undefined {
    return this.#watches.size === 0 ? undefined : this.#watches.get(sentinelKey(place))?.state;
  }

  /**
   * Has these sentinels and no other. Those that are there already keep their connections.
   *
   * @param hasPassed whether the newest round of a check has passed: a new sentinel waits for that.
   */
  reconfigure(wanted: ReadonlyMap<SentinelKey, WantedSentinel>, hasPassed: (check: CheckKey) => boolean): void {
    this.#byCheck.clear();
    for (const [key, watch] of this.#watches) {
      if (wanted.has(key)) continue;
      this.#watches.delete(key);
      this.#drop(watch);
    }
    for (const [key, { place, checks }] of wanted) {
      let watch = this.#watches.get(key);
      if (watch) watch.checks = checks;
      else {
        watch = { place, checks, state: newSentinel(this.#ports.clock.now(), [...checks].every(hasPassed)) };
        this.#watches.set(key, watch);
        this.#setAlarm(watch);
      }
      for (const check of checks) this.#byCheck.set(check, watch);
    }
  }

  /** Has none any more. */
  close(): void {
    this.reconfigure(new Map(), () => false);
  }

  /** A round of a check has passed. */
  passed(check: CheckKey): void {
    const watch = this.#byCheck.get(check);
    if (watch?.state.phase === "waiting") this.#step(watch, { type: "passed" });
  }

  #step(watch: Watch, event: SentinelEvent): void {
    const { next, effects } = stepSentinel(watch.state, event, this.#ports.clock.now());
    watch.state = next;
    for (const effect of effects) {
      if (effect === "open") this.#open(watch);
      else if (effect === "close") this.#close(watch);
      else this.#check(watch);
    }
    this.#setAlarm(watch);
  }

  #open(watch: Watch): void {
    if (this.#connections >= this.#ports.most || !this.#ports.takeDescriptor()) {
      return this.#step(watch, { type: "no-room" });
    }
    this.#connections++;
    const close = this.#ports.open(watch.place, (event) => {
      if (watch.close !== close) return;
      if (event.type !== "opened") this.#close(watch);
      this.#step(watch, event);
    });
    watch.close = close;
  }

  #close(watch: Watch): void {
    if (!watch.close) return;
    watch.close();
    watch.close = undefined;
    this.#connections--;
    this.#ports.giveDescriptor();
  }

  /** Its verdict is that of all its checks together. */
  #check(watch: Watch): void {
    const pending = new Set(watch.checks);
    let isUp = true;
    for (const check of watch.checks) {
      this.#ports.makeNow(check, ({ result }) => {
        pending.delete(check);
        isUp &&= result.up;
        if (pending.size === 0 || !isUp) this.#step(watch, { type: "verdict", up: isUp });
      });
    }
  }

  #drop(watch: Watch): void {
    this.#close(watch);
    watch.alarm?.cancel();
    watch.alarm = undefined;
    watch.checks = new Set();
  }

  #setAlarm(watch: Watch): void {
    const at = this.#watches.get(sentinelKey(watch.place)) === watch ? wakeAt(watch.state) : undefined;
    if (watch.alarm?.at === at) return;
    watch.alarm?.cancel();
    watch.alarm = undefined;
    if (at === undefined) return;
    const cancel = this.#ports.clock.after(Math.max(0, at - this.#ports.clock.now()), () => {
      watch.alarm = undefined;
      this.#step(watch, { type: "tick" });
    });
    watch.alarm = { at, cancel };
  }
}

/** Descriptors that are left to checks in any case: what the costliest of them takes. */
const LEFT_TO_CHECKS = 4;

/** Returns how many of the descriptors sentinels may hold: half of them, as far as each check has enough. */
export function mostSentinels(descriptors: number): number {
  return Math.max(0, Math.min(Math.floor(descriptors / 2), descriptors - LEFT_TO_CHECKS));
}

/** Returns the sentinels that are to be: none of real servers that are held out by an order or a maintenance file. */
export function* wantedSentinels(model: Model, health: Health): Steps<ReadonlyMap<SentinelKey, WantedSentinel>> {
  const wanted = new Map<SentinelKey, WantedSentinel>();
  let count = 0;
  for (const { key, reals } of model.virtuals.values()) {
    const own = health.get(key)?.reals;
    for (const { key: realKey, policy } of reals.values()) {
      if (everySoOften(count++)) yield;
      if (policy.kind !== "checked" || !policy.sentinel) continue;
      const state = own?.get(realKey);
      if (!state || isHeld(state)) continue;
      const { key: check, target } = policy.check;
      const sentinel = sentinelKey(target);
      const known = wanted.get(sentinel);
      if (known) known.checks.add(check);
      else wanted.set(sentinel, { place: target, checks: new Set([check]) });
    }
  }
  return wanted;
}
