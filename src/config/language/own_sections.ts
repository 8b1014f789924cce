/**
 * Sections as they are for some of their real servers: one that has directives of its own is as if it stood alone in a section
 * that has these in place of the others.
 */

import { ofFamily } from "./directive_facts.ts";
import type { RealValue } from "./endpoints.ts";
import type { Section, Setting, Settings } from "./syntax_tree.ts";

/** Returns a section's `real` lines, or those of `real6`. */
export function realsOf({ family, settings }: Section): readonly Setting<RealValue>[] {
  return settings[ofFamily("real", family)] ?? [];
}

/** Returns the section as it is for some of its `real` lines. */
export function withReals(section: Section, reals: readonly Setting<RealValue>[], own: Settings = {}): Section {
  return { ...section, settings: { ...section.settings, ...own, [ofFamily("real", section.family)]: reals } };
}

/** Returns the section as it is for one `real` line. */
export function alone(section: Section, real: Setting<RealValue>): Section {
  const own = real.own?.settings ?? {};
  const { sentinel: _, ...inherited } = section.settings;
  // One that is not checked has no use for what is added to checks.
  if (isUnchecked(own)) {
    delete inherited.alsocheck;
    delete inherited.agentport;
  }
  // Each of these stands in for the other, and a key goes with one certificate: not with that which the server brings.
  if (own.checktimeout || own.negotiatetimeout) {
    delete inherited.checktimeout;
    delete inherited.negotiatetimeout;
  }
  if (own.tlscertfile) delete inherited.tlskeyfile;
  return withReals({ ...section, settings: inherited }, [real], own);
}

/** Whether these directives say that a server is not checked. */
export function isUnchecked({ checktype, service }: Settings): boolean {
  return checktype?.value === "on" || checktype?.value === "off" || (service?.value === "none" && !checktype);
}
