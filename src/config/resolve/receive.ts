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

function readCondition(load: Load, setting: Setting<unknown>, { source, at }: Expression): JsonCondition | undefined {
  const fail = (from: number, text: string, hint: string, length = source.length - from) => {
    const spot: Spot = { at: at + from, length: Math.max(1, length) };
    load.problems.error(within(setting, spot), `invalid receive expression: ${text}`, hint);
    return undefined;
  };
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
  if (steps.length === 0 && /^\.(?=[\s=!<>]|$)/.test(source.slice(begin))) end = begin + 1;
  else if (steps.length === 0) return fail(begin, "there is no path after json:", FORM);
  const place = source.slice(begin, end);
  if (source.slice(end).trim() === "") return { source, place, steps };

  OPERATOR.lastIndex = end;
  const [gap, operator] = OPERATOR.exec(source) ?? [""];
  if (operator === undefined) {
    return fail(end, `there is no operator after ${place}`, "write ==, !=, <, <=, >, >= or =~");
  }
  const from = end + gap.length;
  if (operator === "=") return fail(from - gap.trimStart().length, "= is no operator here", "write ==", 1);
  if (operator === "=~") {
    if (from === source.length) return fail(end, "the expression after =~ is missing", `write json:${place} =~ ^ok`);
    const pattern = compileExpression(load, setting, { source: source.slice(from), at: at + from }, "receive");
    return pattern && { source, place, steps, comparison: { operator, value: pattern } };
  }
  const written = source.slice(from).trimEnd();
  const value = parsed(written);
  if (value === undefined || typeof value === "object" && value !== null || value === Infinity || value === -Infinity) {
    return fail(
      from,
      written === "" ? `there is no value after ${operator}` : "the value is no JSON",
      hintFor(written),
    );
  }
  if (typeof value !== "number" && operator !== "==" && operator !== "!=") {
    return fail(from, `only numbers are compared by ${operator}`, "write a number, or == or !=");
  }
  return { source, place, steps, comparison: { operator, value } as JsonComparison };
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
