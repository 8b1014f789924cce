/**
 * keepalived's real_server blocks as `real` directives, with the checks that their section has, and those of their own.
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

const KNOWN_OF_REAL = new Set(["weight", "lvs_method", "uthreshold", "lthreshold", "delay_loop", ...INHERITED]);

/** Returns the real servers of a section, with the checks that all or most of them have; the others have their own. */
export function realsOf(statements: readonly Statement[], virtual: VirtualServer): Converted<readonly Entry[]> {
  if (statements.length === 0) return { value: [], notes: [] };
  const converted = statements.map((each) => realOf(each, virtual));
  const reals = converted.map(({ value }) => value);
  const [{ statement: { line } }] = reals;
  const quiescent = reals.some((real) => real.quiescent);
  const common = commonOf(reals.map(({ check }) => check));
  const name = ofFamily("real", virtual.isSix ? 6 : 4);
  return {
    value: [
      entry("quiescent", quiescent ? "yes" : "no", line),
      ...entriesOf(common, line),
      ...reals.map((real) => ({ ...entry(name, "", real.statement.line), ...valueOfReal(real, common) })),
    ],
    notes: [
      ...converted.flatMap(({ notes }) => notes),
      ...quiescent && reals.some((real) => !real.quiescent) ? [quiescentForAll(line)] : [],
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

/** Returns a real server's line, with directives of its own where it is not checked as the section says. */
function valueOfReal({ parts, check, statement: { line } }: Real, common: CheckSettings): Pick<Entry, "value" | "own"> {
  const directives = [...check.directives].filter(([name, value]) => common.directives.get(name) !== value);
  const also = textOf(check.also) === textOf(common.also) ? [] : check.also;
  if (directives.length + also.length === 0) return { value: parts };
  if (also.length === 0 && directives.every(([name]) => isOfPair(name))) {
    const [request, receive] = [check.directives.get("request") ?? "", check.directives.get("receive") ?? ""];
    return { value: new Map([...parts, ["request", request], ["receive", receive]]) };
  }
  return { value: parts, own: { entries: entriesOf({ directives: new Map(directives), also }, line), end: [] } };
}

/**
 * Returns what the section says of checks: of the directives that every real server has, the value that most have. Nothing can
 * be taken back for one server, so what only some have is left to these.
 */
function commonOf(checks: readonly CheckSettings[]): CheckSettings {
  const [first] = checks;
  const others = (check: CheckSettings) => [...check.directives].filter(([name]) => !isOfPair(name));
  const isShared = (name: DirectiveName) =>
    name !== "checkinterval" && checks.every(({ directives }) => directives.has(name));
  // A request and what is to be received may stand on the line of a server that asks otherwise.
  const asked = new Set(checks.map((check) => JSON.stringify([others(check), textOf(check.also)]))).size === 1;
  const names = [...first.directives.keys()].filter((name) => (asked && isOfPair(name)) || isShared(name));
  const also = checks.every((check) => textOf(check.also) === textOf(first.also)) ? first.also : [];
  return {
    directives: new Map(names.map((name) => [name, asked ? first.directives.get(name)! : mostOften(name, checks)])),
    also,
  };
}

function mostOften(name: DirectiveName, checks: readonly CheckSettings[]): string {
  const groups = [...Map.groupBy(checks.map(({ directives }) => directives.get(name)!), (value) => value).values()];
  return groups.reduce((most, group) => group.length > most.length ? group : most)[0];
}

function isOfPair(name: DirectiveName): boolean {
  return name === "request" || name === "receive";
}

function entriesOf({ directives, also }: Pick<CheckSettings, "directives" | "also">, line: number): readonly Entry[] {
  return [
    ...Array.from(directives, ([name, value]) => entry(name, value, line)),
    ...also.map((value) => ({ ...entry("alsocheck", "", line), value })),
  ];
}

function textOf(also: readonly Parts[]): string {
  return also.map((parts) => [...parts].join()).join("\n");
}
