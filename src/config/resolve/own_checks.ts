/**
 * The checks of a section's real servers, of which some have directives of their own.
 */

import type { ServiceSettings } from "../../model/table.ts";
import type { RealValue } from "../language/endpoints.ts";
import { alone, isUnchecked, realsOf, withReals } from "../language/own_sections.ts";
import type { Section, Setting } from "../language/syntax_tree.ts";
import { type PolicyMaker, resolveChecks } from "./checks.ts";
import { within } from "./endpoint.ts";
import type { Load } from "./facts.ts";

/**
 * Reads a section's check settings; the result makes the policies of each of its `real` lines. A line that has directives of its
 * own is checked as if it stood alone in a section that has these in place of the others.
 */
export function resolveOwnChecks(
  load: Load,
  section: Section,
  settings: ServiceSettings,
): (real: Setting<RealValue>) => PolicyMaker {
  const lines = realsOf(section);
  const sharing = lines.filter(({ own }) => !own);
  // Where each has directives of its own, what the section lacks may be in these.
  const shared = sharing.length > 0 || lines.length === 0
    ? resolveChecks(load, sharing.length < lines.length ? withReals(section, sharing) : section, settings)
    : undefined;
  return (real) => {
    if (!real.own && shared) return shared(real);
    refuseTwice(load, real);
    return resolveChecks(withInheritedSentinel(load, section, real), alone(section, real), settings)(real);
  };
}

/** A sentinel of the section is for those of its real servers that can have one, as a global one is for sections. */
function withInheritedSentinel(load: Load, { settings: { sentinel } }: Section, real: Setting<RealValue>): Load {
  const isOff = isUnchecked(real.own?.settings ?? {});
  const inherited = isOff ? undefined : sentinel ?? load.globals.sentinel;
  return { ...load, globals: { ...load.globals, sentinel: inherited } };
}

/** What the line of a real server says itself cannot stand between its braces, too. */
function refuseTwice({ problems }: Load, { own, value: { pair, checkMark }, ...place }: Setting<RealValue>): void {
  const { request, receive, checkmark } = own?.settings ?? {};
  const hint = "write it in one of the two places";
  for (const setting of [pair && request, pair && receive]) {
    if (setting) problems.error(setting, "the line of this real server has a request and receive already", hint);
  }
  if (checkMark && checkmark) {
    problems.error(
      within({ ...place, value: undefined }, checkMark),
      "checkmark is given between the braces, too",
      hint,
    );
  }
}
