/**
 * The values of directives in YAML, each read by its directive's own grammar.
 */

import { isMap, isScalar, isSeq, type Node, type Scalar, type YAMLMap } from "yaml";
import { closest } from "../language/closest.ts";
import type { Directive } from "../language/directive.ts";
import { type DirectiveName, findDirective } from "../language/directives.ts";
import { isList, readText } from "../language/grammar.ts";
import type { ProblemList } from "../language/problem.ts";
import { shownName } from "../language/shown.ts";
import { inRow, OWN_KEY, type Part, type Parts, type Structure, structureOf } from "../language/structured.ts";
import type { Setting } from "../language/syntax_tree.ts";
import { type Nodes, textOf } from "./nodes.ts";
import type { Places } from "./places.ts";

/** What a value means, and what is written. */
export interface ReadValue {
  readonly setting: Setting<unknown>;
  readonly written: string | Parts;
  /** The directives that are for a real server alone. */
  readonly own?: YAMLMap;
}

/** The values of one document. What is wrong with them is added to the problems. */
export class Values {
  readonly #nodes: Nodes;
  readonly #places: Places;
  readonly #problems: ProblemList;

  constructor(nodes: Nodes, places: Places, problems: ProblemList) {
    this.#nodes = nodes;
    this.#places = places;
    this.#problems = problems;
  }

  /** Returns what a value means, and what is written; `undefined` when it cannot be read, which was reported. */
  read(
    name: DirectiveName,
    row: Directive<unknown>,
    node: Node | null,
  ): ReadValue | undefined {
    const structure = structureOf(name);
    if (structure && isMap(node)) return this.#parts(name, structure, node);
    if (isSeq(node) && isList(row.value)) return this.#list(name, row, this.#nodes.elements(node));
    const scalar = this.scalar(name, node, row.value.form);
    if (!scalar) return undefined;
    const text = wordForTruth(scalar, row) ?? textOf(scalar);
    const reading = readText(row.value, text);
    if ("mistake" in reading) return this.mistake(name, scalar, reading.mistake);
    return { setting: this.setting(scalar, reading.value), written: structure?.split(text) ?? text };
  }

