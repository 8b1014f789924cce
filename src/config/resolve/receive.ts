/**
 * What `receive` means: a regular expression, or for pages what a page of JSON must hold.
 */

import type { CheckTarget } from "../../model/check.ts";
import type { JsonComparison, JsonCondition } from "../../model/json_condition.ts";
import type { Pattern } from "../../model/pattern.ts";
import { isAskedForPages } from "../../model/service_facts.ts";
import type { Service } from "../../model/services.ts";
import { compilePattern } from "../../perl_regex/perl_regex.ts";
import type { Spot } from "../language/grammar.ts";
import type { Setting } from "../language/syntax_tree.ts";
import type { Expression } from "../language/values/texts.ts";
import { within } from "./endpoint.ts";
import type { Load } from "./facts.ts";

const JSON_PREFIX = "json:";

/** Reads an expression for a service. Mistakes are noted at their place, and then nothing is expected. */
export function resolveReceive(
  load: Load,
  setting: Setting<unknown>,
  expression: Expression,
  service: Service,
): Pick<CheckTarget, "receive" | "receiveJson"> {
  if (!isAskedForPages(service) || !expression.source.startsWith(JSON_PREFIX)) {
    return { receive: compileExpression(load, setting, expression, "receive") };
  }
  return { receiveJson: readCondition(load, setting, expression) };
}

/** Compiles an expression of a directive. An empty one matches anything: as if there were none. */
export function compileExpression(
  load: Load,
  setting: Setting<unknown>,
  { source, at }: Expression,
  directive: "receive" | "expect",
): Pattern | undefined {
  if (source === "") return undefined;
  let pattern = load.patterns.get(source);
  if (!pattern) load.patterns.set(source, pattern = compilePattern(source));
  if ("matches" in pattern) return pattern;
  const spot = { at: at + pattern.at, length: Math.max(1, source.length - pattern.at) };
  load.problems.error(within(setting, spot), `invalid ${directive} expression: ${pattern.text}`, pattern.hint);
  return undefined;
}

/** Names, `["names in quotes"]` and `[numbers]`; a lone point is the whole page. */
const STEP = /\.([^\s.[\]"'=!<>~\\]+)|\[(\d{1,9})\]|\[("(?:[^"\\]|\\.)*")\]/y;
const OPERATOR = /\s*(==|!=|<=|>=|<|>|=~|=)\s*/y;
const EXAMPLE = 'json:.status == "ok"';
const FORM = `write a path, as in ${EXAMPLE}, json:.checks[0].up or json:["a name"]`;

function readCondition(load: Load, setting: Setting<unknown>, expression: Expression): JsonCondition | undefined {
  const { source } = expression;
  const fail: Fail = (from, text, hint, length = source.length - from) => {
    const spot: Spot = { at: expression.at + from, length: Math.max(1, length) };
    load.problems.error(within(setting, spot), `invalid receive expression: ${text}`, hint);
    return undefined;
  };
  const path = readPath(source, fail);
  if (!path) return undefined;
  const { begin, end, steps } = path;
  const place = source.slice(begin, end);
  if (source.slice(end).trim() === "") return { source, place, steps };

  OPERATOR.lastIndex = end;
  const [gap, operator] = OPERATOR.exec(source) ?? [""];
  const from = end + gap.length;
  if (operator === undefined) {
    return fail(end, `there is no operator after ${place}`, "write ==, !=, <, <=, >, >= or =~");
  }
  if (operator === "=") return fail(from - gap.trimStart().length, "= is no operator here", "write ==", 1);
  if (operator === "=~") {
    if (from === source.length) return fail(end, "the expression after =~ is missing", `write json:${place} =~ ^ok`);
    const after = { source: source.slice(from), at: expression.at + from };
    const value = compileExpression(load, setting, after, "receive");
    return value && { source, place, steps, comparison: { operator, value } };
  }
  const comparison = readComparison(operator as "==", source.slice(from).trimEnd(), from, fail);
  return comparison && { source, place, steps, comparison };
}

/** Notes what is wrong from a place of the source on, and what to write. */
type Fail = (from: number, text: string, hint: string, length?: number) => undefined;

function readPath(source: string, fail: Fail) {
  const begin = JSON_PREFIX.length + /^\s*/.exec(source.slice(JSON_PREFIX.length))![0].length;
  const steps: (string | number)[] = [];
  let end = begin;
  for (;;) {
    STEP.lastIndex = end;
    const match = STEP.exec(source);
    if (!match) break;
    const [step, name, number, quoted] = match;
    const member = quoted === undefined ? name : parsed(quoted);
    if (number === undefined && typeof member !== "string") return fail(end, "the name is no JSON string", FORM);
    steps.push(number === undefined ? member as string : Number(number));
    end += step.length;
  }
  if (steps.length > 0) return { begin, end, steps };
  const isWhole = /^\.(?=[\s=!<>]|$)/.test(source.slice(begin));
  return isWhole ? { begin, end: begin + 1, steps } : fail(begin, "there is no path after json:", FORM);
}

function readComparison(
  operator: "==" | "!=" | "<" | "<=" | ">" | ">=",
  written: string,
  from: number,
  fail: Fail,
): JsonComparison | undefined {
  const value = parsed(written);
  const isScalar = value === null || ["string", "boolean"].includes(typeof value) || Number.isFinite(value);
  if (!isScalar) {
    const text = written === "" ? `there is no value after ${operator}` : "the value is no JSON text, number or word";
    return fail(from, text, hintFor(written));
  }
  if (typeof value === "number") return { operator, value };
  if (operator === "==" || operator === "!=") return { operator, value: value as string | boolean | null };
  return fail(from, `only numbers are compared by ${operator}`, "write a number, or == or !=");
}

function hintFor(written: string): string {
  if (/^\\"/.test(written)) return 'write "text" without backslashes: quotes within quotes need none';
  return 'write "text" in double quotes, a number, true, false or null';
}

function parsed(text: string): string | number | boolean | object | null | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
