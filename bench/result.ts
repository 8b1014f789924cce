/** Seconds; or how many servers had got there when no more were waited for. */
export type Duration = { readonly seconds: number } | { readonly over: number; readonly reached: number };

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

/** What was measured of one program. */
export interface Result {
  readonly name: string;
  /** From exec until all servers are in the table. */
  readonly allIn: Duration;
  /** What a start of nothing but the runtime takes: `--version`. Ours only. */
  readonly bareStart?: number;
  /** Milliseconds of processor time a check; absent when there were none. */
  readonly cpuPerCheck?: number;
  readonly checksPerSecond: number;
  readonly pssMegabytes: number;
  /** From servers' going silent until the last is out, and from their return until the last is in. */
  readonly silentOut?: Duration;
  readonly silentBack?: Duration;
}
