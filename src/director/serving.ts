/**
 * Which real servers serve, and at what weight. Pure.
 *
 * A real server serves when it is available (real_health.ts) and its weight is above 0: the kernel sends no new connection to a
 * destination of weight 0, wherever that weight comes from.
 */

import type { AskedWeight, Check } from "../model/check.ts";
import { MOST_WEIGHT } from "../model/table.ts";
import { checksOf, type RealServer, type VirtualService } from "../model/virtual_service.ts";
import type { CheckHealth } from "./check_health.ts";
import { isAvailable, type RealHealth, type VirtualHealth } from "./real_health.ts";

/** Returns whether new connections go to this real server, unless the fallback serves in its place (quorum.ts). */
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
  if (asking && !isShare(asking.weight)) {
    return asking.check.method === "agent" ? "weight 0 by the agent" : "weight 0 by the check";
  }
  const inFile = weightInFile(real, health);
  return inFile && !isShare(inFile) ? "weight 0 by its weight file" : "weight 0 in the configuration";
}

/** Returns the real servers of a virtual service that have health, each with its own. */
export function realsOf(virtual: VirtualService, health: VirtualHealth): [RealServer, RealHealth][] {
  return [...virtual.reals.values()].flatMap((real) => {
    const own = health.reals.get(real.key);
    return own ? [[real, own] satisfies [RealServer, RealHealth]] : [];
  });
}

/**
 * Returns the weight that it climbs to: the configured one, or what a weight file says instead, or what a check or an
 * operator asks for instead of that.
 */
export function fullWeight(real: RealServer, health: RealHealth): number {
  const ordered = health.orders?.weight?.value;
  if (ordered !== undefined) return ordered;
  const own = askedWeight(real.destination.weight, weightInFile(real, health));
  return askedWeight(own, askingCheck(real, health)?.weight);
}

/** Returns why its weight file says no weight, in one line; `undefined` where it says one, or there is no such file. */
export function weightFileTrouble(real: RealServer, health: RealHealth): string | undefined {
  const view = viewOfFile(real, health);
  return view?.verified && !view.weight ? view.reason : undefined;
}

/** What the weight file says, if there is one that says any weight. */
function weightInFile(real: RealServer, health: RealHealth): AskedWeight | undefined {
  return viewOfFile(real, health)?.weight;
}

function viewOfFile({ policy }: RealServer, health: RealHealth): CheckHealth | undefined {
  const check = checksOf(policy).find(({ method }) => method === "weightfile");
  return check && health.checks.get(check.key);
}

/** The check that gives the weight: the last one that asks for any. Weight files stand in for the configuration. */
function askingCheck(real: RealServer, health: RealHealth): { check: Check; weight: AskedWeight } | undefined {
  let asking: { check: Check; weight: AskedWeight } | undefined;
  for (const check of checksOf(real.policy)) {
    if (check.method === "weightfile") continue;
    const weight = health.checks.get(check.key)?.weight;
    if (weight) asking = { check, weight };
  }
  return asking;
}

/** Whether a weight is a share of another one, and that share is not nothing. */
function isShare(weight: AskedWeight): boolean {
  return "percent" in weight && weight.percent > 0;
}

/** A share that is not nothing never becomes nothing by rounding. */
function askedWeight(configured: number, asked: AskedWeight | undefined): number {
  if (!asked) return configured;
  return "percent" in asked ? Math.min(MOST_WEIGHT, Math.ceil((configured * asked.percent) / 100)) : asked.absolute;
}
