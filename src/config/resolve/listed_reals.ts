/**
 * Real servers that stand in lists elsewhere (`reals`): each is read as a `real` line of its section.
 */

import { valueIn } from "./value_in.ts";
import type { Family } from "../../model/address.ts";
import { type KnownLists, listKey, listName, realLine, type RealList, type WantedList } from "../../model/real_list.ts";
import { realServer, type RealValue } from "../language/endpoints.ts";
import { realsOf, withReals } from "../language/own_sections.ts";
import type { Section, Setting, SyntaxTree } from "../language/syntax_tree.ts";
import type { Load } from "./facts.ts";
import type { WantedHost } from "./names.ts";

/** Returns the lists that a tree asks for, each once: looked up as often as the most impatient section wants. */
export function wantedLists({ globals, sections }: SyntaxTree): readonly WantedList[] {
  const wanted = new Map<string, WantedList>();
  for (const { family, settings } of sections) {
    const interval = valueIn("resolveinterval", settings, globals);
    const least = valueIn("resolvemin", settings, globals);
    for (const { value: list } of settings.reals ?? []) {
      const key = listKey(list, family);
      const known = wanted.get(key);
      wanted.set(key, {
        key,
        list,
        family,
        interval: Math.min(interval, known?.interval ?? interval),
        least: Math.max(least, known?.least ?? least),
      });
    }
  }
  return [...wanted.values()];
}

/** Returns a section with the real servers of its lists. */
export function withListed({ facts: { lists }, problems }: Load, section: Section): Section {
  const { reals = [] } = section.settings;
  if (reals.length === 0) return section;
  const listed = reals.flatMap((setting): Setting<RealValue>[] => {
    const { value: list, line, column, length } = setting;
    const entries = lists.get(listKey(list, section.family));
    if (!entries) {
      problems.warning(setting, `${listName(list)} could not be looked up: it gives no real server until it can`);
      return [];
    }
    return entries.flatMap((entry) => {
      const value = valueOf(list, section.family, entry);
      return value ? [{ value, line, column, length, origin: listName(list) }] : [];
    });
  });
  return withReals(section, [...realsOf(section), ...listed]);
}

/** Returns the names of hosts that stand in lists. */
export function listedHosts(wanted: readonly WantedList[], known: KnownLists): readonly WantedHost[] {
  return wanted.flatMap(({ key, list, family }) =>
    (list.kind === "file" ? known.get(key) ?? [] : []).flatMap((entry) => {
      const { host, last } = valueOf(list, family, entry) ?? {};
      return [host, last].flatMap((ref) => ref && ref.ip === undefined ? [{ name: ref.text, family }] : []);
    })
  );
}

function valueOf(list: RealList, family: Family, entry: string): RealValue | undefined {
  const reading = realServer.read(realLine(list, family, entry));
  return "value" in reading ? reading.value : undefined;
}
