import { descriptorsOf } from "../checkers/descriptors.ts";
import { connectsAfter, methodOfRound, mostSecondsFor, type Round, secondsFor } from "../checkers/run.ts";
import type { Check, CheckKey, CheckMethod } from "../model/check.ts";
import { atOnce, everySoOften, type Steps } from "../model/steps.ts";
import { inTenths } from "../model/tenths.ts";
import { Turns } from "../model/turns.ts";
import type { Clock } from "../model/clock.ts";
import { nextRound, Schedule, spreadLead } from "./schedule.ts";

/** Rounds that are due within so many milliseconds of each other start together. */
const TOGETHER = 4;

/**
 * The part of an interval by which a round may begin early or late and the next one is still counted from when it was due:
 * otherwise the milliseconds of {@link TOGETHER} and of late timers add up, and at 0.1 s they are some per cent.
 */
const PUNCTUAL = 1 / 4;

/**
 * Rounds that begin in one turn of the event loop, at most: each makes a socket or so, and where the network is down each
 * fails at once.
 */
const BEGINNINGS = 128;

/** What the rounds need from outside. */
export interface RoundsPorts {
  readonly clock: Clock;
  /** Makes one round of a check; never rejects. Calls `onReleased` when the round holds no descriptor any more. */
  runRound(check: Check, method: CheckMethod, onReleased: () => void): Promise<Round>;
  /** Descriptors that all rounds together may hold; a round for which there are none waits for its turn. */
  readonly descriptors: number;
  /** Hears of each round that has ended, unless its check was dropped meanwhile. */
  onEnd(check: Check, round: Round): void;
}

/** A check on its way through its rounds. */
interface Course {
  readonly check: Check;
  rounds: number;
  /** Connect rounds that may still be made before one has to negotiate, with `checktype = N`. */
  connects: number;
  startedAt: number;
  /** When the round that is under way, or else the next one, was to begin. */
  due: number;
  last?: Round;
  /** When the round that is due began to wait for its turn; `undefined` while none waits. */
  waitsSince?: number;
  /** When the round that is under way, or else the next one, has ended at the latest; never while one waits. */
  endsBy: number;
  /** A round has begun and not ended. */
  isUnderWay: boolean;
  /** It has been given its time anew. */
  isExtended: boolean;
  /** To be called with the first round that begins from now on: a round was asked for at once. */
  asked: ((round: Round) => void)[];
  /** Milliseconds by which its rounds are still to be brought forward, so that checks that began together spread. */
  lead: number;
}

function newCourse(check: Check, lead: number, due: number): Course {
  return {
    check,
    rounds: 0,
    connects: 0,
    startedAt: 0,
    due,
    endsBy: 0,
    isUnderWay: false,
    isExtended: false,
    asked: [],
    lead,
  };
}

/** Rounds that are due and wait until others have given their descriptors back. */
export interface WaitingRounds {
  readonly count: number;
  /** Milliseconds for which the first of them has waited. */
  readonly longest: number;
}

/** A check with a round that should have ended so many milliseconds ago. */
export interface LateCheck {
  readonly check: Check;
  readonly milliseconds: number;
}

/** Makes the rounds of all checks, each at its interval, none waiting for another. */
export class Rounds {
  readonly #ports: RoundsPorts;
  readonly #schedule = new Schedule<CheckKey>();
  readonly #courses = new Map<CheckKey, Course>();
  #alarm: { readonly due: number; readonly cancel: () => void } | undefined;
  readonly #turns: Turns;
  readonly #beginnings = new Turns(BEGINNINGS);
  #begunInTurn = 0;
  #underWay = 0;
  #stopped = false;

  constructor(ports: RoundsPorts) {
    this.#ports = ports;
    this.#turns = new Turns(ports.descriptors);
  }

  /** How many rounds have begun and not ended. */
  get underWay(): number {
    return this.#underWay;
  }

