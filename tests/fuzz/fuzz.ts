/**
 * Makes rounds of a real check against hostile servers, and says what must not have happened.
 */

import { helper } from "../../src/checkers/helper.ts";
import { type Round, runRound } from "../../src/checkers/run.ts";
import { type CheckTarget, isAskedByHelper } from "../../src/model/check.ts";
import { threadMilliseconds } from "../../src/system/libc/clocks.ts";
import { checkOf, inWords, openDescriptors } from "../checkers/peers.ts";
import type { Order, Report } from "./hostile_worker.ts";
import type { FuzzRow } from "./rows.ts";

/** Which inputs, and what is too much. */
export interface FuzzOptions {
  readonly seed: number;
  readonly first: number;
  readonly count: number;
  /** Milliseconds of this thread's time that one turn of the event loop may take, each time that it is tried. */
  readonly longestTurn: number;
}

/** What came of it. */
export interface FuzzReport {
  readonly inputs: number;
  /** How many rounds ended so, by up and the kinds of failure. */
  readonly verdicts: Readonly<Record<string, number>>;
  /** Milliseconds of the longest turn that was seen, also where it was not seen again. */
  readonly longestTurn: number;
  /** How often the helper process was ended because it did not come back from what a server sent. */
  readonly helperEnds: number;
  /** What must not be: one line each, with the input's number. */
  readonly faults: readonly string[];
}

/** Rounds under way at the same time. */
const AT_ONCE = 48;

/** As many where one helper process is asked: its libraries are slow. */
const AT_ONCE_BY_HELPER = 24;

/** Seconds that a round may take, and milliseconds by which its verdict may be late on a busy machine. */
const DEADLINE = 0.4;
const LATENESS = 2_000;

/** As much where the helper process is asked: a round is made up to three times when servers have it killed. */
const HELPER_LATENESS = 30_000;

/** Why the helper process may be ended: a library has such a fault, and the helper is there because of it. */
const KNOWN_END = "it did not come back from what a server sent";

/** Tries of an input that is suspected, alone. */
const TRIES = 4;

/** Faults after which no further suspect is tried. */
const MOST_FAULTS = 10;

/** Runs so many inputs of a protocol. */
export async function fuzz(row: FuzzRow, options: FuzzOptions): Promise<FuzzReport> {
  const bugs: string[] = [];
  const onBug = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    bugs.push(`an unhandled exception: ${event.reason instanceof Error ? event.reason.stack : event.reason}`);
  };
  globalThis.addEventListener("unhandledrejection", onBug);
  const hostile = await Hostile.start(row, options.seed, AT_ONCE);
  let knownEnds = 0;
  helper.onIncident = ({ why, real }) => {
    if (why === KNOWN_END) knownEnds++;
    else bugs.push(`input ${hostile.inputOf(real)}: the helper process was ended: ${why}`);
  };
  try {
    // What the first round loads and keeps open is no leak.
    await hostile.round(0, options.first);
    const before = openDescriptors();
    const run = new Run(hostile, options);
    await run.all();
    const kept = await keptDescriptors(before);
    const leaks = kept > 0 ? [`${kept} descriptors are kept`] : [];
    return { ...run.report, helperEnds: knownEnds, faults: [...run.report.faults, ...bugs, ...leaks] };
  } finally {
    hostile.stop();
    helper.onIncident = () => {};
    await helper.close();
    globalThis.removeEventListener("unhandledrejection", onBug);
  }
}

/** The servers' thread closes its ends when it hears of ours: it is given some time. */
async function keptDescriptors(before: number): Promise<number> {
  let kept = openDescriptors() - before;
  for (let looks = 0; kept > AT_ONCE && looks < 200; looks++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    kept = openDescriptors() - before;
  }
  // An end of the last connection of each server may still be there.
  return kept > 2 * AT_ONCE ? kept : 0;
}

/** The servers' thread, from here. */
class Hostile {
  readonly #row: FuzzRow;
  readonly #worker: Worker;
  readonly #ports: readonly number[];
  readonly #awaited = new Map<number, () => void>();
  readonly #inputs = new Map<number, number>();

  static async start(row: FuzzRow, seed: number, count: number): Promise<Hostile> {
    const worker = new Worker(new URL("hostile_worker.ts", import.meta.url), { type: "module" });
    const opened = new Promise<Report>((resolve) => worker.onmessage = ({ data }) => resolve(data));
    worker.postMessage({ open: count, row: row.name, seed } satisfies Order);
    const report = await opened;
    return new Hostile(row, worker, "ports" in report ? report.ports : []);
  }

