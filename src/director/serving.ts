/**
 * Which real servers serve, and when the fallback does. Pure.
 *
 * A real server serves when it is available (real_health.ts) and its weight is above 0: the kernel sends no new connection to a
 * destination of weight 0, wherever that weight comes from.
 */

import type { AskedWeight, Check } from "../model/check.ts";
import type { ServiceState } from "../model/real_state.ts";
import { MOST_WEIGHT } from "../model/table.ts";
import { checksOf, type RealServer, type VirtualService } from "../model/virtual_service.ts";
import { hasFirstRounds, isAvailable, isHeld, type RealHealth, type VirtualHealth } from "./real_health.ts";

/** Returns whether new connections go to this real server. */
export function isServing(real: RealServer, health: RealHealth): boolean {
  return isAvailable(health) && weightOf(real, health) > 0;
}

/**
 * Returns the weight while it is available: the configured one, or what an operator or a check asks for instead, and of
 * that the share it has climbed back to.
 */
export function weightOf(real: RealServer, health: RealHealth): number {
  const weight = fullWeight(real, health);
  return health.share < 1 && weight > 0 ? Math.max(1, Math.floor(weight * health.share)) : weight;
}

/** Returns where weight 0 comes from, in one line; `undefined` when the weight is above 0. */
export function zeroWeightReason(real: RealServer, health: RealHealth): string | undefined {
  if (fullWeight(real, health) > 0) return undefined;
  if (health.orders?.weight) return "weight 0 by the operator";
  const asking = askingCheck(real, health);
  // A percentage of a configured 0 is 0 as well: then the configuration is the reason.
  if (!asking || ("percent" in asking.weight && asking.weight.percent > 0)) return "weight 0 in the configuration";
  return asking.check.method === "agent" ? "weight 0 by the agent" : "weight 0 by the check";
}

/**
 * Returns whether no real server serves, and enough is known to say so: the fallback's turn. With `checktype = off`, where
 * no real server has health, it never is; a virtual service without real servers always needs it.
 */
export function needsFallback(virtual: VirtualService, health: VirtualHealth): boolean {
  if (virtual.reals.size > 0 && health.reals.size === 0) return false;
  const isSettled = health.settled || health.fallbackFound;
  let areKnown = true;
  for (const [key, own] of health.reals) {
    const real = virtual.reals.get(key);
    if (!real) continue;
    if (isServing(real, own)) return false;
    areKnown &&= isKnown(real, own);
  }
  return isSettled || areKnown;
}

/**
 * Returns the health with `service` as it is now: down only when no real server serves and the first rounds of all have
 * been heard, and then until one that a check has found well serves.
 */
export function withService(virtual: VirtualService, health: VirtualHealth): VirtualHealth {
  const service = serviceOf(virtual, health);
  return service === health.service ? health : { ...health, service };
}

function serviceOf(virtual: VirtualService, health: VirtualHealth): ServiceState {
  if (virtual.reals.size > 0 && health.reals.size === 0) return health.service;
  let isOut = true;
  for (const [key, own] of health.reals) {
    const real = virtual.reals.get(key);
    if (!real) continue;
    const serves = isServing(real, own);
    if (serves && (own.verified || own.checks.size === 0)) return "up";
    isOut &&= !serves && isKnown(real, own);
  }
  return isOut ? "down" : health.service;
}

/** Whether it is known that it does not serve, should that be so: it need not be waited for. */
function isKnown(real: RealServer, own: RealHealth): boolean {
  return hasFirstRounds(own) || isHeld(own) || fullWeight(real, own) === 0;
}

/** Returns the real servers of a virtual service that have health, each with its own. */
export function realsOf(virtual: VirtualService, health: VirtualHealth): [RealServer, RealHealth][] {
  return [...virtual.reals.values()].flatMap((real) => {
    const own = health.reals.get(real.key);
    return own ? [[real, own] satisfies [RealServer, RealHealth]] : [];
  });
}

/** Returns the weight that it climbs to: the configured one, or what an operator or a check asks for instead. */
export function fullWeight(real: RealServer, health: RealHealth): number {
  const configured = real.destination.weight;
  const asking = askingCheck(real, health);
  return health.orders?.weight?.value ?? (asking ? askedWeight(configured, asking.weight) : configured);
}

/** The check whose weight counts: the last one that asks for any. */
function askingCheck(real: RealServer, health: RealHealth): { check: Check; weight: AskedWeight } | undefined {
  let asking: { check: Check; weight: AskedWeight } | undefined;
  for (const check of checksOf(real.policy)) {
    const weight = health.checks.get(check.key)?.weight;
    if (weight) asking = { check, weight };
  }
  return asking;
}

/** A share that is not nothing never becomes nothing by rounding. */
function askedWeight(configured: number, asked: AskedWeight): number {
  return "percent" in asked ? Math.min(MOST_WEIGHT, Math.ceil((configured * asked.percent) / 100)) : asked.absolute;
}
