/**
 * What a lint is, and what it may look at.
 */

import type { Network } from "../../model/address.ts";
import type { Check } from "../../model/check.ts";
import {
  checksOf,
  type Model,
  type RealServer,
  type VirtualService,
  withOwnCounts,
} from "../../model/virtual_service.ts";
import { alone, realsOf, withReals } from "../language/own_sections.ts";
import type { Place, Severity } from "../language/problem.ts";
import type { Section, Settings, SyntaxTree } from "../language/syntax_tree.ts";

/** The machine, as far as lints ask. What is absent is not known, and then nothing is said of it. */
export interface LintFacts {
  /** The permission bits of the configuration's files, by their paths. */
  readonly fileModes?: ReadonlyMap<string, number>;
  /** Patterns of `include` that match no file. */
  readonly emptyIncludes?: readonly Place[];
  /** The networks that the interfaces of this machine are in. */
  readonly networks?: readonly Network[];
  /** Whether net.ipv4.vs.expire_quiescent_template is set. */
  readonly expireQuiescentTemplate?: boolean;
  /** The schedulers that the machine's kernel has or can load; empty where it does not say. */
  readonly schedulers?: ReadonlySet<string>;
  /** Programs and files that the configuration names and that cannot be used here, each with why; see `namedFiles`. */
  readonly unusable?: ReadonlyMap<string, string>;
  /** Whether OpenSSL's library is here. */
  readonly openSsl?: boolean;
}

/** Something that a lint found. */
export interface Finding {
  /** Absent: a warning. */
  readonly severity?: Severity;
  readonly place: Place;
  readonly text: string;
  /** What to write or do instead. */
  readonly fix: string;
}

/** A section of the file with what it came to mean. */
export interface View {
  readonly section: Section;
  readonly virtual: VirtualService;
}

/** All that a lint may look at. */
export interface Subject {
  readonly tree: SyntaxTree;
  readonly model: Model;
  readonly facts: LintFacts;
  readonly views: readonly View[];
}

/** One question. */
export interface Lint {
  /** Why it matters, for a reader who sees it for the first time. */
  readonly why: string;
  find(subject: Subject): Iterable<Finding>;
}

/** A lint that looks at one section at a time. Where virtual services share a section, each place is reported once. */
export function inSections(find: (view: View, subject: Subject) => Iterable<Finding>): Lint["find"] {
  return function* (subject) {
    let [shared, told]: [Settings | undefined, Set<string>] = [undefined, new Set()];
    for (const view of subject.views) {
      const { settings } = view.section;
      if (settings !== shared) [shared, told] = [settings, new Set()];
      const found = [...find(view, subject)].filter(({ place }) => !told.has(`${place.line}:${place.column}`));
      for (const { place } of found) told.add(`${place.line}:${place.column}`);
      yield* found;
    }
  };
}

/** A lint that looks at one section at a time, and at each of its real servers that has directives of its own by itself. */
export function inVariants(find: (view: View, subject: Subject) => Iterable<Finding>): Lint["find"] {
  return inSections(function* (view, subject) {
    for (const variant of variantsOf(view)) yield* find(variant, subject);
  });
}

/** Returns a section as it is for those of its real servers that share it, and for each that has directives of its own. */
export function variantsOf(view: View): readonly View[] {
  const { section, virtual } = view;
  const lines = realsOf(section);
  const apart = lines.filter(({ own }) => own);
  if (apart.length === 0) return [view];
  const variant = (section: Section): View => {
    const numbers = new Set(realsOf(section).map(({ line }) => line));
    const reals = new Map([...virtual.reals].filter(([, { line }]) => numbers.has(line)));
    const [first] = reals.values();
    return { section, virtual: { ...virtual, ...first && withOwnCounts(virtual, first), reals } };
  };
  const sharing = withReals(section, lines.filter(({ own }) => !own));
  // A finding about a server's own directive is reported at that directive.
  const placed = ({ line, column, length }: Place) => ({ ...section.head, line, column, length });
  return [sharing, ...apart.map((real) => ({ ...alone(section, real), head: placed(real) }))].map(variant);
}

/** A virtual service as a sentence names it. */
export function nameOf({ label, settings: { address } }: VirtualService): string {
  return address.kind === "fwm" ? `the mark ${label}` : label;
}

/** Returns the file that says a real server's weight, if it has one. */
export function weightFileOf({ policy }: RealServer): string | undefined {
  return checksOf(policy).find(({ method }) => method === "weightfile")?.target.file;
}

/** The main check of each real server that is checked. */
export function mainChecks(virtual: VirtualService): readonly Check[] {
  return [...virtual.reals.values()].flatMap(({ policy }) => policy.kind === "checked" ? [policy.check] : []);
}
