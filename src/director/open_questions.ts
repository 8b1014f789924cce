/**
 * What is still open about a check, for the real servers that live by it.
 */

import type { CheckKey } from "../model/check.ts";
import type { Model } from "../model/virtual_service.ts";
import { isUndecided } from "./check_health.ts";
import { usersOf } from "./check_users.ts";
import { awaitsFirstRound } from "./health.ts";
import type { Health } from "./real_health.ts";

/** Whether a real server lives by this check of which no round has ended for it. */
export function isNew(key: CheckKey, model: Model, health: Health): boolean {
  return usersOf(model, key).some(({ virtual, real }) => {
    const known = health.get(virtual.key)?.reals.get(real.key);
    return known !== undefined && awaitsFirstRound(known, key);
  });
}

/** Whether the verdict of this check on a real server is open: its next rounds decide. */
export function isOpen(key: CheckKey, model: Model, health: Health): boolean {
  return usersOf(model, key).some(({ virtual, real }) => {
    const view = health.get(virtual.key)?.reals.get(real.key)?.checks.get(key);
    return view !== undefined && isUndecided(view);
  });
}
