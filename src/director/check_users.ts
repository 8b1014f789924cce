import type { CheckKey } from "../model/check.ts";
import type { Model, RealServer, VirtualService } from "../model/virtual_service.ts";

/** A real server that lives by a check, with its virtual service. */
export interface CheckUser {
  readonly virtual: VirtualService;
  readonly real: RealServer;
}

const indexes = new WeakMap<Model, Map<CheckKey, CheckUser[]>>();

/** Everybody whose health the check decides. A check is shared by all real servers whose parameters are identical. */
export function usersOf(model: Model, check: CheckKey): readonly CheckUser[] {
  return indexOf(model).get(check) ?? [];
}

/** The keys of all checks that the configuration asks for. */
export function checkKeys(model: Model): Iterable<CheckKey> {
  return indexOf(model).keys();
}

function indexOf(model: Model): Map<CheckKey, CheckUser[]> {
  const known = indexes.get(model);
  if (known) return known;
  const index = new Map<CheckKey, CheckUser[]>();
  for (const virtual of model.virtuals.values()) {
    for (const real of virtual.reals.values()) {
      if (real.policy.kind !== "checked") continue;
      const users = index.get(real.policy.check.key);
      if (users) users.push({ virtual, real });
      else index.set(real.policy.check.key, [{ virtual, real }]);
    }
  }
  indexes.set(model, index);
  return index;
}
