import { atOnce, everySoOften, type Steps } from "../model/steps.ts";
import type { Model } from "../model/virtual_service.ts";
import type { DirectorEvent, RealState } from "./events.ts";
import { type Health, isAvailable, type RealHealth, reasonFor } from "./health.ts";
import { needsFallback } from "./serving.ts";

/** A real server that came or went, or the last one of a virtual service that went, or the first that came. */
type Transition = Extract<DirectorEvent, { type: "transition" | "fallback" }>;

/**
 * What an operator wants to hear of the way from one health to the next: real servers that came, went, or were found
 * dead by their first check, and virtual services that lost their last or regained their first real server. Pure.
 */
export function transitions(before: Health, after: Health, model: Model): Transition[] {
  return atOnce(transitionsInSteps(before, after, model));
}

/** The same in steps. */
export function* transitionsInSteps(before: Health, after: Health, model: Model): Steps<Transition[]> {
  const events: Transition[] = [];
  let count = 0;
  for (const [key, health] of after) {
    const virtual = model.virtuals.get(key);
    const old = before.get(key);
    if (everySoOften(count++)) yield;
    if (!virtual || old === health) continue;
    for (const [realKey, realHealth] of health.reals) {
      if (everySoOften(count++)) yield;
      const real = virtual.reals.get(realKey);
      const oldReal = old?.reals.get(realKey);
      if (!real || realHealth === oldReal || !tells(oldReal, realHealth)) continue;
      const [up, was, reason] = [isAvailable(realHealth), stateOf(oldReal), reasonFor(realHealth)];
      events.push({ type: "transition", virtual, real, up, was, reason });
    }
    const active = needsFallback(virtual, health);
    if (active !== (old !== undefined && needsFallback(virtual, old))) {
      events.push({ type: "fallback", virtual, active });
    }
  }
  return events;
}

function stateOf(real: RealHealth | undefined): RealState {
  if (!real?.verified) return "unknown";
  return isAvailable(real) ? "up" : "down";
}

/** The state that an entry is taken over in is no news; a first verdict of down is, even where nobody was in the table. */
function tells(before: RealHealth | undefined, after: RealHealth): boolean {
  if (!before) return false;
  if (isAvailable(after) !== isAvailable(before)) return true;
  return !isAvailable(after) && after.verified && !before.verified;
}
