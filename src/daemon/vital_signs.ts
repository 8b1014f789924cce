import type { Clock } from "../director/clock.ts";
import type { Census } from "../director/serving.ts";
import type { OpenFiles } from "../system/open_files.ts";
import type { Log } from "./log.ts";
import { PulseFile } from "./pulse.ts";
import type { ServiceManager } from "./service_manager.ts";
import { type Supervised, Supervisor, type Vitals } from "./supervisor.ts";

/** Milliseconds from one look to the next, and between two beats of the pulse at least. */
const LOOK = 1_000;

/** How often a service manager is told that we live, within the time after which it would not believe it. */
const SIGNS_PER_WATCHDOG = 3;

/** Milliseconds for which the table may be out of step before it counts: a change takes its time. */
const STEP_TIME = 5_000;

/** The director, as far as its signs of life go. */
export interface Living extends Supervised {
  readonly inStep: boolean;
  readonly isStandby: boolean;
  readonly census: Census;
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
    if (this.#checks > this.#beats || director.checkEvery === undefined) this.#beat(vitals);
    if (vitals.sure) manager?.alive();
    this.#report();
  }

  #report(): void {
    const { director, manager } = this.#ports;
    if (!manager) return;
    const { serving, total } = director.census;
    const table = director.isStandby ? "standing by" : this.#isInStep ? "table in step" : "table not in step";
    const overdue = this.#vitals.overdue ? `; overdue: the check of ${this.#vitals.overdue.name}` : "";
    manager.status(`${serving} of ${total} real servers up, ${table}${overdue}`);
  }

  get #isInStep(): boolean {
    return this.#ports.clock.now() - this.#inStepAt < STEP_TIME;
  }

  #beat({ overdue }: Vitals): void {
    const { director } = this.#ports;
    this.#beats = this.#checks;
    this.#pulse?.beat({
      time: new Date().toISOString(),
      pid: Deno.pid,
      checks: this.#checks,
      every: director.checkEvery ?? LOOK / 1000,
      overdue: overdue ? { check: overdue.name, seconds: Math.round(overdue.milliseconds / 1000) } : null,
      standby: director.isStandby,
      inStep: this.#isInStep,
    });
  }
}
