/**
 * One round of a check: the deadline, the clock, the attempts, and what every failure means.
 * Checkers know none of these; the director knows nothing of sockets.
 */

import {
  type Check,
  type Checker,
  type CheckMethod,
  type CheckResult,
  type CheckRun,
  type CheckTarget,
  couldNotBeMade,
  isAskedByHelper,
  looksAtFile,
} from "../model/check.ts";
import { textsSent } from "../model/dialogue.ts";
import { harmlessLine, isHarmless } from "../model/harmless_text.ts";
import { Secret, SHORTEST_MASKED } from "../model/secret.ts";
import { asUtf8, percentDecoded, utf8Characters } from "../wire/transport/latin1.ts";
import { setDeadline } from "./deadlines.ts";
import { explain } from "./explain.ts";
import { helper } from "./helper.ts";
import { checkerFor } from "./registry.ts";
import { down } from "./verdict.ts";
import { type Ending, RoundEnding } from "../model/ending.ts";
import { turnDate, turnTime } from "../model/turn.ts";

/** A line of the conversation. */
export interface TraceLine {
  /** Milliseconds since the round's start. */
  readonly atMs: number;
  /** What was done (`* connecting to …`), sent (`> …`) or received (`< …`): printable, 256 bytes at most. */
  readonly text: string;
}

/** What one round found. */
export interface Round {
  readonly result: CheckResult;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly durationMs: number;
  /** The conversation, without secrets: its first 64 lines. */
  readonly trace: readonly TraceLine[];
}

/** Lines of one round that are kept: the first ones, which tell how it began. */
const MAX_TRACE = 64;
/** Bytes of a line, be it of the trace or a detail. */
const MAX_TEXT = 256;

/** Characters of a line that are looked at: some servers send a million. */
export const MAX_LOOKED_AT = 4096;

/** The reason that conversations see when their round is over. It is not used: the verdict stands by then. */
const OVER = new Error("the round is over");

/**
 * Runs one round and gives its verdict, at the deadline at the latest, and whatever happens: it never rejects. Lines of the
 * trace have `mostText` bytes at most, and those not more than {@link MAX_LOOKED_AT}.
 * Afterwards the check holds no socket; a command that overran is being ended (see system/program.ts).
 *
 * @param onReleased called once when the round holds no descriptor any more, which may be after its verdict.
 */
export async function runRound(
  check: Check,
  method: CheckMethod,
  onReleased = () => {},
  mostText = MAX_TEXT,
): Promise<Round> {
  const startedAt = turnDate();
  const start = turnTime();
  const trace: TraceLine[] = [];
  const mask = maskFor(check.target);
  const note = (line: string) => {
    if (trace.length < MAX_TRACE) trace.push({ atMs: turnTime() - start, text: oneLine(mask(line), mostText) });
  };
  const seconds = secondsFor(check, method);
  const attempts = attemptsOf(check.target, method);
  const conversations: Promise<CheckResult>[] = [];
  let result: CheckResult;
  for (let attempt = 1;; attempt++) {
    const { conversation, verdict } = isAskedByHelper(method, check.target)
      ? askedByHelper(check.target, seconds * 1000, note)
      : converse(() => checkerFor(method, check.target.service), check.target, seconds * 1000 / attempts, note);
    conversations.push(conversation);
    result = await verdict;
    if (result.up || result.why !== "timeout" || attempt >= attempts) break;
  }
  if (conversations.length === 1) conversations[0].then(onReleased);
  else Promise.all(conversations).then(onReleased);
  if (!result.up && result.why === "timeout" && result.detail === "") {
    result = timedOut(method, `no answer within ${seconds} s (${stageOf(trace)})`);
  }
  result = { ...result, detail: oneLine(mask(result.detail)) };
  return { result, startedAt, durationMs: turnTime() - start, trace };
}

/** Returns the verdict at the deadline. A file system of ours that hangs says nothing of the server. */
export function timedOut(method: CheckMethod, detail: string): CheckResult {
  return down(looksAtFile(method) ? "internal" : "timeout", detail);
}

/** Returns the method of a check's next round: connect while `connects` of them may be made, see {@link connectsAfter}. */
export function methodOfRound({ method }: Pick<Check, "method">, connects: number): CheckMethod {
  return connects > 0 ? "connect" : method;
}

/**
 * Returns how many connect rounds may follow a round, with `checktype = N`: N after a negotiate round that passed, then one
 * less with each. A server that accepts connections may still answer nothing but errors: after a round that failed, and
 * before the first one, only a negotiate round can say that it is up.
 */
export function connectsAfter(
  { method, connectsPerNegotiate = 0 }: Pick<Check, "method" | "connectsPerNegotiate">,
  connects: number,
  made: CheckMethod,
  result: CheckResult,
): number {
  if (couldNotBeMade(result)) return connects;
  if (!result.up) return 0;
  return made === method ? connectsPerNegotiate : connects - 1;
}

/** The seconds that a round by that method may take. */
export function secondsFor(check: Pick<Check, "checkTimeout" | "negotiateTimeout">, method: CheckMethod): number {
  return method === "negotiate" ? check.negotiateTimeout : check.checkTimeout;
}

/** The seconds that a round may take, whatever its method. */
export function mostSecondsFor(check: Pick<Check, "checkTimeout" | "negotiateTimeout" | "method">): number {
  return Math.max(secondsFor(check, "connect"), secondsFor(check, check.method));
}

/** Only a ping is sent more than once: TCP repeats what is lost by itself. All attempts share the round's time. */
function attemptsOf(target: CheckTarget, method: CheckMethod): number {
  const pings = method === "ping" || (method === "connect" && target.transport === "udp");
  return pings ? Math.max(target.pingCount, 1) : 1;
}

