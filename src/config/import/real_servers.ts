/**
 * keepalived's real_server blocks as `real` directives, with the checks that their section has.
 */

import type { Forwarding } from "../../model/table.ts";
import type { Entry } from "../cf/outline.ts";
import { ofFamily } from "../language/directive_facts.ts";
import type { DirectiveName } from "../language/directives.ts";
import type { Parts } from "../language/structured.ts";
import { type CheckSettings, checksOf } from "./checks.ts";
import type { Note, Statement } from "./keepalived_syntax.ts";
import { type Converted, leftOut } from "./notes.ts";
import { bracketed, entry, type FirstOf, forwardingOf, INHERITED, isCheck, UNNEEDED, valueOf } from "./statements.ts";

/** The virtual server that real servers belong to. */
export interface VirtualServer {
  readonly statements: FirstOf;
  readonly method: Forwarding;
  readonly isMark: boolean;
  readonly isSix: boolean;
}

/** A real server as it is read. */
interface Real {
  readonly statement: Statement;
  readonly parts: Parts;
  readonly quiescent: boolean;
  readonly check: CheckSettings;
}

const KNOWN_OF_REAL = new Set(["weight", "lvs_method", "uthreshold", "lthreshold", ...INHERITED]);

/** Returns the real servers of a section; it is checked as the first one is, but for what each may have for itself. */
export function realsOf(statements: readonly Statement[], virtual: VirtualServer): Converted<readonly Entry[]> {
  if (statements.length === 0) return { value: [], notes: [] };
  const converted = statements.map((each) => realOf(each, virtual));
  const reals = converted.map(({ value }) => value);
  const [{ check: common, statement: { line } }] = reals;
  const quiescent = reals.some((real) => real.quiescent);
  const also = alsoText(common);
  const lines = reals.map((real) => lineOf(real, common, also));
  const name = ofFamily("real", virtual.isSix ? 6 : 4);
  return {
    value: [
      entry("quiescent", quiescent ? "yes" : "no", line),
      ...Array.from(common.directives, ([name, value]) => entry(name, value, line)),
      ...common.also.map((value) => ({ ...entry("alsocheck", "", line), value })),
      ...lines.map(({ value }, i) => ({ ...entry(name, "", reals[i].statement.line), value })),
    ],
    notes: [
      ...converted.flatMap(({ notes }) => notes),
      ...quiescent && reals.some((real) => !real.quiescent) ? [quiescentForAll(line)] : [],
      ...lines.flatMap(({ notes }) => notes),
    ],
  };
}

function quiescentForAll(line: number): Note {
  const text = "inhibit_on_failure is taken for all real servers of the section: quiescent counts for them all";
  return { line, text };
}

/** Behind a mark, keepalived does not regard a real server's port, but for its checks. */
function realOf(statement: Statement, { statements, method, isMark }: VirtualServer): Converted<Real> {
  const { words: [address = "", port], block = [] } = statement;
  const { value: check, notes } = checksOf(block, { virtual: statements, port, isMark });
  const parts: readonly (readonly [part: string, value: string | undefined])[] = [
    ["address", port && !isMark ? `${bracketed(address)}:${port}` : bracketed(address)],
    ["forward", forwardingOf(valueOf(block, "lvs_method")) ?? method],
    ["weight", valueOf(block, "weight") ?? "1"],
    ["lower", valueOf(block, "lthreshold") || undefined],
    ["upper", valueOf(block, "uthreshold") || undefined],
    ["checkip", check.checkIp ? bracketed(check.checkIp) : undefined],
  ];
  const unknown = block.filter((each) =>
    !KNOWN_OF_REAL.has(each.keyword) && !UNNEEDED.has(each.keyword) && !isCheck(each)
  );
  const real = {
    statement,
    parts: new Map(parts.flatMap(([part, value]) => value === undefined ? [] : [[part, value] as const])),
    quiescent: statements.has("inhibit_on_failure") || block.some(({ keyword }) => keyword === "inhibit_on_failure"),
    check,
  };
  return { value: real, notes: [...unknown.map(leftOut), ...notes] };
}

/**
 * Returns the parts of a real server's line.
 *
 * @param also the text of the further checks that the section has.
 */
function lineOf({ parts, check, statement }: Real, common: CheckSettings, also: string): Converted<Parts> {
  const different = differences(common, check, also);
  if (different.length === 0) return { value: parts, notes: [] };
  if (different.every((name) => name === "request" || name === "receive")) {
    const [request, receive] = [check.directives.get("request") ?? "", check.directives.get("receive") ?? ""];
    return { value: new Map([...parts, ["request", request], ["receive", receive]]), notes: [] };
  }
  const text = `${statement.words.join(" ")} is checked as the first real server of its section: ` +
    `${different.join(", ")} cannot differ between them`;
  return { value: parts, notes: [{ line: statement.line, text }] };
}

/** Returns the directives of the check that two real servers do not share; `also` is the text of the first one's further checks. */
function differences(a: CheckSettings, b: CheckSettings, also: string): readonly DirectiveName[] {
  const names = new Set([...a.directives.keys(), ...b.directives.keys()]);
  const different = [...names].filter((name) => a.directives.get(name) !== b.directives.get(name));
  return also === alsoText(b) ? different : [...different, "alsocheck"];
}

function alsoText({ also }: CheckSettings): string {
  return also.map((parts) => [...parts].join()).join("\n");
}
