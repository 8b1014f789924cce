/**
 * One round of a check: the deadline, the clock, the attempts, and what every failure means.
 * Checkers know none of these; the director knows nothing of sockets.
 */

import type { Check, CheckMethod, CheckResult, CheckRun, CheckTarget, FailureKind } from "../model/check.ts";
import { harmlessLine } from "../model/harmless_text.ts";
import { asUtf8, percentDecoded, utf8Characters } from "../wire/latin1.ts";
import { setDeadline } from "./deadlines.ts";
import { checkerFor } from "./registry.ts";
import { down } from "./verdict.ts";

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
const MAX_LOOKED_AT = 4096;

/** Characters of a secret that is masked wherever a server repeats it: a shorter one would blot out half of each text. */
const SHORTEST_MASKED = 4;

/** The reason that conversations see when their round is over. Nobody reads it: the verdict stands by then. */
const OVER = new Error("the round is over");

/**
 * Runs one round and gives its verdict, at the deadline at the latest, and whatever happens: it never rejects.
 * Afterwards the check holds no socket; a command that overran is being ended (see system/program.ts).
 */
export async function runRound(check: Check, method: CheckMethod): Promise<Round> {
  const startedAt = Date.now();
  const start = performance.now();
  const trace: TraceLine[] = [];
  const mask = maskFor(check.target);
  const note = (line: string) => {
    if (trace.length < MAX_TRACE) trace.push({ atMs: performance.now() - start, text: oneLine(mask(line)) });
  };
  const seconds = secondsFor(check, method);
  const attempts = attemptsOf(check.target, method);
  let result: CheckResult;
  for (let attempt = 1;; attempt++) {
    result = await converse(check.target, method, seconds * 1000 / attempts, note);
    if (result.up || result.why !== "timeout" || attempt >= attempts) break;
  }
  if (!result.up && result.why === "timeout" && result.detail === "") {
    result = down("timeout", `no answer within ${seconds} s (${stageOf(trace)})`);
  }
  result = { ...result, detail: oneLine(mask(result.detail)) };
  return { result, startedAt, durationMs: performance.now() - start, trace };
}

/**
 * The method of a check's round, the first being round 0: with `checktype = N` a negotiate round comes after each
 * N connect rounds.
 */
export function methodOfRound(check: Pick<Check, "method" | "connectsPerNegotiate">, round: number): CheckMethod {
  const connects = check.connectsPerNegotiate ?? 0;
  return round % (connects + 1) === connects ? check.method : "connect";
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

async function converse(
  target: CheckTarget,
  method: CheckMethod,
  milliseconds: number,
  trace: CheckRun["trace"],
): Promise<CheckResult> {
  const ending = new AbortController();
  let cancelDeadline!: () => void;
  const deadline = new Promise<CheckResult>((resolve) => {
    cancelDeadline = setDeadline(milliseconds, () => resolve(down("timeout", "")));
  });
  try {
    return await Promise.race([ask(target, method, ending.signal, trace), deadline]);
  } finally {
    cancelDeadline();
    // Also after a verdict: what a checker forgot to close is closed here.
    ending.abort(OVER);
  }
}

async function ask(
  target: CheckTarget,
  method: CheckMethod,
  signal: AbortSignal,
  trace: CheckRun["trace"],
): Promise<CheckResult> {
  try {
    const checker = await checkerFor(method, target.service);
    if (!checker) return down("internal", `there is no check for service ${target.service}`);
    let warning: string | undefined;
    const result = await checker(target, { signal, trace, warn: (text) => warning = oneLine(text) });
    if (!result.up || warning === undefined) return result;
    return { ...result, detail: `${result.detail}; ${warning}`, warning };
  } catch (error) {
    return explain(error);
  }
}

/** What the last line of the trace tells of the stage in which the time ran out. */
function stageOf(trace: readonly TraceLine[]): string {
  const last = trace.at(-1)?.text ?? "* not begun";
  if (last.startsWith("> ")) return `waiting for the reply to ${last.slice(2)}`;
  if (last.startsWith("< ")) return `waiting for more after ${last.slice(2)}`;
  return last.slice(2);
}

/**
 * System errors that say something of the server, or of the way to it; any other says something of us. What routers and
 * firewalls report by ICMP becomes one of them (Linux: icmp_err_convert, icmpv6_err_convert).
 */
const REFUSALS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection reset",
  ECONNABORTED: "connection reset",
  EPIPE: "connection closed by the server",
  EHOSTUNREACH: "no route to host",
  EHOSTDOWN: "host is down",
  ENETUNREACH: "network unreachable",
  ENETDOWN: "network is down",
  ENONET: "host is isolated",
  ENOPROTOOPT: "protocol unreachable",
  EOPNOTSUPP: "no route to host",
  EPROTO: "a router rejected our packets",
  // Our own system says the same of what it does not let out.
  "network EACCES": "a firewall on the way prohibits it",
};

