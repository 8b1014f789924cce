/**
 * Whether a page of JSON holds what `receive = json:…` asks for.
 */

import type { CheckResult } from "../model/check.ts";
import type { JsonComparison, JsonCondition } from "../model/json_condition.ts";
import { inTurns } from "../model/steps.ts";
import { MAX_BODY } from "../wire/protocols/http_message.ts";
import { findInJson, type JsonFinding, type JsonScalar } from "../wire/protocols/json_text.ts";
import { utf8Characters } from "../wire/transport/latin1.ts";
import { down, matches, up } from "./verdict.ts";

/** Characters of a value that a verdict shows. */
const MAX_SHOWN = 80;

/**
 * The verdict on a page (one character a byte), with `detail` where it passes. A value that is missing passes no
 * comparison, not even `!=`: the page is not the expected one.
 */
export async function judgeJson(
  { place, steps, comparison }: JsonCondition,
  page: string,
  detail: string,
): Promise<CheckResult> {
  // It may have been cut there.
  if (page.length >= MAX_BODY) return down("mismatch", `the page has ${MAX_BODY} bytes or more: too many for json`);
  const found = await inTurns(findInJson(page, steps));
  if (found.is === "no JSON") return down("mismatch", `the page is not JSON: ${found.text}`);
  if (found.is === "missing") return down("mismatch", `the page has no ${place}`);
  if (await passes(found, comparison)) return up(detail);
  return down("mismatch", `${place} is ${shown(found)}${comparison ? `, ${wanted(comparison)}` : ""}`);
}

type Found = Exclude<JsonFinding, { readonly is: "missing" | "no JSON" }>;

async function passes(found: Found, comparison: JsonComparison | undefined): Promise<boolean> {
  // An object or list is there, and equal to no text or number.
  if (found.is !== "scalar") return comparison === undefined || comparison.operator === "!=";
  const { value } = found;
  if (!comparison) return value !== false && value !== null;
  switch (comparison.operator) {
    case "==":
      return value === comparison.value;
    case "!=":
      return value !== comparison.value;
    case "=~":
      return await matches(comparison.value, utf8Characters(textOf(value)));
    default:
      return typeof value === "number" && BY_SIZE[comparison.operator](value, comparison.value);
  }
}

const BY_SIZE: Readonly<Record<"<" | "<=" | ">" | ">=", (one: number, other: number) => boolean>> = {
  "<": (one, other) => one < other,
  "<=": (one, other) => one <= other,
  ">": (one, other) => one > other,
  ">=": (one, other) => one >= other,
};

/** A text is matched without its quotes. */
function textOf(value: JsonScalar): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function shown(found: Found): string {
  if (found.is !== "scalar") return found.is === "object" ? "an object" : "a list";
  const text = JSON.stringify(found.value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

function wanted(comparison: JsonComparison): string {
  switch (comparison.operator) {
    case "==":
      return `not ${JSON.stringify(comparison.value)}`;
    case "!=":
      return "which it must not be";
    case "=~":
      return `which does not match /${comparison.value.source}/`;
    default:
      return `not ${comparison.operator} ${comparison.value}`;
  }
}
