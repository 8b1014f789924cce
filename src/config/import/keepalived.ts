/**
 * keepalived's virtual_server blocks as a configuration of ours, and what could not be carried over (keepalived.conf(5)).
 */

import type { Outline, OutlineSection } from "../cf/outline.ts";
import { globalsOf } from "./globals.ts";
import { addressedServers } from "./groups.ts";
import { type Note, parseKeepalived, type Statement } from "./keepalived_syntax.ts";
import { Notes } from "./notes.ts";
import { sectionsOf } from "./virtual_servers.ts";

/** What came of a keepalived.conf. */
export interface Carried {
  readonly outline: Outline;
  readonly notes: readonly Note[];
}

/** Blocks that are carried over. */
const CARRIED = new Set(["global_defs", "virtual_server", "virtual_server_group"]);

/** Blocks that are about something else than virtual services. */
const FOREIGN: ReadonlyMap<string, string> = new Map(Object.entries({
  vrrp_instance: "ldirectord moves no addresses: let keepalived --vrrp go on with it, or use heartbeat or Pacemaker",
  vrrp_sync_group: "ldirectord moves no addresses: see vrrp_instance",
  vrrp_script: "it belongs to vrrp",
  vrrp_track_process: "it belongs to vrrp",
  static_ipaddress: "addresses are the system's to set",
  static_routes: "routes are the system's to set",
  static_rules: "routing rules are the system's to set",
  include: "other files are not followed: convert them one by one",
}));

/** Reads a keepalived.conf. */
export function fromKeepalived(text: string): Carried {
  const { statements, flaws } = parseKeepalived(text);
  const notes = new Notes();
  notes.add(flaws);
  notes.add(statements.filter(({ keyword }) => !CARRIED.has(keyword)).map(foreignNote));
  const globals = statements.filter(({ keyword }) => keyword === "global_defs");
  const servers = notes.take(addressedServers(statements));
  const outline = {
    globals: globals.flatMap((each) => notes.take(globalsOf(each))),
    sections: [...Map.groupBy(servers, ({ statement }) => statement).values()].flatMap((members) =>
      sharedSections(members.flatMap((server) => notes.take(sectionsOf(server))))
    ),
    end: [],
  };
  return { outline, notes: notes.sorted() };
}

/** Returns sections of a group's members; those that say the same of several virtual services become one. */
function sharedSections(sections: readonly OutlineSection[]): readonly OutlineSection[] {
  if (sections.length < 2) return sections;
  const bodyOf = ({ head, entries }: OutlineSection) =>
    JSON.stringify([
      head.name,
      entries.map(({ name, value }) => [name, typeof value === "string" ? value : [...value]]),
    ]);
  return [...Map.groupBy(sections, bodyOf).values()].map(([{ head, entries }, ...others]) => ({
    head: { ...head, value: [head, ...others.map((each) => each.head)].map(({ value }) => value).join(", ") },
    entries,
  }));
}

function foreignNote({ keyword, line }: Statement): Note {
  return { line, text: `${keyword} is left out: ${FOREIGN.get(keyword) ?? "there is nothing like it here"}` };
}