  private constructor(row: FuzzRow, worker: Worker, ports: readonly number[]) {
    this.#row = row;
    this.#worker = worker;
    this.#ports = ports;
    worker.onmessage = ({ data }: MessageEvent<Report>) => "ready" in data && this.#awaited.get(data.ready)?.();
  }

  /** One round against the server of that number, which behaves as the input says. */
  async round(server: number, input: number): Promise<Round> {
    const ready = new Promise<void>((resolve) => this.#awaited.set(server, resolve));
    this.#worker.postMessage({ server, input } satisfies Order);
    await ready;
    this.#inputs.set(this.#ports[server], input);
    const { target, method = "negotiate" } = this.#row;
    const settings = { negotiateTimeout: DEADLINE, checkTimeout: DEADLINE };
    return await runRound(checkOf({ ...target, port: this.#ports[server] }, settings), method);
  }

  /** The input that the server of that address is at. */
  inputOf(real: string | undefined): number | undefined {
    return this.#inputs.get(Number(real?.split(":").at(-1)));
  }

  get needsHelper(): boolean {
    const { target, method = "negotiate" } = this.#row;
    return isAskedByHelper(method, target as CheckTarget);
  }

  stop(): void {
    this.#worker.terminate();
  }
}

class Run {
  readonly #hostile: Hostile;
  readonly #options: FuzzOptions;
  readonly #verdicts: Record<string, number> = {};
  readonly #faults: string[] = [];
  readonly #underWay = new Set<number>();
  readonly #suspects = new Set<number>();
  #longestTurn = 0;

  constructor(hostile: Hostile, options: FuzzOptions) {
    this.#hostile = hostile;
    this.#options = options;
  }

  get report(): Omit<FuzzReport, "helperEnds"> {
    const { count } = this.#options;
    return { inputs: count, verdicts: this.#verdicts, longestTurn: this.#longestTurn, faults: this.#faults };
  }

  async all(): Promise<void> {
    const { first, count, longestTurn } = this.#options;
    const inputs = Array.from({ length: count }, (_, i) => first + i).values();
    const watch = watchTurns((milliseconds) => {
      this.#longestTurn = Math.max(this.#longestTurn, milliseconds);
      if (milliseconds > longestTurn) { for (const input of this.#underWay) this.#suspects.add(input); }
    });
    const atOnce = this.#hostile.needsHelper ? AT_ONCE_BY_HELPER : AT_ONCE;
    await Promise.all(Array.from({ length: atOnce }, async (_, server) => {
      for (const input of inputs) await this.#one(server, input);
    }));
    watch.stop();
    for (const input of this.#suspects) {
      await this.#tryAlone(input);
      if (this.#faults.length >= MOST_FAULTS) break;
    }
  }

  get #latest(): number {
    return DEADLINE * 1000 + (this.#hostile.needsHelper ? HELPER_LATENESS : LATENESS);
  }

  async #one(server: number, input: number): Promise<void> {
    this.#underWay.add(input);
    const { result, durationMs } = await this.#hostile.round(server, input);
    this.#underWay.delete(input);
    const verdict = result.up ? "up" : result.why;
    this.#verdicts[verdict] = (this.#verdicts[verdict] ?? 0) + 1;
    if (verdict === "internal") this.#faults.push(`input ${input}: ${inWords(result)}`);
    if (durationMs > this.#latest) this.#suspects.add(input);
  }

  /** Many rounds share a turn, and a machine may be busy: only what is too long each time is the input's doing. */
  async #tryAlone(input: number): Promise<void> {
    let trouble: string | undefined;
    for (let i = 0; i < TRIES; i++) {
      let longest = 0;
      const watch = watchTurns((milliseconds) => longest = Math.max(longest, milliseconds));
      const { durationMs } = await this.#hostile.round(0, input);
      await new Promise((resolve) => setTimeout(resolve, 5));
      watch.stop();
      if (longest > this.#options.longestTurn) trouble = `a turn of ${longest.toFixed(0)} ms`;
      else if (durationMs > this.#latest) trouble = `its verdict took ${durationMs.toFixed(0)} ms`;
      else return;
    }
    this.#faults.push(`input ${input}: ${trouble}`);
  }
}

/** Tells the time that this thread has worked from one turn of the event loop to the next. */
function watchTurns(onTurn: (milliseconds: number) => void): { stop(): void } {
  let before = threadMilliseconds();
  const timer = setInterval(() => {
    const now = threadMilliseconds();
    onTurn(now - before);
    before = now;
  }, 1);
  return { stop: () => clearInterval(timer) };
}
