/**
 * What two directors do not have in common, in plain words. Pure.
 *
 * | what differs     | from what it is seen                                                           |
 * | ---------------- | ------------------------------------------------------------------------------ |
 * | configuration    | what the configurations in force say, and what only one of them has            |
 * | by hand          | real servers that were added, removed, drained or given a weight by an operator, or are in maintenance |
 * | health           | real servers that are up on one of them alone, and a fallback that serves       |
 * | table            | weights in the kernel's table that nothing of the above explains                |
 * | order            | `mh` and `sh` alone: the kernel has the same real servers in another order      |
 */

import type { ToldReal, ToldStatus, ToldVirtual } from "./told_status.ts";

/** A director that is compared. */
export interface Compared {
  /** Where it says what it says, as it follows a sentence: `here`, `at b:9780`, `in b.json`. */
  readonly where: string;
  readonly status: ToldStatus;
}

/** The kinds of differences. */
export type DifferenceKind = "configuration" | "by hand" | "health" | "table" | "order";

/** One difference. */
export interface Difference {
  readonly kind: DifferenceKind;
  /** As logs name it; null: of the director as a whole. */
  readonly virtual: string | null;
  readonly real: string | null;
  readonly text: string;
}

/** Returns what two directors do not have in common; nothing when they hold the same by all that both know. */
export function differencesOf(one: Compared, other: Compared): readonly Difference[] {
  const found: Difference[] = [];
  for (const key of union(one.status.virtuals, other.status.virtuals)) {
    const [virtual, twin] = [one.status.virtuals.get(key), other.status.virtuals.get(key)];
    if (virtual && twin) found.push(...ofVirtual([one, other], virtual, twin));
    else found.push({ kind: "configuration", ...of((virtual ?? twin)!), text: onlyIn(virtual ? one : other) });
  }
  const [digest, otherDigest] = [one.status.digest, other.status.digest];
  if (found.length === 0 && bothDiffer(digest.table, otherDigest.table)) {
    const text = "the tables differ in what a reload has removed, and still drains on one of them";
    found.push({ kind: "table", virtual: null, real: null, text });
  }
  return found;
}

type Pair = readonly [Compared, Compared];

function ofVirtual(pair: Pair, virtual: ToldVirtual, twin: ToldVirtual): readonly Difference[] {
  const found: Difference[] = [...ofSettings(pair, of(virtual), virtual.settings, twin.settings)];
  for (const name of union(virtual.reals, twin.reals)) {
    const [real, other] = [virtual.reals.get(name), twin.reals.get(name)];
    const subject = { ...of(virtual), real: name };
    if (real && other) found.push(...ofReal(pair, subject, real, other));
    else found.push(ofLonelyReal(pair, subject, real, other));
  }
  if (virtual.fallbackServes !== twin.fallbackServes) {
    const text = said(
      pair,
      (serves) => serves ? "the fallback serves" : "not",
      virtual.fallbackServes,
      twin.fallbackServes,
    );
    found.push({ kind: "health", ...of(virtual), text });
  }
  const kinds = new Set(found.map(({ kind }) => kind));
  if (
    virtual.digest.configuration !== twin.digest.configuration && !kinds.has("configuration") && !kinds.has("by hand")
  ) {
    const text = "differs in what no status shows: quorum, hysteresis, failopen or connection thresholds";
    found.push({ kind: "configuration", ...of(virtual), text });
  }
  if (found.length === 0 && bothDiffer(virtual.digest.table, twin.digest.table)) {
    const text = "the tables differ, and nothing that status shows: ask again, one of them may have been changing";
    found.push({ kind: "table", ...of(virtual), text });
  }
  if (bothDiffer(virtual.digest.order, twin.digest.order) && sameInKernel(virtual, twin)) {
    const text = "the kernel has the real servers in another order: a few clients get another real server";
    found.push({ kind: "order", ...of(virtual), text });
  }
  return found;
}

interface Subject {
  readonly virtual: string;
  readonly real: string | null;
}

/** States in which a real server is held out on purpose: by an operator, or a maintenance file. */
const HELD: ReadonlySet<string> = new Set(["drained", "disabled", "maintenance"]);

function ofReal(pair: Pair, subject: Subject, real: ToldReal, other: ToldReal): readonly Difference[] {
  const found: Difference[] = [...ofSettings(pair, subject, real.settings, other.settings)];
  if (real.ordered !== other.ordered) {
    const text = said(pair, orderText, real.ordered, other.ordered);
    found.push({ kind: "by hand", ...subject, text });
  }
  if (real.state !== other.state) {
    const kind = HELD.has(real.state) || HELD.has(other.state) ? "by hand" : "health";
    found.push({ kind, ...subject, text: said(pair, stateText, real, other) });
  }
  if (found.length === 0 && real.weight !== other.weight && areKnown(pair)) {
    found.push({ kind: "table", ...subject, text: said(pair, weightText, real.weight, other.weight) });
  }
  return found;
}

function ofLonelyReal(
  pair: Pair,
  subject: Subject,
  real: ToldReal | undefined,
  other: ToldReal | undefined,
): Difference {
  const [having, lacking] = real ? pair : pair.toReversed();
  const name = `${subject.virtual} ${subject.real}`;
  if (lacking.status.removed.has(name)) {
    return { kind: "by hand", ...subject, text: `removed by hand ${lacking.where}` };
  }
  if ((real ?? other)!.isAddedByHand) return { kind: "by hand", ...subject, text: `added by hand ${having.where}` };
  return { kind: "configuration", ...subject, text: onlyIn(having) };
}

function* ofSettings(
  pair: Pair,
  subject: Subject,
  settings: ReadonlyMap<string, string>,
  others: ReadonlyMap<string, string>,
): Iterable<Difference> {
  for (const [name, value] of settings) {
    const other = others.get(name)!;
    if (value === other) continue;
    yield { kind: "configuration", ...subject, text: `${name}: ${said(pair, (each) => each, value, other)}` };
  }
}

/** `up here, down at b:9780`. */
function said<T>([one, other]: Pair, text: (value: T) => string, value: T, otherValue: T): string {
  return `${text(value)} ${one.where}, ${text(otherValue)} ${other.where}`;
}

function stateText({ state, why }: ToldReal): string {
  return state === "up" || state === "unchecked" ? state : `${state} (${why})`;
}

function orderText(weight: number | null): string {
  return weight === null ? "no order" : `weight ${weight} by the operator`;
}

function weightText(weight: number | null): string {
  return weight === null ? "not in the kernel's table" : `weight ${weight} in the kernel's table`;
}

function onlyIn({ where }: Compared): string {
  return `only ${where}`;
}

function of({ virtual }: ToldVirtual): Subject {
  return { virtual, real: null };
}

/** Whether it is known of both what their tables hold. */
function areKnown(pair: Pair): boolean {
  return pair.every(({ status }) => status.digest.table !== null);
}

/** Whether the kernels have the same real servers, at whatever weights. */
function sameInKernel(virtual: ToldVirtual, twin: ToldVirtual): boolean {
  const names = ({ reals }: ToldVirtual) =>
    [...reals].filter(([, { weight }]) => weight !== null).map(([name]) => name);
  return names(virtual).sort().join() === names(twin).sort().join();
}

function bothDiffer(one: string | null, other: string | null): boolean {
  return one !== null && other !== null && one !== other;
}

function union<K>(one: ReadonlyMap<K, unknown>, other: ReadonlyMap<K, unknown>): Iterable<K> {
  return new Set([...one.keys(), ...other.keys()]);
}
