import type { Clock } from "../../model/clock.ts";
import type { HealthCounts } from "../../director/health_counts.ts";
import type { VirtualService } from "../../model/virtual_service.ts";
import type { OpenFiles } from "../../system/open_files.ts";
import type { Log } from "../log/log.ts";
import { type Pulse, PulseFile, type Some } from "./pulse.ts";
import type { ServiceManager } from "./service_manager.ts";
import { type Supervised, Supervisor, type Vitals } from "./supervisor.ts";

/** Milliseconds from one look to the next, and between two beats of the pulse at least. */
const LOOK = 1_000;

/** How often a service manager is notified, within the time after which it would take us for dead. */
const SIGNS_PER_WATCHDOG = 3;

/** Milliseconds for which the table may be out of step before it counts: a change takes its time. */
const STEP_TIME = 5_000;

/** The director, as far as its signs of life go. */
export interface Living extends Supervised {
  readonly inStep: boolean;
  readonly isStandby: boolean;
  readonly healthCounts: HealthCounts;
  readonly missing: readonly VirtualService[];
  readonly checkEvery: number | undefined;
}

/** What the signs are taken from, and shown to. */
export interface VitalSignsPorts {
  readonly director: Living;
  readonly clock: Clock;
  readonly log: Log;
  readonly files: OpenFiles;
  readonly pulseFile?: string;
  readonly manager?: Pick<ServiceManager, "watchdog" | "alive" | "status">;
}

/** Shows that the director lives: by its pulse file, and to the service manager. */
export class VitalSigns {
  readonly #ports: VitalSignsPorts;
  readonly #pulse: PulseFile | undefined;
  readonly #supervisor: Supervisor;
  #vitals: Vitals = { sure: true };
  #checks = 0;
  #beats = 0;
  /** When the table was last in step, or not yet out of it. */
  #inStepAt: number;
  /** Since when real servers cannot be checked, and since when none of some virtual service can. */
  #unknownSince: Date | undefined;
  #unjudgedSince: Date | undefined;
  /** What the pulse file says beside times and counts. */
  #shown = "";

  constructor(ports: VitalSignsPorts) {
    this.#ports = ports;
    this.#inStepAt = ports.clock.now();
    const { pulseFile, log } = ports;
    this.#pulse = pulseFile === undefined ? undefined : new PulseFile(pulseFile, (complaint) => log.error(complaint));
    const period = Math.min(LOOK, (ports.manager?.watchdog ?? Infinity) / SIGNS_PER_WATCHDOG);
    this.#supervisor = new Supervisor(period, {
      clock: ports.clock,
      log: ports.log,
      supervised: ports.director,
      files: ports.files,
      onLook: (vitals) => this.#look(vitals),
    });
  }

  /** The first beat is the start itself: a director that never completes a check is seen to be late. */
  start(): void {
    this.#beat({ sure: true });
    this.#supervisor.start();
  }

  /** Shows at once what has become of the director. */
  show(): void {
    this.#beat(this.#vitals);
    this.#report();
  }

  stop(): void {
    this.#supervisor.stop();
    this.#pulse?.remove();
  }

  /** A check was completed. */
  countCheck(): void {
    this.#checks++;
  }

  #look(vitals: Vitals): void {
    const { director, clock, manager } = this.#ports;
    this.#vitals = vitals;
    if (director.inStep) this.#inStepAt = clock.now();
    const { unknown, unjudged } = director.healthCounts;
    this.#unknownSince = unknown === 0 ? undefined : this.#unknownSince ?? new Date();
    this.#unjudgedSince = unjudged.length === 0 ? undefined : this.#unjudgedSince ?? new Date();
    if (this.#checks > this.#beats || director.checkEvery === undefined) this.#beat(vitals);
    else this.#amend(vitals);
    if (vitals.sure) manager?.alive();
    this.#report();
  }

  #report(): void {
    const { director, manager } = this.#ports;
    if (!manager) return;
    const { serving, total, unknown } = director.healthCounts;
    const table = director.isStandby ? "standing by" : this.#isInStep ? "table in step" : "table not in step";
    const overdue = this.#vitals.overdue ? `; overdue: the check of ${this.#vitals.overdue.name}` : "";
    const serve = `${serving} of ${total} real servers serve${unknown === 0 ? "" : `, ${unknown} unknown`}`;
    manager.status(`${serve}, ${table}${overdue}`);
  }

  get #isInStep(): boolean {
    return this.#ports.clock.now() - this.#inStepAt < STEP_TIME;
  }

  #beat(vitals: Vitals): void {
    this.#beats = this.#checks;
    const pulse = this.#pulseNow(vitals);
    this.#shown = factsOf(pulse);
    this.#pulse?.beat(pulse);
  }

  /** Where checks come round seldom, what has changed must not wait for the next beat. */
  #amend(vitals: Vitals): void {
    const pulse = this.#pulseNow(vitals);
    const facts = factsOf(pulse);
    if (facts === this.#shown) return;
    this.#shown = facts;
    this.#pulse?.amend(pulse);
  }

  #pulseNow({ overdue }: Vitals): Pulse {
    const { director } = this.#ports;
    return {
      time: new Date().toISOString(),
      pid: Deno.pid,
      checks: this.#checks,
      every: director.checkEvery ?? LOOK / 1000,
      overdue: overdue ? { check: overdue.name, seconds: Math.round(overdue.milliseconds / 1000) } : null,
      standby: director.isStandby,
      inStep: this.#isInStep,
      ...this.#clients(),
    };
  }

  /** What clients meet, as far as monitoring wants to know. */
  #clients(): Pick<Pulse, "missing" | "unserved" | "unknown" | "unjudged"> {
    const { healthCounts, missing } = this.#ports.director;
    const unserved = healthCounts.unserved.filter((virtual) => !missing.includes(virtual));
    const unjudged = some(healthCounts.unjudged);
    return {
      missing: some(missing),
      unserved: some(unserved),
      unknown: healthCounts.unknown === 0
        ? null
        : { reals: healthCounts.unknown, since: (this.#unknownSince ?? new Date()).toISOString() },
      unjudged: unjudged && { ...unjudged, since: (this.#unjudgedSince ?? new Date()).toISOString() },
    };
  }
}

/** What a change of is worth writing down at once. */
function factsOf({ standby, inStep, missing, unserved, unknown, unjudged }: Pulse): string {
  return JSON.stringify([standby, inStep, missing, unserved, unknown?.reals, unjudged?.count]);
}

function some(virtuals: readonly VirtualService[]): Some | null {
  return virtuals.length === 0 ? null : { count: virtuals.length, first: virtuals[0].label };
}
