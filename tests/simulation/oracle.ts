/**
 * What the table has to hold when all has come to rest: the rules of the manual once more, said as simply as can be and
 * without a line of the director's code.
 */

import type { VirtualSketch } from "../director/fixture.ts";
import type { Ordered } from "./scenario.ts";

/** What is so when all has come to rest. */
export interface Truth {
  readonly config: readonly VirtualSketch[];
  readonly isUp: (real: string) => boolean;
  readonly isMaintained: (real: string) => boolean;
  readonly orders: (virtual: string, real: string) => ReadonlySet<Ordered>;
}

/** What a virtual service has to hold. */
export interface Expected {
  /** Its destinations with their weights: `10.0.0.1:80` -> 1. */
  readonly entries: ReadonlyMap<string, number>;
  /** The real servers among them that are well and get clients. */
  readonly serving: ReadonlySet<string>;
}

/** Returns what each virtual service has to hold. */
export function expectedTable(truth: Truth): Map<string, Expected> {
  return new Map(truth.config.map((sketch) => [sketch.at, expectedOf(sketch, truth)]));
}

function expectedOf({ at, reals, fallback, options }: VirtualSketch, truth: Truth): Expected {
  const { isUp, isMaintained, orders } = truth;
  const entries = new Map<string, number>();
  const kept = new Map<string, number>();
  let [counted, up] = [0, 0];
  for (const text of reals) {
    const [real, , weight = "1"] = text.split(" ");
    const ordered = orders(at, real);
    const drained = isMaintained(real) || ordered.has("drain");
    const held = drained || ordered.has("disable");
    const asked = ordered.has("weight 0") ? 0 : ordered.has("weight 5") ? 5 : Number(weight);
    if (isUp(real) && !held) entries.set(real, asked);
    else if (isUp(real) && drained) entries.set(real, 0);
    else if (options?.quiescent) entries.set(real, 0);
    if (held) continue;
    counted++;
    if (isUp(real)) up++;
    else if (asked > 0) kept.set(real, asked);
  }
  const serving = new Set([...entries].filter(([, weight]) => weight > 0).map(([real]) => real));
  const sum = [...entries.values()].reduce((total, weight) => total + weight, 0);
  const hasAny = serving.size + kept.size > 0;
  if (hasAny && up * 100 < (options?.failOpen ?? 0) * counted) {
    return { entries: new Map([...entries, ...kept]), serving };
  }
  if (fallback === undefined || sum >= (options?.quorum ?? 1)) return { entries, serving };
  const aside = [...entries.keys()].map((real) => [real, 0] as const);
  return { entries: new Map([...aside, [fallback, 1]]), serving: new Set() };
}
