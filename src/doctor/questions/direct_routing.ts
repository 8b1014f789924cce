/**
 * What forwarding by gate and ipip needs of this machine.
 */

import { hasReals } from "../configured.ts";
import type { Facts } from "../facts.ts";
import { type Finding, ok } from "../finding.ts";

/** Whether real servers are reached by gate or ipip, which need something of them and not of this machine. */
export function realServers(facts: Facts): readonly Finding[] {
  const methods = (["gate", "ipip"] as const).filter((method) => hasReals(facts, method));
  if (methods.length === 0) return [];
  const needs =
    "needs nothing of this machine, no module either; what the real servers need says doctor --real ADDRESS";
  return [ok(`forwarding by ${methods.join(" and ")} ${needs}`)];
}
