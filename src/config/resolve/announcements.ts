/**
 * Where the addresses of virtual services are announced.
 */

import type { AnnouncePlace } from "../../model/announcement.ts";
import type { ServiceSettings } from "../../model/table.ts";
import { announcementOf, type VirtualService } from "../../model/virtual_service.ts";
import type { Section } from "../language/syntax_tree.ts";
import type { Load } from "./facts.ts";

/** Returns where a section's address is announced; a firewall mark has none. */
export function resolveAnnounce(
  { globals, problems }: Load,
  { settings: { announce: own } }: Section,
  { address }: ServiceSettings,
): AnnouncePlace | undefined {
  const setting = own ?? globals.announce;
  if (!setting || setting.value === "none") return undefined;
  if (address.kind !== "fwm") return setting.value;
  if (own) {
    problems.error(
      own,
      "a firewall mark has no address to announce",
      "leave announce out, and use quorumcommand instead",
    );
  }
  return undefined;
}

/** A virtual service with the section that it comes from. */
export interface Resolved {
  readonly section: Section;
  readonly virtual: VirtualService;
}

/** Virtual services of one address decide together, and must do so by one rule. */
export function refuseMixedAnnouncements({ globals, problems }: Load, all: Iterable<Resolved>): void {
  const first = new Map<string, VirtualService>();
  for (const { section: { head, settings }, virtual } of all) {
    const announcement = announcementOf(virtual);
    if (!announcement) continue;
    const { announceWhen } = virtual;
    const key = `${announcement.name} ${announcement.address}`;
    const other = first.get(key) ?? virtual;
    first.set(key, other);
    if (other.announceWhen === announceWhen) continue;
    problems.error(
      settings.announcewhen ?? globals.announcewhen ?? head,
      `announcewhen is ${announceWhen} for ${virtual.label}, and ${other.announceWhen} for ${other.label} at ` +
        `${problems.lineName(other.line)}, which has the same address`,
      "give all virtual services of an address the same announcewhen",
    );
  }
}