/** Finds a checker; one that needs a library has that loaded first. */
export type CheckerSource = () => Checker | Promise<Checker> | undefined;

/** A conversation, and its verdict, which is there at the deadline at the latest. Neither is ever rejected. */
interface Conversation {
  readonly conversation: Promise<CheckResult>;
  readonly verdict: Promise<CheckResult>;
}

/** The helper process sees to the deadline. */
function askedByHelper(target: CheckTarget, milliseconds: number, trace: CheckRun["trace"]): Conversation {
  const verdict = helper.ask(target, milliseconds, trace).catch((error) => explain(error, false));
  return { conversation: verdict, verdict };
}

/** Has a checker hold its conversation, and gives its verdict at the deadline at the latest. */
export function converse(
  source: CheckerSource,
  target: CheckTarget,
  milliseconds: number,
  trace: CheckRun["trace"],
): Conversation {
  const ending = new RoundEnding();
  const conversation = ask(source, target, ending, trace);
  const verdict = new Promise<CheckResult>((resolve) => {
    const end = (result: CheckResult) => {
      cancelDeadline();
      // Also after a verdict: what a checker forgot to close is closed here.
      ending.abort(OVER);
      resolve(result);
    };
    const cancelDeadline = setDeadline(milliseconds, () => end(down("timeout", "")));
    conversation.then(end);
  });
  return { conversation, verdict };
}

async function ask(
  source: CheckerSource,
  target: CheckTarget,
  signal: Ending,
  trace: CheckRun["trace"],
): Promise<CheckResult> {
  let warning: string | undefined;
  let hasSpoken = false;
  try {
    const checker = await source();
    if (!checker) return down("internal", `there is no check for service ${target.service}`);
    const onReply = () => hasSpoken = true;
    const result = await checker(target, { signal, trace, warn: (text) => warning = oneLine(text), onReply });
    if (!result.up || warning === undefined) return result;
    return { ...result, detail: `${result.detail}; ${warning}`, warning };
  } catch (error) {
    return explain(error, hasSpoken);
  }
}

/** The stage in which the time ran out, by the last line of the trace. */
function stageOf(trace: readonly TraceLine[]): string {
  const last = trace.at(-1)?.text ?? "* not begun";
  if (last.startsWith("> ")) return `waiting for the reply to ${last.slice(2)}`;
  if (last.startsWith("< ")) return `waiting for more after ${last.slice(2)}`;
  return last.slice(2);
}

/** The texts that are masked in what is said of a target, found once. */
const masked = new WeakMap<CheckTarget, readonly string[]>();

function maskedTexts(target: CheckTarget): readonly string[] {
  const asBytes = (value: string) => [value, utf8Characters(value)];
  let texts = masked.get(target);
  if (!texts) {
    texts = secretsOf(target).flatMap(asBytes).filter(({ length }) => length >= SHORTEST_MASKED);
    masked.set(target, texts);
  }
  return texts;
}

/** Blots a target's secrets out of a text. No check writes them there, but a server may repeat what it was sent. */
function maskFor(target: CheckTarget): (text: string) => string {
  const known = maskedTexts(target);
  return (text) => {
    const some = text.length > MAX_LOOKED_AT ? text.slice(0, betweenCharacters(text, MAX_LOOKED_AT)) : text;
    return known.reduce((rest, value) => rest.replaceAll(value, "***"), some);
  };
}

/**
 * What must not be seen: the secrets as they are, and as they are sent to servers of SMTP (RFC 4616, 2; RFC 4954, 4) and,
 * from a URL, of HTTP (RFC 7617, 2).
 */
function secretsOf(target: CheckTarget): string[] {
  const { login, passwd, request = "" } = target;
  const [, userInfo, inUrl] = /^https?:\/\/([^@/?#:]*:([^@/?#]*))@/i.exec(request) ?? [];
  const ofUrl = userInfo === undefined ? [] : [inUrl, percentDecoded(inUrl), btoa(percentDecoded(userInfo))];
  const password = passwd?.reveal();
  const told = password === undefined ? [] : [password, `\0${login ?? ""}\0${password}`];
  const { dialogue = [] } = target;
  return [...secretsIn(target), ...textsSent(dialogue), ...told.map((text) => btoa(utf8Characters(text))), ...ofUrl];
}

/** Returns every secret in a value, wherever in it. */
function secretsIn(value: unknown): string[] {
  if (value instanceof Secret) return [value.reveal()];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(secretsIn) : [];
}

/** Returns text from anywhere as one bounded, harmless line. */
function oneLine(text: string, most = MAX_TEXT): string {
  if (text.length <= most && isHarmless(text)) return text.trimEnd();
  return bounded(harmlessLine(asUtf8(text)), most).trimEnd();
}

/** The last place up to `at` where no character of UTF-8 is cut, in a text of bytes. */
function betweenCharacters(text: string, at: number): number {
  let place = at;
  while (place > at - 4 && (text.charCodeAt(place) & 0xc0) === 0x80) place--;
  return place;
}

const scratch = new Uint8Array(MAX_LOOKED_AT);
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The first bytes, as a copy: a mere slice would keep all of a long answer in memory. */
function bounded(text: string, most: number): string {
  // No character has more than three bytes in UTF-8.
  if (text.length * 3 <= most) return text;
  const { read, written } = encoder.encodeInto(text, scratch.subarray(0, most));
  return read === text.length ? text : decoder.decode(scratch.subarray(0, written));
}
