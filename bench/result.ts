/** Seconds; or how many servers had got there when no more were waited for. */
export type Duration = { readonly seconds: number } | { readonly over: number; readonly reached: number };

/** What a program costs while nothing changes. */
export interface Steady {
  /** Milliseconds of processor time a check; absent when there were none. */
  readonly cpuPerCheck?: number;
  readonly checksPerSecond: number;
  readonly pssMegabytes: number;
}

/** What was measured of one program with 500 real servers. */
export interface Result extends Steady {
  readonly name: string;
  /** From exec until all servers are in the table. */
  readonly allIn: Duration;
  /** What a start of nothing but the runtime takes: `--version`. Ours only. */
  readonly bareStart?: number;
  /** From servers' going silent until the last is out, and from their return until the last is in. */
  readonly silentOut?: Duration;
  readonly silentBack?: Duration;
  /** The same with half of all servers. */
  readonly halfOut?: Duration;
  readonly halfBack?: Duration;
}

/** From the death of a server's process until the server is out of the table, once for each of several servers. */
export interface CrashResult {
  readonly name: string;
  readonly outAfter: readonly Duration[];
}

/** How long one question about 1,000 real servers took. */
export interface StatusResult {
  readonly name: string;
  /** Seconds from the question until its answer was complete. */
  readonly answered: Spread;
  /** Milliseconds of processor time that a question cost the director's processes. */
  readonly directorCpu: number;
}

/** What one program costs with ever more real servers. */
export interface GrowthResult {
  readonly name: string;
  readonly steps: readonly GrowthStep[];
}

/** What a program costs with so many real servers. */
export interface GrowthStep {
  readonly reals: number;
  /** Checks that are due in a second. */
  readonly due: number;
  /** How many of them were in the table. */
  readonly in: number;
  /** The same measured several times in a row. */
  readonly windows: readonly Steady[];
}

/** Several measurements of one thing. */
export interface Spread {
  readonly least: number;
  readonly median: number;
  readonly most: number;
}

/** What was measured of one program with a large table: seconds until it is complete and until a reload is in it. */
export interface TableResult {
  readonly name: string;
  readonly complete: Spread;
  readonly reloaded?: Spread;
  readonly pssMegabytes?: Spread;
}

/** So many connect checks of ours, an interval of so many seconds apart. */
export interface Course {
  readonly reals: number;
  readonly interval: number;
}

/** How well an interval of ours was kept, and at what cost. */
export interface Pace extends Course {
  /** Checks that were made, over those that the interval asks for: 1 is sustained. */
  readonly ratio: number;
  readonly checksPerSecond: number;
  /** Milliseconds of processor time. */
  readonly cpuPerCheck: number;
  readonly pssMegabytes: number;
}

/** What was measured in the lab, by parts; a part is absent that was not asked for. */
export interface Results {
  readonly servers?: readonly Result[];
  readonly table?: readonly TableResult[];
  readonly crash?: readonly CrashResult[];
  readonly growth?: readonly GrowthResult[];
  readonly status?: readonly StatusResult[];
}
