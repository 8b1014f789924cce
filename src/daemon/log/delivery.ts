import type { Sink } from "./log.ts";

/** Hands a line over without waiting. Gives false when it was not taken. */
export type Delivery = (...line: Parameters<Sink>) => boolean;

/**
 * Returns a sink that hands each line to the first of the deliveries that takes it. Lines that none takes are counted; when
 * one is taken again, a line before it says how many are missing.
 *
 * @param why why lines may be missing.
 * @param onTrouble hears when lines begin to be missing.
 */
export function deliveringSink(deliveries: readonly Delivery[], why: string, onTrouble = () => {}): Sink {
  const deliver: Delivery = (...line) => deliveries.some((delivery) => delivery(...line));
  let missed = 0;
  return (...line) => {
    if (missed > 0 && !deliver("warning", `${missed} lines dropped: ${why}`, {})) {
      missed += 1;
      return;
    }
    missed = deliver(...line) ? 0 : 1;
    if (missed > 0) onTrouble();
  };
}
