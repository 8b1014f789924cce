import { methodOfRound, mostSecondsFor, type Round, secondsFor } from "../checkers/run.ts";
import type { Check, CheckKey, CheckMethod } from "../model/check.ts";
import { atOnce, everySoOften, type Steps } from "../model/steps.ts";
import type { Clock } from "./clock.ts";
import { nextRound, Schedule, spreadLead } from "./schedule.ts";

/** Rounds that are due within so many milliseconds of each other start together. */
const TOGETHER = 4;

/** What the rounds need from outside. */
export interface RoundsPorts {
  readonly clock: Clock;
  /** Makes one round of a check; never rejects. */
  runRound(check: Check, method: CheckMethod): Promise<Round>;
  /** Hears of each round that has ended, unless its check was dropped meanwhile. */
  onEnd(check: Check, round: Round): void;
}

/** A check on its way through its rounds. */
interface Course {
  readonly check: Check;
  rounds: number;
  startedAt: number;
  last?: Round;
  /** When the round that is under way, or else the next one, has ended at the latest. */
  endsBy: number;
  /** Milliseconds by which its rounds are still to be brought forward, so that checks that began together spread. */
  lead: number;
}

/** A check whose round should have ended so many milliseconds ago. */
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
  #stopped = false;

  constructor(ports: RoundsPorts) {
    this.#ports = ports;
  }

  /** Starts the checks that are new, forgets those that are gone, leaves all others on their course. Gives the new ones. */
  become(checks: readonly Check[]): readonly CheckKey[] {
    return atOnce(this.becomeInSteps(checks));
  }

  /** The same in steps. */
  *becomeInSteps(checks: readonly Check[]): Steps<readonly CheckKey[]> {
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
      const course = { check, rounds: 0, startedAt: 0, endsBy: 0, lead };
      this.#courses.set(check.key, course);
      this.#start(course);
    }
    return fresh.map(({ key }) => key);
  }

  /** Seconds within which some check is always completed; `undefined` when there is none. */
  get every(): number | undefined {
    const checks = [...this.#courses.values()].map(({ check }) => check);
    if (checks.length === 0) return undefined;
    return checks.reduce((least, check) => Math.min(least, check.interval + mostSecondsFor(check)), Infinity);
  }

  /** The newest round of a check that has ended. */
  last(key: CheckKey): Round | undefined {
    return this.#courses.get(key)?.last;
  }

  /** Checks whose round should have ended by now, its deadline included, and has not; the longest overdue first. */
  overdue(): readonly LateCheck[] {
    const now = this.#ports.clock.now();
    return [...this.#courses.values()].filter(({ endsBy }) => endsBy < now)
      .toSorted((a, b) => a.endsBy - b.endsBy)
      .map(({ check, endsBy }) => ({ check, milliseconds: now - endsBy }));
  }

  /** Gives all rounds their time anew before they are overdue. */
  excuse(): void {
    const now = this.#ports.clock.now();
    for (const course of this.#courses.values()) course.endsBy = Math.max(course.endsBy, now + limitOf(course));
  }

  /** Has a check come round sooner, as its `retryinterval` says. */
  hasten(key: CheckKey): void {
    const course = this.#courses.get(key);
    if (!course || course.check.retryInterval >= course.check.interval) return;
    this.#plan(course, course.startedAt + course.check.retryInterval * 1000);
  }

  /** Starts no more of them; what is under way ends unheard. */
  stop(): void {
    this.#stopped = true;
    this.#alarm?.cancel();
  }

  #start(course: Course): void {
    course.startedAt = this.#ports.clock.now();
    course.endsBy = course.startedAt + limitOf(course);
    this.#ports.runRound(course.check, methodOfRound(course.check, course.rounds)).then((round) => {
      if (!this.#stopped && this.#courses.get(course.check.key) === course) this.#end(course, round);
    });
  }

  #end(course: Course, round: Round): void {
    const { check, startedAt } = course;
    course.last = round;
    const interval = check.interval * 1000;
    const { delay, lead } = nextRound(interval, course.lead);
    // First rounds all start at once and may take a while together; the second ones are not to meet them.
    const isFirst = course.rounds++ === 0;
    const from = isFirst ? Math.min(this.#ports.clock.now(), startedAt + interval) : startedAt;
    course.lead = lead;
    this.#plan(course, from + delay);
    this.#ports.onEnd(check, round);
  }

  #plan(course: Course, wanted: number): void {
    const due = Math.max(wanted, this.#ports.clock.now());
    this.#schedule.set(course.check.key, due);
    course.endsBy = due + limitOf(course);
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
    for (const key of this.#schedule.takeDue(this.#ports.clock.now() + TOGETHER)) {
      const course = this.#courses.get(key);
      if (course) this.#start(course);
    }
    this.#setAlarm();
  }
}

/** Milliseconds that a course's round may take. */
function limitOf({ check, rounds }: Course): number {
  return secondsFor(check, methodOfRound(check, rounds)) * 1000;
}
