/**
 * What the configuration has of what is changed in the table.
 */

import type { Action } from "../model/plan.ts";
import { placeOfLine, type SourceLine } from "../model/source_lines.ts";
import { destinationKey, virtualKey } from "../model/table.ts";
import type { Model } from "../model/virtual_service.ts";

/** Returns where an action's subject is named; `undefined` for what the configuration does not have. */
export function placeOf(action: Action, model: Model): SourceLine | undefined {
  const line = lineOf(action, model);
  return line === undefined ? undefined : placeOfLine(model.included, line);
}

function lineOf(action: Action, model: Model): number | undefined {
  const virtual = model.virtuals.get(virtualKey(action.service.address));
  if (!virtual || !("destination" in action)) return virtual?.line;
  const key = destinationKey(action.destination);
  return virtual.reals.get(key)?.line ?? (virtual.fallback?.key === key ? virtual.line : undefined);
}

/** Whether an action is about what the configuration has for a fallback alone. */
export function isAboutFallback(action: Action, model: Model): boolean {
  if (!("destination" in action)) return false;
  const virtual = model.virtuals.get(virtualKey(action.service.address));
  const key = destinationKey(action.destination);
  return virtual?.fallback?.key === key && !virtual.reals.has(key);
}