  /** The rounds that wait for their turn. */
  get waiting(): WaitingRounds {
    if (this.#turns.waiting === 0) return { count: 0, longest: 0 };
    const since = [...this.#courses.values()].flatMap(({ waitsSince }) => waitsSince ?? []);
    const first = since.reduce((least, each) => Math.min(least, each), Infinity);
    return { count: since.length, longest: since.length === 0 ? 0 : this.#ports.clock.now() - first };
  }

  /** Starts the checks that are new, forgets those that are gone, leaves all others on their course. Gives the new ones. */
  reconfigure(checks: readonly Check[]): readonly CheckKey[] {
    return atOnce(this.reconfigureInSteps(checks));
  }

  /** The same in steps. */
  *reconfigureInSteps(checks: readonly Check[]): Steps<readonly CheckKey[]> {
    const keys = new Set(checks.map(({ key }) => key));
    for (const key of this.#courses.keys()) {
      if (keys.has(key)) continue;
      this.#courses.delete(key);
      this.#schedule.delete(key);
    }
    const fresh = checks.filter(({ key }) => !this.#courses.has(key));
    for (const [place, check] of fresh.entries()) {
      if (everySoOften(place)) yield;
      if (this.#stopped) break;
      const lead = spreadLead(place, fresh.length, check.interval * 1000);
      const course = newCourse(check, lead, this.#ports.clock.now());
      this.#courses.set(check.key, course);
      this.#start(course);
    }
    return fresh.map(({ key }) => key);
  }

  /** Seconds within which some check is always completed; `undefined` when there is none. */
  get every(): number | undefined {
    const checks = [...this.#courses.values()].map(({ check }) => check);
    if (checks.length === 0) return undefined;
    return inTenths(checks.reduce((least, check) => Math.min(least, check.interval + mostSecondsFor(check)), Infinity));
  }

  /** The newest round of a check that has ended. */
  last(key: CheckKey): Round | undefined {
    return this.#courses.get(key)?.last;
  }

  /** Checks with a round that should have ended by now, its deadline included, and has not; the longest overdue first. */
  overdue(): readonly LateCheck[] {
    const now = this.#ports.clock.now();
    return [...this.#courses.values()].filter(({ endsBy }) => endsBy < now)
      .toSorted((a, b) => a.endsBy - b.endsBy)
      .map(({ check, endsBy }) => ({ check, milliseconds: now - endsBy }));
  }

  /** Gives each round its time anew before it is overdue; each once, as its deadline (checkers/deadlines.ts). */
  extendDeadlines(): void {
    const now = this.#ports.clock.now();
    for (const course of this.#courses.values()) {
      if (course.isExtended) continue;
      course.isExtended = true;
      course.endsBy = Math.max(course.endsBy, now + limitOf(course));
    }
  }

  /** Has a check come round sooner, as its `retryinterval` says. */
  hasten(key: CheckKey): void {
    const course = this.#courses.get(key);
    if (!course || course.check.retryInterval >= course.check.interval) return;
    // The round that has been asked for comes sooner, and is followed by another call.
    if (course.waitsSince !== undefined || course.isUnderWay || course.asked.length > 0) return;
    this.#plan(course, course.startedAt + course.check.retryInterval * 1000);
  }

  /** Makes a round of a check now, or after the one that is under way. `onRound` is called with it, unless the check is dropped. */
  makeNow(key: CheckKey, onRound: (round: Round) => void): void {
    const course = this.#courses.get(key);
    if (!course) return;
    course.asked.push(onRound);
    if (course.waitsSince === undefined && !course.isUnderWay) this.#plan(course, this.#ports.clock.now());
  }

  /** Takes a descriptor of those that rounds may hold, if one is free. Returns whether it did. */
  takeDescriptor(): boolean {
    return this.#turns.takeIfFree();
  }

  /** Gives a descriptor back that {@link takeDescriptor} has taken. */
  giveDescriptor(): void {
    this.#turns.give(1);
  }

  /** Starts no more of them; what is under way ends unheard. */
  stop(): void {
    this.#stopped = true;
    this.#alarm?.cancel();
  }

  /** Begins a round in its turn: until then no time of it has passed, and nothing is overdue. */
  #start(course: Course): void {
    const method = methodOfRound(course.check, course.connects);
    course.waitsSince = this.#ports.clock.now();
    course.endsBy = Infinity;
    this.#turns.take(descriptorsOf(course.check, method), (taken) => {
      this.#takeBeginning(() => {
        course.waitsSince = undefined;
        if (this.#isCurrent(course)) this.#begin(course, method, taken);
        else this.#turns.give(taken);
      });
    });
  }

  #takeBeginning(begin: () => void): void {
    this.#beginnings.take(1, () => {
      if (++this.#begunInTurn === BEGINNINGS) this.#ports.clock.after(0, () => this.#beginTurn());
      begin();
    });
  }

  /** A turn has begun: those that have begun a round before are not of it. */
  #beginTurn(): void {
    const begun = this.#begunInTurn;
    this.#begunInTurn = 0;
    this.#beginnings.give(begun);
  }

  #begin(course: Course, method: CheckMethod, taken: number): void {
    course.startedAt = this.#ports.clock.now();
    course.endsBy = course.startedAt + limitOf(course);
    course.isExtended = false;
    course.isUnderWay = true;
    const { asked } = course;
    if (asked.length > 0) course.asked = [];
    this.#underWay++;
    this.#ports.runRound(course.check, method, () => this.#turns.give(taken)).then((round) => {
      this.#underWay--;
      course.isUnderWay = false;
      if (!this.#isCurrent(course)) return;
      this.#end(course, method, round);
      for (const onRound of asked) onRound(round);
    });
  }

  #isCurrent(course: Course): boolean {
    return !this.#stopped && this.#courses.get(course.check.key) === course;
  }

  #end(course: Course, method: CheckMethod, round: Round): void {
    const { check, startedAt, due } = course;
    course.connects = connectsAfter(check, course.connects, method, round.result);
    course.last = round;
    const interval = check.interval * 1000;
    const { delay, lead } = nextRound(interval, course.lead);
    // First rounds all start at once and may take a while together; the second ones are not to meet them.
    const isFirst = course.rounds++ === 0;
    const isPunctual = Math.abs(startedAt - due) <= interval * PUNCTUAL;
    const begun = isPunctual ? due : startedAt;
    const from = isFirst ? Math.min(this.#ports.clock.now(), startedAt + interval) : begun;
    course.lead = lead;
    this.#plan(course, course.asked.length > 0 ? this.#ports.clock.now() : from + delay);
    this.#ports.onEnd(check, round);
  }

  #plan(course: Course, wanted: number): void {
    const due = Math.max(wanted, this.#ports.clock.now());
    course.due = due;
    this.#schedule.set(course.check.key, due);
    course.endsBy = due + limitOf(course);
    course.isExtended = false;
    this.#setAlarm();
  }

  #setAlarm(): void {
    if (this.#stopped) return;
    const due = this.#schedule.nextDue();
    if (due === undefined || (this.#alarm && this.#alarm.due <= due)) return;
    this.#alarm?.cancel();
    const cancel = this.#ports.clock.after(Math.max(0, due - this.#ports.clock.now()), () => this.#ring());
    this.#alarm = { due, cancel };
  }

  #ring(): void {
    this.#alarm = undefined;
    this.#beginTurn();
    for (const key of this.#schedule.takeDue(this.#ports.clock.now() + TOGETHER)) {
      const course = this.#courses.get(key);
      if (course) this.#start(course);
    }
    this.#setAlarm();
  }
}

/** Milliseconds that a course's round may take. */
function limitOf({ check, connects }: Course): number {
  return secondsFor(check, methodOfRound(check, connects)) * 1000;
}