  /** Words one by one, read as if they stood in a row with commas between. */
  #list(name: DirectiveName, row: Directive<unknown>, nodes: readonly Node[]) {
    const scalars = nodes.map((node) => this.scalar(name, node, row.value.form));
    if (scalars.some((scalar) => !scalar) || scalars.length === 0) {
      if (scalars.length === 0) this.#problems.error(this.#places.at(0, 0), `${name} needs a value`);
      return undefined;
    }
    const words = scalars.map((scalar) => textOf(scalar!));
    const text = words.join(", ");
    const reading = readText(row.value, text);
    if ("value" in reading) return { setting: this.setting(scalars[0]!, reading.value), written: text };
    let start = 0;
    const wrong = words.findIndex((word) => (start += word.length + 2) > reading.mistake.at);
    const at = reading.mistake.at - (start - words[wrong].length - 2);
    return this.mistake(name, scalars[wrong]!, { ...reading.mistake, at });
  }

  /** A value in parts, read as if they stood in a row. */
  #parts(name: DirectiveName, structure: Structure, node: YAMLMap) {
    const given = new Map<string, Scalar>();
    let own: ReadValue["own"];
    for (const { key, name: part, value } of this.#nodes.items(node, false)) {
      if (structure.takesBlock && part === OWN_KEY) {
        if (isMap(value)) own = value;
        else this.#problems.error(this.#places.of(value ?? key), `${name}'s ${OWN_KEY} is a mapping of directives`);
        continue;
      }
      const known = structure.parts.find((each) => each.key === part);
      if (!known) {
        const near = closest(part, structure.parts.map((each) => each.key));
        const hint = near
          ? `did you mean ${near}?`
          : structure.takesBlock && findDirective(part)
          ? `write it below ${OWN_KEY}: for this real server alone`
          : `there are ${structure.parts.map((each) => each.key).join(", ")}`;
        this.#problems.error(this.#places.of(key), `${name} has no ${shownName(part, ": x") ?? "such part"}`, hint);
        continue;
      }
      const scalar = this.scalar(`${name}'s ${part}`, value, "text");
      if (scalar) given.set(part, scalar);
    }
    const missing = structure.parts.find((part) => part.required && !given.has(part.key));
    if (missing) {
      this.#problems.error(this.#places.of(node), `${name} needs ${missing.key}`, missing.doc);
      return undefined;
    }
    const alone = ["request", "receive"].filter((part) => given.has(part));
    if (structure.pairs && alone.length === 1) {
      const other = alone[0] === "request" ? "receive" : "request";
      this.#problems.error(
        this.#places.of(given.get(alone[0])!),
        `${name}: ${alone[0]} without ${other}`,
        `add ${other}: ""`,
      );
      return undefined;
    }
    const read = this.#readParts(name, structure, given);
    return read && { ...read, own };
  }

  #readParts(name: DirectiveName, structure: Structure, given: ReadonlyMap<string, Scalar>) {
    const texts: Parts = new Map([...given].map(([part, scalar]) => [part, textOf(scalar)]));
    const { request = "", receive = "" } = Object.fromEntries(texts);
    const strings = texts.has("request") || texts.has("receive") ? { request, receive } : undefined;
    const inOrder = structure.parts.filter((part) => part.inRow && texts.has(part.key));
    const spread = inOrder.find(({ key }) => /\s/.test(texts.get(key)!));
    if (spread) {
      const message = `${name}: there is a blank in ${spread.key}`;
      this.#problems.error(this.#places.of(given.get(spread.key)!), message);
      return undefined;
    }
    const row = inRow(structure, new Map([...texts].filter(([key]) => key !== "request" && key !== "receive")));
    const reading = structure.read(row, strings);
    if ("value" in reading) {
      return { setting: this.setting(given.get(inOrder[0].key)!, reading.value), written: texts };
    }
    const { part, at } = partAt(inOrder, texts, reading.mistake.at);
    return this.mistake(`${name}'s ${part.key}`, given.get(part.key)!, { ...reading.mistake, at });
  }

  /** Returns a node that is a single value; `undefined` for any other, which was reported. */
  scalar(name: string, node: Node | null, form: string): Scalar | undefined {
    if (isScalar(node) && node.value !== null) return node;
    if (node && !isScalar(node)) {
      this.#problems.error(this.#places.of(node), `${name} is one value, not several`, `write ${form}`);
    } else this.#problems.error(this.#places.of(node), `${name} needs a value`, `write ${name}: ${form}`);
    return undefined;
  }

  /** Reports a mistake in a scalar, at its place within the text. */
  mistake(
    subject: string,
    scalar: Scalar,
    { at, length, text, hint }: {
      readonly at: number;
      readonly length: number;
      readonly text: string;
      readonly hint?: string;
    },
  ): undefined {
    const whole = this.#places.of(scalar);
    const column = Math.min(whole.column + at, whole.column + Math.max(0, whole.length - 1));
    const place = {
      line: whole.line,
      column,
      length: Math.max(1, Math.min(length, whole.column + whole.length - column)),
    };
    this.#problems.error(place, withSubject(subject, text), hint);
  }

  /** Returns what a scalar means, with its place. */
  setting<T>(scalar: Scalar, value: T): Setting<T> {
    return { value, ...this.#places.of(scalar) };
  }
}

/** Where yes and no, or on and off, are among the words, YAML's true and false stand for them. */
function wordForTruth({ value }: Scalar, { value: { form } }: Directive<unknown>): string | undefined {
  if (typeof value !== "boolean") return undefined;
  const pair = [["yes", "no"], ["on", "off"]].find(([word]) => form.split("|").includes(word));
  return pair?.[value ? 0 : 1];
}

/** The part that stands at an offset of the row, and the offset within it. */
function partAt(parts: readonly Part[], texts: Parts, offset: number): { readonly part: Part; readonly at: number } {
  let start = 0;
  for (const part of parts) {
    const text = texts.get(part.key)!;
    const word = part.inRow!(text);
    if (offset < start + word.length + 1) {
      return { part, at: Math.max(0, offset - start - (word.length - text.length)) };
    }
    start += word.length + 1;
  }
  return { part: parts[parts.length - 1], at: 0 };
}

function withSubject(subject: string, text: string): string {
  return text.startsWith("must ") ? `${subject} ${text}` : `${subject}: ${text}`;
}
