/**
 * Real servers that an operator has added by hand: each is read as a `real` line at the end of its section.
 */

import { type Amendments, familyOfKey } from "../../model/amendments.ts";
import type { VirtualKey } from "../../model/table.ts";
import { realServer, type RealValue } from "../language/endpoints.ts";
import { realsOf, withReals } from "../language/own_sections.ts";
import type { Section, Setting } from "../language/syntax_tree.ts";
import type { Load } from "./facts.ts";
import type { WantedHost } from "./names.ts";

/** What a real server is called that does not stand in the file. */
export const BY_OPERATOR = "operator";

/** Returns a section with the real servers that were added to its virtual service. */
export function withAdded({ facts: { amendments }, problems }: Load, section: Section, key: VirtualKey): Section {
  const lines = amendments.added.filter(({ virtual }) => virtual === key);
  if (lines.length === 0) return section;
  const { line, column, length } = section.opening;
  const added = lines.flatMap(({ line: text }): Setting<RealValue>[] => {
    const reading = realServer.read(text);
    if ("value" in reading) return [{ value: reading.value, line, column, length, origin: BY_OPERATOR }];
    problems.error({ line, column, length }, `${text}: ${reading.mistake.text}`, reading.mistake.hint);
    return [];
  });
  return withReals(section, [...realsOf(section), ...added]);
}

/** Returns the names of hosts that were added. */
export function addedHosts({ added }: Amendments): readonly WantedHost[] {
  return added.flatMap(({ virtual, line }) => {
    const reading = realServer.read(line);
    if (!("value" in reading)) return [];
    const { host, last } = reading.value;
    const names = [host, last].flatMap((ref) => ref && ref.ip === undefined ? [ref.text] : []);
    return names.map((name) => ({ name, family: familyOfKey(virtual) }));
  });
}
