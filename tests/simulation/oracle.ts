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

/** Returns each virtual service's destinations with their weights: `192.0.2.1:80` -> `10.0.0.1:80` -> 1. */
export function expectedTable({ config, isUp, isMaintained, orders }: Truth): Map<string, Map<string, number>> {
  return new Map(config.map(({ at, reals, fallback, options }) => {
    const entries = new Map<string, number>();
    for (const text of reals) {
      const [real, , weight = "1"] = text.split(" ");
      const ordered = orders(at, real);
      const drained = isMaintained(real) || ordered.has("drain");
      const asked = ordered.has("weight 0") ? 0 : ordered.has("weight 5") ? 5 : Number(weight);
      if (isUp(real) && !drained && !ordered.has("disable")) entries.set(real, asked);
      else if (isUp(real) && drained) entries.set(real, 0);
      else if (options?.quiescent) entries.set(real, 0);
    }
    const isServed = [...entries.values()].some((weight) => weight > 0);
    if (!isServed && fallback !== undefined) entries.set(fallback, 1);
    return [at, entries];
  }));
}
