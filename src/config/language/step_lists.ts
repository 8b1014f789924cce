/**
 * Lists of steps: the lines of these directives are gone through from top to bottom.
 */

import type { Directive, StepList } from "./directive.ts";
import { type DirectiveName, DIRECTIVES } from "./directives.ts";
import type { Setting, Settings } from "./syntax_tree.ts";

const ROWS = Object.entries<Directive<unknown>>(DIRECTIVES);

/** The lists that there are. */
export const STEP_LISTS: readonly StepList[] = [...new Set(ROWS.flatMap(([, { stepOf }]) => stepOf ?? []))];

/** Returns the list of a name, if there is one. */
export function stepListNamed(name: string): StepList | undefined {
  return STEP_LISTS.find((list) => list === name);
}

/** Returns the directives that are steps of a list. */
export function stepsOf(list: StepList): readonly DirectiveName[] {
  return ROWS.filter(([, { stepOf }]) => stepOf === list).map(([name]) => name as DirectiveName);
}

/** Returns how many steps of a list a scope has so far. */
export function countSteps(settings: Settings, list: StepList): number {
  return stepsOf(list).reduce((sum, name) => sum + ([settings[name] ?? []].flat() as Setting<unknown>[]).length, 0);
}
