/**
 * YAML's nodes as directives and lists: aliases are followed and mappings merged, in bounds.
 */

import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, type Scalar, type YAMLMap } from "yaml";
import type { ProblemList } from "../language/problem.ts";
import { shownName } from "../language/shown.ts";
import type { YamlDocument } from "./document.ts";
import type { Places } from "./places.ts";

/** Values that aliases may have read again. */
const MOST_REPEATED = 50_000;

/** A directive of a mapping: its name, where that stands, and its value. */
export interface Item {
  readonly key: Scalar;
  readonly name: string;
  readonly value: Node | null;
}

/** The nodes of one document. What is wrong with them is added to the problems. */
export class Nodes {
  readonly #doc: YamlDocument;
  readonly #places: Places;
  readonly #problems: ProblemList;
  /** Mappings and lists that were read, and how many values of them again. */
  readonly #read = new Set<Node>();
  #repeated = 0;

  constructor(doc: YamlDocument, places: Places, problems: ProblemList) {
    this.#doc = doc;
    this.#places = places;
    this.#problems = problems;
  }

  /**
   * Returns a mapping's directives; those of merged mappings (`<<`) come after its own, and only where it has none. One that is
   * merged again, perhaps into itself, has nothing to add.
   */
  items(map: YAMLMap, isRoot: boolean, merged: Set<YAMLMap> = new Set()): readonly Item[] {
    if (merged.has(map) || this.#isTooMuch(map, map.items.length)) return [];
    merged.add(map);
    const seen = new Set<string>();
    const own: Item[] = [];
    const further: Item[] = [];
    for (const pair of map.items as Pair<unknown, unknown>[]) {
      const key = pair.key;
      const value = this.resolved(pair.value as Node | null);
      if (!isScalar(key)) {
        this.#problems.error(this.#places.of(key as Node), "the name of a directive is expected here");
        continue;
      }
      if (seen.has(textOf(key))) {
        this.#problems.error(this.#places.of(key), `${shownName(textOf(key), ": x") ?? "a name"} is given twice here`);
      }
      seen.add(textOf(key));
      if (value === undefined) this.#problems.unread.add(textOf(key));
      else if (textOf(key) === "<<") {
        for (const each of this.elements(value)) {
          if (isMap(each)) { for (const item of this.items(each, isRoot, merged)) further.push(item); }
          else this.#problems.error(this.#places.of(each), "<< merges mappings, and this is none");
        }
      } else if (!isRoot || !textOf(key).startsWith("x-")) own.push({ key, name: textOf(key), value });
    }
    const names = new Set(own.map(({ name }) => name));
    return [...own, ...further.filter(({ name }) => !names.has(name) && names.add(name))];
  }

  /** Returns the elements of a list; what is no list is its own only element. */
  elements(node: Node | null | undefined): readonly Node[] {
    if (!isSeq(node)) return node ? [node] : [];
    if (this.#isTooMuch(node, node.items.length)) return [];
    return (node.items as Node[]).flatMap((item) => this.resolved(item) ?? []);
  }

  /** Whether a node has been read so often that it is too much: aliases of aliases multiply without an end. */
  #isTooMuch(node: Node, count: number): boolean {
    if (!this.#read.has(node)) {
      this.#read.add(node);
      return false;
    }
    this.#repeated += count;
    if (this.#repeated <= MOST_REPEATED) return false;
    this.#problems.error(this.#places.of(node), `aliases repeat more than ${MOST_REPEATED} values`);
    return true;
  }

  /** Returns what an alias stands for; `undefined` when that is nothing, which was reported. */
  resolved(node: Node | null | undefined): Node | null | undefined {
    if (!isAlias(node)) return node ?? null;
    const meant = this.#doc.meant.get(node);
    if (!meant) {
      const hint = "a value that begins with * stands in quotes";
      this.#problems.error({ ...this.#places.of(node), length: 1 }, "this alias has no anchor above", hint);
    }
    return meant;
  }
}

/** Returns what a scalar says, as it is written where that matters: 0x10 and 1e3 are no numbers of ours. */
export function textOf(scalar: Scalar): string {
  return typeof scalar.value === "string" ? scalar.value : scalar.source ?? String(scalar.value);
}
