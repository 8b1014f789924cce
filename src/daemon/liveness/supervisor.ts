import type { Clock } from "../../model/clock.ts";
import type { OverdueCheck } from "../../director/overdue.ts";
import type { WaitingRounds } from "../../director/rounds.ts";
import type { CheckKey } from "../../model/check.ts";
import type { OpenFiles } from "../../system/open_files.ts";
import { userNames } from "../log/event_log.ts";
import type { Log } from "../log/log.ts";

/** Milliseconds that a check may be overdue before it is reported: first rounds of hundreds of checks wait for each other. */
const TOLERANCE = 2_000;

/** Milliseconds that a look itself may be late. */
const PUNCTUAL = 2_000;

/** Checks of one look that are reported by name. */
const BY_NAME = 5;

/** What is supervised. */
export interface Supervised {
  overdue(): readonly OverdueCheck[];
  /** Rounds that wait for their turn. That is no trouble of theirs: their time has not begun. */
  readonly waiting: WaitingRounds;
  /** Gives rounds their time anew. */
  extendDeadlines(): void;
}

/** What one look found. */
export interface Vitals {
  /** The check that is longest overdue. */
  readonly overdue?: { readonly name: string; readonly milliseconds: number };
  /** All checks are in time, and so is this process. */
  readonly sure: boolean;
}

/** What a supervisor needs. */
export interface SupervisorPorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly supervised: Supervised;
  readonly files: OpenFiles;
  /** Called after each look. */
  onLook(vitals: Vitals): void;
}

/**
 * Looks again and again whether the checks are made, and whether this process gets to run at all; says each trouble
 * once, and once that it is over.
 */
export class Supervisor {
  readonly #ports: SupervisorPorts;
  readonly #period: number;
  #late = false;
  #waited = false;
  #overdue = new Map<CheckKey, string>();
  #cancel: (() => void) | undefined;

  /** @param period milliseconds from one look to the next. */
  constructor(period: number, ports: SupervisorPorts) {
    this.#period = period;
    this.#ports = ports;
  }

  start(): void {
    this.#lookLater();
  }

  stop(): void {
    this.#cancel?.();
  }

  #lookLater(): void {
    const { clock } = this.#ports;
    const due = clock.now() + this.#period;
    this.#cancel = clock.after(this.#period, () => {
      const lateness = clock.now() - due;
      this.#lookLater();
      this.#look(lateness);
    });
  }

  #look(lateness: number): void {
    const { supervised } = this.#ports;
    this.#keepTime(lateness);
    if (this.#late) supervised.extendDeadlines();
    const overdue = supervised.overdue().filter(({ milliseconds }) => milliseconds > TOLERANCE);
    this.#logOverdue(overdue);
    this.#logWaiting();
    const worst = overdue[0] && { name: nameOf(overdue[0]), milliseconds: overdue[0].milliseconds };
    this.#ports.onLook({ overdue: worst, sure: !this.#late && overdue.length === 0 });
  }

  #keepTime(lateness: number): void {
    const { log } = this.#ports;
    const late = lateness > PUNCTUAL;
    if (late && !this.#late) {
      const seconds = (lateness / 1000).toFixed(1);
      log.warning(
        `The event loop was blocked for ${seconds} s: this process was stopped, or the host is short of processor time`,
      );
    }
    if (!late && this.#late) log.notice("The event loop runs in time again");
    this.#late = late;
  }

  /** Once: how many wait now is what `status` and the metrics say. */
  #logWaiting(): void {
    const { log, supervised, files } = this.#ports;
    const { count } = supervised.waiting;
    if (count === 0 || this.#waited) return;
    this.#waited = true;
    log.warning(
      `${count} checks wait for their turn: this process may have ${files.limit} files open, of which checks get ` +
        `${files.forChecks} (raise LimitNOFILE in the unit, or ulimit -n)`,
    );
  }

  #logOverdue(overdue: readonly OverdueCheck[]): void {
    const { log } = this.#ports;
    const now = new Map(overdue.map((each) => [each.check.key, nameOf(each)]));
    const fresh = [...now].filter(([key]) => !this.#overdue.has(key)).map(([, name]) => name);
    const over = [...this.#overdue].filter(([key]) => !now.has(key)).map(([, name]) => name);
    for (const checks of named(fresh)) log.error(`${checks} overdue`);
    for (const checks of named(over)) log.notice(`${checks} no longer overdue`);
    this.#overdue = now;
  }
}

/** Each by its name; of a host's distress that all checks share, one line for all of them. */
function named(names: readonly string[]): readonly string[] {
  if (names.length <= BY_NAME) return names.map((name) => `The check of ${name} is`);
  return [`${names.length} checks, that of ${names[0]} first of all, are`];
}

function nameOf({ check, users }: OverdueCheck): string {
  return `${userNames(users)} by ${check.method}`;
}
