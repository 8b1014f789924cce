import type { Check, CheckKey } from "../model/check.ts";
import { atOnce, everySoOften, type Steps } from "../model/steps.ts";
import { checksOf, type Model, type RealServer, type VirtualService } from "../model/virtual_service.ts";

/** A real server that lives by a check, with its virtual service. */
export interface CheckUser {
  readonly virtual: VirtualService;
  readonly real: RealServer;
}

/** A check and all that live by it. */
export interface Entry {
  readonly check: Check;
  readonly users: CheckUser[];
}

const indexes = new WeakMap<Model, Map<CheckKey, Entry>>();

/** All real servers that depend on the check: those with the same parameters share one check. */
export function usersOf(model: Model, check: CheckKey): readonly CheckUser[] {
  return indexOf(model).get(check)?.users ?? [];
}

/** All checks that the configuration asks for, each once. */
export function checksIn(model: Model): readonly Check[] {
  return [...indexOf(model).values()].map(({ check }) => check);
}

function indexOf(model: Model): Map<CheckKey, Entry> {
  return indexes.get(model) ?? atOnce(indexInSteps(model));
}

/** Looks all checks of a configuration up in steps, so that the functions above need not do so at once. */
export function* indexInSteps(model: Model): Steps<Map<CheckKey, Entry>> {
  const index = new Map<CheckKey, Entry>();
  let count = 0;
  for (const virtual of model.virtuals.values()) {
    for (const real of virtual.reals.values()) {
      if (everySoOften(count++)) yield;
      for (const check of checksOf(real.policy)) {
        const known = index.get(check.key);
        if (known) known.users.push({ virtual, real });
        else index.set(check.key, { check, users: [{ virtual, real }] });
      }
    }
  }
  indexes.set(model, index);
  return index;
}
