/**
 * What is allowed, and yet seldom what was meant: one row a lint. Pure. `ldirectord check` asks these questions; a daemon
 * never does.
 */

import type { Model } from "../../model/virtual_service.ts";
import type { Problem } from "../language/problem.ts";
import type { SyntaxTree } from "../language/syntax_tree.ts";
import { CHECK_LINTS } from "./checks.ts";
import { FILE_LINTS } from "./files.ts";
import type { Finding, Lint, LintFacts, Subject } from "./lint.ts";
import { MAIL_LINTS } from "./mail.ts";
import { NETWORK_LINTS } from "./networks.ts";
import { PAGE_LINTS } from "./pages.ts";
import { QUORUM_LINTS } from "./quorum.ts";
import { REAL_LINTS } from "./reals.ts";
import { SCHEDULER_LINTS } from "./schedulers.ts";
import { SERVICE_LINTS } from "./services.ts";
import { TIMING_LINTS } from "./timing.ts";

/** Of one lint this many places are reported. */
const MOST_OF_EACH = 10;

/** The questions, by the names that `check --ignore` takes. */
export const LINTS: Readonly<Record<string, Lint>> = {
  ...SCHEDULER_LINTS,
  ...CHECK_LINTS,
  ...REAL_LINTS,
  ...SERVICE_LINTS,
  ...PAGE_LINTS,
  ...TIMING_LINTS,
  ...QUORUM_LINTS,
  ...NETWORK_LINTS,
  ...FILE_LINTS,
  ...MAIL_LINTS,
};

/** Asks every lint that is not to be ignored. In the file's order; of one lint the first places only. */
export function lint(
  tree: SyntaxTree,
  model: Model,
  facts: LintFacts,
  ignored: ReadonlySet<string> = new Set(),
): readonly Problem[] {
  // A tree without errors has a section for each virtual service, in the same order.
  const virtuals = [...model.virtuals.values()];
  const views = tree.sections.map((section, i) => ({ section, virtual: virtuals[i] }));
  const subject: Subject = { tree, model, facts, views };
  const problems = Object.entries(LINTS).flatMap(([name, { why, find }]) =>
    ignored.has(name)
      ? []
      : bounded(find(subject)).map(({ severity = "warning", place: { line, column, length }, text, fix }): Problem => ({
        severity,
        line,
        column,
        length,
        text,
        hint: fix,
        lint: name,
        why,
      }))
  );
  return problems.sort((a, b) => a.line - b.line || a.column - b.column);
}

/** Each finding once, and not more of them than a person reads. */
function bounded(findings: Iterable<Finding>): Finding[] {
  const kept = new Map<string, Finding>();
  for (const finding of findings) {
    const { place: { line, column }, text } = finding;
    const identity = `${line}:${column} ${text}`;
    if (kept.size < MOST_OF_EACH && !kept.has(identity)) kept.set(identity, finding);
  }
  return [...kept.values()];
}
