import type { Clock } from "../model/clock.ts";
import type { Model } from "../model/virtual_service.ts";
import { isSlowStarting } from "./health.ts";
import type { Health } from "./real_health.ts";

/** Milliseconds between two steps of those that climb back to their weight; less where all of `slowstart` is less. */
const STEP = 1_000;

/** What climbs, and how a step is made. */
export interface SlowStartPorts {
  readonly clock: Clock;
  health(): Health;
  model(): Model;
  /** Has the weights be what they are by now. */
  step(): void;
}

/** Makes the steps of real servers that come back with `slowstart`, for as long as one climbs. */
export class SlowStart {
  readonly #ports: SlowStartPorts;
  #isUnderWay = false;

  constructor(ports: SlowStartPorts) {
    this.#ports = ports;
  }

  /** Goes on, if a real server climbs and no step is due already. */
  proceed(): void {
    const { clock, health, model, step } = this.#ports;
    if (this.#isUnderWay || !isSlowStarting(health())) return;
    this.#isUnderWay = true;
    const durations = [...model().virtuals.values()].flatMap(({ slowStart }) => slowStart > 0 ? slowStart * 1000 : []);
    clock.after(durations.reduce((least, each) => Math.min(least, each), STEP), () => {
      this.#isUnderWay = false;
      step();
      this.proceed();
    });
  }
}