/** System errors of our own that an operator can do something about; with the call where that makes a difference. */
const OWN_TROUBLES: Readonly<Record<string, string>> = {
  EMFILE: "this process has too many open files (raise LimitNOFILE)",
  ENFILE: "the system has too many open files",
  ENOMEM: "out of memory",
  ENOBUFS: "out of memory for sockets",
  EADDRNOTAVAIL: "no local port is free",
  EPERM: "not permitted (a firewall rule on this host?)",
  EACCES: "permission denied",
  "bind EADDRNOTAVAIL": "bindto is no address of this host",
  "setsockopt EPERM": "checkmark is for root only",
  EAFNOSUPPORT: "this host has no IPv6",
};

/** Errors by their class: the wire's own, and Deno's where they carry no code. */
const BY_NAME: Readonly<Record<string, readonly [FailureKind, prefix: string]>> = {
  ProtocolError: ["protocol", ""],
  TlsError: ["protocol", "TLS failed: "],
  TlsFileError: ["internal", ""],
  MissingOpenSsl: ["internal", ""],
  NameError: ["internal", ""],
  NotFound: ["internal", ""],
  PermissionDenied: ["internal", ""],
  NotCapable: ["internal", ""],
};

function explain(error: unknown): CheckResult {
  if (!(error instanceof Error)) return down("internal", String(error));
  const code = "code" in error ? String(error.code) : "";
  const call = "call" in error ? `${error.call} ${code}` : "";
  const refusal = REFUSALS[call] ?? REFUSALS[code];
  if (refusal) return down("refused", refusal);
  if (code === "ETIMEDOUT") return down("timeout", "the connection timed out");
  const trouble = OWN_TROUBLES[call] ?? OWN_TROUBLES[code];
  if (trouble) return down("internal", trouble);
  const [why, prefix] = BY_NAME[error.name] ?? ["internal", "the check failed: "];
  return down(why, prefix + error.message);
}

/** Blots a target's secrets out of a text. No check tells them, but a server may repeat what it was told. */
function maskFor(target: CheckTarget): (text: string) => string {
  const asBytes = (value: string) => [value, utf8Characters(value)];
  const known = secretsOf(target).flatMap(asBytes).filter(({ length }) => length >= SHORTEST_MASKED);
  return (text) => {
    const some = text.length > MAX_LOOKED_AT ? text.slice(0, MAX_LOOKED_AT) : text;
    return known.reduce((masked, value) => masked.replaceAll(value, "***"), some);
  };
}

/**
 * What must not be seen: the secrets as they are, and as they are told to servers of SMTP (RFC 4616, 2; RFC 4954, 4) and,
 * from a URL, of HTTP (RFC 7617, 2).
 */
function secretsOf({ login, passwd, secret, request = "", requestHeaders = [] }: CheckTarget): string[] {
  const [, userInfo, inUrl] = /^https?:\/\/([^@/?#:]*:([^@/?#]*))@/i.exec(request) ?? [];
  const ofUrl = userInfo === undefined ? [] : [inUrl, percentDecoded(inUrl), btoa(percentDecoded(userInfo))];
  const values = [secret, ...requestHeaders.map(({ value }) => value)].map((each) => each?.reveal() ?? "");
  const plain = [...ofUrl, ...values];
  if (!passwd) return plain;
  const password = passwd.reveal();
  const encoded = [password, `\0${login ?? ""}\0${password}`].map((text) => btoa(utf8Characters(text)));
  return [password, ...encoded, ...plain];
}

/** Returns text from anywhere as one bounded, harmless line. */
function oneLine(text: string): string {
  return bounded(harmlessLine(asUtf8(text))).trimEnd();
}

const landing = new Uint8Array(MAX_TEXT);
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The first {@link MAX_TEXT} bytes, as a copy: a mere slice would keep all of a long answer in memory. */
function bounded(text: string): string {
  // No character has more than three bytes in UTF-8.
  if (text.length * 3 <= MAX_TEXT) return text;
  const { read, written } = encoder.encodeInto(text, landing);
  return read === text.length ? text : decoder.decode(landing.subarray(0, written));
}
