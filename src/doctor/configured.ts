/**
 * What a configuration has, as far as questions are about it.
 */

import { isLoopback } from "../model/address.ts";
import type { Check } from "../model/check.ts";
import { type Forwarding, serviceFamily } from "../model/table.ts";
import { checksOf, type Model, type RealServer, type VirtualService } from "../model/virtual_service.ts";
import type { Facts } from "./facts.ts";

/** The facts about the configuration. */
export type Configured = Pick<Facts, "configuration">;

/** Returns its virtual services; none where it has errors. */
export function virtualsOf({ configuration }: Configured): readonly VirtualService[] {
  const model: Model | undefined = configuration?.model;
  return model ? [...model.virtuals.values()] : [];
}

/** Returns the checks of all its real servers, each once. */
export function checksOfAll(facts: Configured): readonly Check[] {
  const checks = virtualsOf(facts).flatMap(({ reals }) =>
    [...reals.values()].flatMap(({ policy }) => checksOf(policy))
  );
  return [...new Map(checks.map((check) => [check.key, check])).values()];
}

/** Returns the real servers that are reached by a method and stand on other machines. */
export function realsBy(forwarding: Forwarding, reals: Iterable<RealServer>): readonly RealServer[] {
  return [...reals].filter(({ destination }) =>
    destination.forwarding === forwarding && !isLoopback(destination.address)
  );
}

/** Whether it has real servers that are reached by a method, of virtual services of an address family or of any. */
export function hasReals(facts: Configured, forwarding: Forwarding, family?: 4 | 6): boolean {
  return virtualsOf(facts).some(({ settings, reals }) =>
    (family === undefined || serviceFamily(settings.address) === family) &&
    realsBy(forwarding, reals.values()).length > 0
  );
}

/** Returns a few virtual services by name. */
export function named(virtuals: readonly VirtualService[]): string {
  const labels = virtuals.map(({ settings: { address }, label }) =>
    address.kind === "fwm" ? `the mark ${label}` : label
  );
  return labels.length > 3 ? `${labels.slice(0, 2).join(", ")} and ${labels.length - 2} more` : labels.join(", ");
}
