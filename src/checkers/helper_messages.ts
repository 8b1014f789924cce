/**
 * What the director and the helper process say to each other: one JSON object a line. What the helper says may be a
 * hostile server's, so it is bounded and validated here.
 */

import type { IpAddress } from "../model/address.ts";
import { type CheckResult, type CheckTarget, type FailureKind, FAILURES } from "../model/check.ts";
import type { Pattern } from "../model/pattern.ts";
import { Secret } from "../model/secret.ts";

/** What the director says. */
export type Order =
  /** Holds a conversation that may take so many milliseconds. */
  | {
    readonly do: "ask";
    readonly round: number;
    readonly milliseconds: number;
    readonly target: WrittenTarget;
  }
  /** The descriptor that comes next over the other channel is the connection that the round asked for. */
  | { readonly do: "take"; readonly round: number }
  /** The round is to end: its connection could not be made, or its time has long passed. */
  | { readonly do: "drop"; readonly round: number }
  /** A PEM file that a target names, in its present state. */
  | { readonly do: "file"; readonly path: string; readonly version: string; readonly text: string };

/** What the helper says. */
export type Report =
  | { readonly say: "ready"; readonly user: string }
  /** The conversation begins: what it needs is loaded. */
  | { readonly say: "begun"; readonly round: number }
  | { readonly say: "trace"; readonly round: number; readonly text: string }
  | { readonly say: "connect"; readonly round: number }
  /** The conversation has ended, and nothing of it goes on. */
  | { readonly say: "result"; readonly round: number; readonly result: CheckResult };

/** Characters of a text that is taken from the helper, and what it cuts its texts to. */
export const MAX_TEXT = 4096;

/** Characters of a line of the helper's. */
export const MAX_LINE = 65_536;

/** A target as it goes over the pipe: with its secrets, and `receive` as it was written. */
type WrittenTarget = Omit<CheckTarget, "receive" | "passwd" | "secret" | "requestHeaders" | "dialogue"> & {
  readonly receive?: string;
  readonly passwd?: string;
};

/** A target as it is written for the helper. */
export function writeTarget(
  { secret: _, requestHeaders: __, dialogue: ___, receive, passwd, ...target }: CheckTarget,
): WrittenTarget {
  return { ...target, receive: receive?.source, passwd: passwd?.reveal() };
}

/** The target that was written. */
export function readTarget(written: WrittenTarget, compile: (source: string) => Pattern): CheckTarget {
  const { receive, passwd, ...target } = written;
  return {
    ...target,
    address: target.address as IpAddress,
    receive: receive === undefined ? undefined : compile(receive),
    passwd: passwd === undefined ? undefined : new Secret(passwd),
  };
}

/** The report of a line; `undefined` when it is none, and its sender is not to be trusted any more. */
export function readReport(line: string): Report | undefined {
  let said: unknown;
  try {
    said = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof said !== "object" || said === null) return undefined;
  const { say, round, user, text, result } = said as Readonly<Record<string, unknown>>;
  if (say === "ready") return isText(user) ? { say, user } : undefined;
  if (typeof round !== "number" || !Number.isSafeInteger(round)) return undefined;
  if (say === "connect" || say === "begun") return { say, round };
  if (say === "trace") return isText(text) ? { say, round, text } : undefined;
  if (say !== "result") return undefined;
  const read = readResult(result);
  return read && { say, round, result: read };
}

/** Databases and directories ask for no weight, so none is read. */
function readResult(result: unknown): CheckResult | undefined {
  if (typeof result !== "object" || result === null) return undefined;
  const { up, why, detail, warning } = result as Readonly<Record<string, unknown>>;
  if (!isText(detail)) return undefined;
  if (up === true) return { up, detail, ...isText(warning) ? { warning } : {} };
  return up === false && isFailureKind(why) ? { up, why, detail } : undefined;
}

function isFailureKind(word: unknown): word is FailureKind {
  return typeof word === "string" && Object.hasOwn(FAILURES, word);
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.length <= MAX_TEXT;
}
