import type { Timeline } from "../timeline.ts";
import type { World } from "../world.ts";

/** Every change that is made is logged, once, and no other. */
export class Logged {
  readonly #world: World;
  readonly #timeline: Timeline;
  /** Changes that were made and not yet reported. */
  #unreported: string[] = [];

  constructor(world: World, timeline: Timeline) {
    this.#world = world;
    this.#timeline = timeline;
  }

  /** Another director begins: it does not log what the one before has done. */
  begin(): void {
    this.#unreported = [];
  }

  /** A change was made. */
  made(line: string): void {
    this.#timeline.note(`made ${line}`);
    this.#unreported.push(line);
  }

  /** A change was logged. */
  told(line: string): void {
    this.#timeline.note(`told ${line}`);
    const at = this.#unreported.indexOf(line);
    if (at < 0 && !this.#world.isUnclear) {
      this.#timeline.violate(`a change was logged that was not made, or was logged before: ${line}`);
    }
    if (at >= 0) this.#unreported.splice(at, 1);
  }

  /** All that was made has been logged by now. */
  check(): void {
    if (this.#unreported.length === 0 || this.#world.isUnclear) return;
    this.#timeline.violate(`never logged: ${this.#unreported.join("; ")}`);
    this.#unreported = [];
  }

  /** It does not wait for ever to learn what came of the last batch: where that died and reads fail, it is never known. */
  checkLeft(): void {
    if (!(this.#world.has("dies") && this.#world.has("read-fails"))) this.check();
  }
}
