import type { ReportedState } from "../model/real_state.ts";
import { atOnce, everySoOften, type Steps } from "../model/steps.ts";
import type { Model, RealServer, VirtualService } from "../model/virtual_service.ts";
import type { DirectorEvent } from "./events.ts";
import { failOpenFigures, quorumFigures } from "./quorum.ts";
import { type Health, isAvailable, type RealHealth, reasonFor, type VirtualHealth } from "./real_health.ts";
import { reportedStateOf, stateOf } from "./real_state.ts";

/** A real server that came or went, or a virtual service that lost or has its quorum, or keeps all its real servers. */
type Transition = Extract<DirectorEvent, { type: "transition" | "fallback" | "quorum" | "fail-open" }>;

/**
 * What an operator wants to hear of the way from one health to the next: real servers that changed their state, or that their
 * first check found dead, and virtual services that lost their quorum or have it again. Pure.
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
      if (!real || !oldReal || realHealth === oldReal || !isReported(real, oldReal, realHealth)) continue;
      const [was, is, reason] = [stateBefore(real, oldReal), reportedStateOf(real, realHealth), reasonFor(realHealth)];
      events.push({ type: "transition", virtual, real, was, is, reason });
    }
    events.push(...ofVirtual(virtual, old, health));
  }
  return events;
}

function ofVirtual(virtual: VirtualService, before: VirtualHealth | undefined, health: VirtualHealth): Transition[] {
  const events: Transition[] = [];
  const [was, is] = [before?.service ?? "unknown", health.service];
  if (is !== was && is !== "unknown") {
    const quorum = quorumFigures(virtual, health, was);
    if (is === "down" || was === "down") {
      events.push({ type: "fallback", virtual, active: is === "down", was, quorum });
    }
    events.push({ type: "quorum", virtual, was, is, quorum });
  }
  if (health.failOpen !== (before?.failOpen ?? false)) {
    events.push({ type: "fail-open", virtual, active: health.failOpen, ...failOpenFigures(health) });
  }
  return events;
}

/** What the kernel's table alone says of a real server is no state that it was in. */
function stateBefore(real: RealServer, health: RealHealth): ReportedState {
  const state = reportedStateOf(real, health);
  return state === "up" && !health.verified && health.checks.size > 0 ? "unknown" : state;
}

/** The state that an entry is taken over in is no news; a first verdict is, where it finds the server dead. */
function isReported(real: RealServer, before: RealHealth, after: RealHealth): boolean {
  const is = stateOf(real, after);
  if (isAvailable(after) !== isAvailable(before)) return true;
  if (is === "waiting") return false;
  return is !== stateOf(real, before) || (is === "down" && !before.verified);
}
