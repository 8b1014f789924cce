import type { UptimeStatus } from "../../control/status.ts";
import type { Health } from "../../director/real_health.ts";
import { type RealId, realId } from "../../model/orders.ts";
import { everySoOften, type Steps } from "../../model/steps.ts";
import { readState, writeState } from "./state_file.ts";

/** Looks between two writes of the file: what a crash may lose. */
const LOOKS_PER_WRITE = 60;

/** Entries of real servers that no configuration has any more are dropped beyond so many. */
const MOST = 20_000;

interface Watched {
  up: number;
  all: number;
}

/** For how long the checks of each real server have passed, of the time that it was watched; kept in a file. */
export class Uptime {
  readonly #path: string | undefined;
  readonly #onTrouble: (text: string) => void;
  readonly #watched = new Map<RealId, Watched>();
  #lastLook: number | undefined;
  #looks = 0;
  #writing = false;
  #trouble: string | undefined;

  /** @param path absent = in memory alone. */
  constructor(path: string | undefined, onTrouble: (text: string) => void) {
    this.#path = path;
    this.#onTrouble = onTrouble;
    if (path !== undefined) this.#load(path);
  }

  /** Counts the time since the last look (milliseconds of a clock that never jumps) for each real server as it is now. */
  *look(health: Health, now: number): Steps<void> {
    const seconds = this.#lastLook === undefined ? 0 : (now - this.#lastLook) / 1000;
    this.#lastLook = now;
    let count = 0;
    for (const [virtual, { reals }] of health) {
      for (const [key, real] of reals) {
        if (everySoOften(count++)) yield;
        if (!real.verified || real.trouble !== undefined || real.checks.size === 0) continue;
        const id = realId(virtual, key);
        let watched = this.#watched.get(id);
        if (!watched) this.#watched.set(id, watched = { up: 0, all: 0 });
        watched.all += seconds;
        if (real.up) watched.up += seconds;
      }
    }
    if (++this.#looks % LOOKS_PER_WRITE === 0) void this.write();
  }

  /** What is known of a real server. */
  of(id: RealId): UptimeStatus {
    const { up, all } = this.#watched.get(id) ?? { up: 0, all: 0 };
    return { upSeconds: Math.round(up), watchedSeconds: Math.round(all) };
  }

  /** Writes the file; what cannot be written is complained of once. */
  async write(): Promise<void> {
    if (this.#path === undefined || this.#writing) return;
    this.#writing = true;
    try {
      const rows = [...this.#watched].slice(-MOST).map(([id, { up, all }]) => [id, Math.round(up), Math.round(all)]);
      await writeState(this.#path, { version: 1, reals: rows });
      this.#trouble = undefined;
    } catch (error) {
      const trouble = `Uptimes cannot be written: ${(error as Error).message}`;
      if (trouble !== this.#trouble) this.#onTrouble(trouble);
      this.#trouble = trouble;
    } finally {
      this.#writing = false;
    }
  }

  #load(path: string): void {
    try {
      const state = readState(path) as { readonly reals?: unknown } | undefined;
      for (const row of Array.isArray(state?.reals) ? state.reals : []) {
        const [id, up, all] = Array.isArray(row) ? row : [];
        const isCount = Number.isFinite(up) && Number.isFinite(all) && up >= 0 && all >= up;
        if (typeof id === "string" && isCount) this.#watched.set(id as RealId, { up, all });
      }
    } catch (error) {
      this.#onTrouble((error as Error).message);
    }
  }
}
