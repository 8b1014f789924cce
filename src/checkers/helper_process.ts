/**
 * One helper process: this program once more, without root and capabilities, which holds the conversations of which the
 * other side is parsed by code of others. It receives them over its standard input, answers on its standard output, and is
 * handed connections over a socket. What it says is not trusted, and it is killed when it does not come back.
 */

import type { CheckResult, CheckTarget } from "../model/check.ts";
import { killChild, lastWords } from "../system/started_program.ts";
import { boundedLines } from "../system/line_reader.ts";
import { descriptorChannel, inheritable, sendDescriptor } from "../system/descriptor_passing.ts";
import { readKernelFile } from "../system/kernel_file.ts";
import * as files from "../system/libc/files.ts";
import { filesOnDisk } from "../system/pem_file.ts";
import { TlsFileError } from "../system/openssl.ts";
import { ownCommand } from "../system/own_program.ts";
import { newSharedWords, readWord } from "../system/shared_words.ts";
import { connectDescriptor } from "../wire/transport/tcp.ts";
import { down } from "./verdict.ts";
import { MAX_LINE, type Order, readReport, type Report, writeTarget } from "./helper_messages.ts";

/** The command by which this program is the helper. */
export const HELPER_COMMAND = "__helper";

/** The places of the shared words: the helper's heartbeat, and the round of the bytes that are being parsed. */
export const BEAT = 0;
export const PARSED = 1;

/** Milliseconds between two beats of a helper that has rounds under way. */
export const BEAT_INTERVAL = 100;

/** Milliseconds between two looks at a helper that has rounds under way. */
const LOOK = 200;

/** Milliseconds by which a look may be late; with more we were kept from running, and so was the helper, perhaps. */
const LATE = 1_000;

/**
 * Milliseconds without a beat, and of its own CPU time meanwhile, after which a helper is stuck: on a slow machine it
 * needs a second for the library that it loads.
 */
const SILENCE = 3_000;
const MOST_CPU_TIME = 2_500;

/** The share of a CPU with less of which a silent helper is not at work: it was stopped. */
const IDLE_SHARE = 0.1;

/** Milliseconds for which one that is not at work is waited for. */
const LONGEST_STOP = 10_000;

/** Milliseconds without a beat after which a helper is ended whatever it does. */
const LONGEST_SILENCE = 30_000;

/** Milliseconds for which a round may outlive its deadline. */
const GRACE = 1_000;

/** Milliseconds within which a helper must have begun, and a round in it: a busy machine takes its time. */
const START_LIMIT = 60_000;

/** Connections of one round: an Oracle listener is asked twice. */
const MAX_CONNECTIONS = 3;

/** Reports between two looks, each bounded, after which a helper floods us: a round has some seventy. */
const MAX_REPORTS = 200_000;

/** Milliseconds after which a descriptor is sent again that the channel had no room for. */
const RETRY = 20;

/** Characters of what it says on its standard error that are kept. */
const LAST_WORDS = 1_000;

/** A conversation that a helper is to hold. */
export interface Conversation {
  readonly target: CheckTarget;
  /** What it may take. */
  readonly milliseconds: number;
  trace(line: string): void;
  /** Its verdict. */
  settle(result: CheckResult): void;
  /** What stands in its way is no matter of the helper. */
  fail(error: unknown): void;
}

/** How a helper ended. */
export interface HelperEnd<C extends Conversation = Conversation> {
  /** For an operator: `it did not come back from what a server sent`. */
  readonly why: string;
  /** What a server sent is the reason; otherwise it was ended or stopped from outside. */
  readonly blamesServer: boolean;
  /** We wanted it. */
  readonly isIntended: boolean;
  /** It had not begun. */
  readonly atStart: boolean;
  /** The conversation during which it ended, as far as is known. */
  readonly suspect?: C;
  /** The conversations that have no verdict. */
  readonly open: readonly C[];
}

interface Round<C> {
  readonly conversation: C;
  readonly over: AbortController;
  /** When it has ended at the latest. */
  due: number;
  /** It was ended without a verdict. */
  isDropped: boolean;
  connections: number;
}

/** Why a process was killed, or ended by itself. */
type Reason<C extends Conversation> = Pick<HelperEnd<C>, "why" | "blamesServer" | "isIntended" | "suspect">;

/** Signals by which a process ends itself: out of memory, a failed assertion, a bad access. Others come from outside. */
const OWN_SIGNALS: ReadonlySet<string> = new Set(["SIGABRT", "SIGTRAP", "SIGILL", "SIGSEGV", "SIGBUS", "SIGFPE"]);

/** Starts a helper; `onEnd` is called once, when it has ended. Throws when it cannot be started. */
export class HelperProcess<C extends Conversation> {
  readonly #child: Deno.ChildProcess;
  readonly #orders: WritableStreamDefaultWriter<Uint8Array>;
  readonly #channel: number;
  readonly #words: number;
  readonly #rounds = new Map<number, Round<C>>();
  readonly #files = new Map<string, string>();
  readonly #startedAt = performance.now();
  readonly #begun = Promise.withResolvers<void>();
  /** Resolves when it can be asked, or has ended. */
  readonly begun = this.#begun.promise;
  /** Resolves when it has ended and all that we held of it is closed. */
  readonly ended: Promise<void>;
  #lastRound = 0;
  #user: string | undefined;
  #timer: number | undefined;
  #lookedAt = 0;
  #beat = 0;
  #beatAt = 0;
  #cpuAtBeat = 0;
  #reports = 0;
  #killed: Reason<C> | undefined;

  constructor(onEnd: (end: HelperEnd<C>) => void) {
    const [ours, theirs] = descriptorChannel();
    this.#channel = ours;
    this.#words = newSharedWords();
    const inherited = [theirs, this.#words].map(inheritable);
    try {
      this.#child = ownCommand([HELPER_COMMAND, ...inherited.map(String)], "piped").spawn();
    } catch (error) {
      for (const fd of [ours, this.#words]) files.close(fd);
      throw error;
    } finally {
      for (const fd of [theirs, ...inherited]) files.close(fd);
    }
    this.#orders = this.#child.stdin.getWriter();
    this.ended = this.#follow(onEnd);
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** The user that it is; `undefined` until it has begun. */
  get user(): string | undefined {
    return this.#user;
  }

  /** Conversations under way. */
  get load(): number {
    return this.#rounds.size;
  }

  /** Has it hold a conversation. */
  ask(conversation: C): void {
    try {
      this.#handFiles(conversation.target);
    } catch (error) {
      return conversation.fail(error);
    }
    const round = ++this.#lastRound;
    const { target, milliseconds } = conversation;
    const due = performance.now() + START_LIMIT + milliseconds;
    this.#rounds.set(round, { conversation, over: new AbortController(), due, isDropped: false, connections: 0 });
    this.#send({ do: "ask", round, milliseconds, target: writeTarget(target) });
    if (this.#timer === undefined) this.#startLooking();
  }

  /** Ends it, whatever it does. */
  kill(): void {
    this.#kill({ why: "it is no longer needed", blamesServer: false, isIntended: true });
  }

  /** It cannot read files that only root may read. */
  #handFiles({ tlsCaFile, tlsClient }: CheckTarget): void {
    for (const path of new Set([tlsCaFile, tlsClient?.certFile, tlsClient?.keyFile])) {
      if (path === undefined) continue;
      try {
        const file = filesOnDisk(path);
        if (this.#files.get(path) === file.version) continue;
        this.#send({ do: "file", path, version: file.version, text: new TextDecoder().decode(file.read()) });
        this.#files.set(path, file.version);
      } catch (error) {
        throw new TlsFileError(`${path} cannot be read: ${(error as Error).message}`);
      }
    }
  }

  #send(order: Order): void {
    // One that has ended says so itself.
    this.#orders.write(new TextEncoder().encode(`${JSON.stringify(order)}\n`)).catch(() => {});
  }

  async #follow(onEnd: (end: HelperEnd<C>) => void): Promise<void> {
    const words = lastLine(this.#child.stderr);
    const [{ code, signal }, said] = await Promise.all([this.#child.status, words, this.#listen()]);
    clearTimeout(this.#timer);
    this.#begun.resolve();
    await this.#orders.abort().catch(() => {});
    const parsed = this.#parsed;
    for (const fd of [this.#channel, this.#words]) files.close(fd);
    for (const { over } of this.#rounds.values()) over.abort();
    const open = [...this.#rounds.values()].map(({ conversation }) => conversation);
    const atStart = this.#user === undefined;
    const how = signal ?? `exit status ${code}`;
    const own: Reason<C> = {
      why: atStart && said ? said : `it ended by itself (${how})`,
      blamesServer: !atStart && parsed !== undefined && (signal === null || OWN_SIGNALS.has(signal)),
      isIntended: false,
      suspect: parsed,
    };
    onEnd({ ...this.#killed ?? own, atStart, open });
  }

  async #listen(): Promise<void> {
    try {
      for await (const line of boundedLines(this.#child.stdout, MAX_LINE)) {
        const report = readReport(line);
        if (!report) throw new Error("not a report");
        if (++this.#reports > MAX_REPORTS) throw new Error("too many reports");
        this.#hear(report);
      }
    } catch (error) {
      this.#blame(`what it said cannot be used: ${(error as Error).message}`);
    }
  }

  #hear(report: Report): void {
    if (report.say === "ready") {
      this.#user ??= report.user;
      this.#begun.resolve();
      return;
    }
    const round = this.#rounds.get(report.round);
    // Its connection has failed meanwhile.
    if (!round) return;
    if (report.say === "begun") round.due = performance.now() + round.conversation.milliseconds;
    else if (report.say === "trace") round.conversation.trace(report.text);
    else if (report.say === "connect") this.#connect(report.round, round);
    else {
      this.#drop(report.round, round);
      round.conversation.settle(round.isDropped ? down("timeout", "") : report.result);
    }
  }

  #drop(number: number, { over }: Round<C>): void {
    this.#rounds.delete(number);
    over.abort();
    if (this.#rounds.size > 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** A connection to the target and to nothing else, whatever the helper would like. */
  async #connect(number: number, round: Round<C>): Promise<void> {
    const { target } = round.conversation;
    const { signal } = round.over;
    if (++round.connections > MAX_CONNECTIONS) return this.#blame("it asked for too many connections");
    let fd = -1;
    try {
      fd = await connectDescriptor(target.address, target.port, signal, target.origin);
      while (!sendDescriptor(this.#channel, fd)) {
        await new Promise((resolve) => setTimeout(resolve, RETRY));
        signal.throwIfAborted();
      }
      this.#send({ do: "take", round: number });
    } catch (error) {
      if (signal.aborted || !this.#rounds.has(number)) return;
      this.#drop(number, round);
      this.#send({ do: "drop", round: number });
      round.conversation.fail(error);
    } finally {
      if (fd >= 0) files.close(fd);
    }
  }

  #startLooking(): void {
    this.#lookedAt = this.#beatAt = performance.now();
    this.#cpuAtBeat = cpuMilliseconds(this.pid);
    this.#timer = setTimeout(() => this.#look(), LOOK);
  }

  #look(): void {
    const now = performance.now();
    const late = now - this.#lookedAt - LOOK;
    this.#lookedAt = now;
    this.#reports = 0;
    this.#timer = setTimeout(() => this.#look(), LOOK);
    if (this.#user === undefined) {
      if (now - this.#startedAt > START_LIMIT) {
        this.#kill({ why: "it did not begin", blamesServer: false, isIntended: false });
      }
      return;
    }
    const beat = readWord(this.#words, BEAT);
    if (beat !== this.#beat || late > LATE) {
      this.#beat = beat;
      this.#beatAt = now;
      this.#cpuAtBeat = cpuMilliseconds(this.pid);
    }
    if (late > LATE) {
      for (const round of this.#rounds.values()) round.due += late;
      return;
    }
    if (now - this.#beatAt > SILENCE) return this.#judgeSilence(now);
    for (const [number, round] of this.#rounds) {
      if (now < round.due + GRACE) continue;
      if (round.isDropped) return this.#blame("a conversation did not end after its deadline", round.conversation);
      // Its own deadline may be late on a busy machine. From now on it has as long again.
      round.isDropped = true;
      round.due = now;
      this.#send({ do: "drop", round: number });
    }
  }

  /** It computes, or it was stopped or kept from running, which is no server's doing. */
  #judgeSilence(now: number): void {
    const silence = now - this.#beatAt;
    const cpuTime = cpuMilliseconds(this.pid) - this.#cpuAtBeat;
    if (cpuTime > MOST_CPU_TIME && this.#parsed) return this.#blame("it did not come back from what a server sent");
    const isOverdue = [...this.#rounds.values()].some(({ due }) => now > due + GRACE);
    const isIdle = cpuTime < silence * IDLE_SHARE;
    if (!(isIdle && (isOverdue || silence > LONGEST_STOP)) && silence < LONGEST_SILENCE) return;
    this.#kill({ why: "it was stopped, or kept from running", blamesServer: false, isIntended: false });
  }

  /** The conversation that was parsed last, if it goes on. */
  get #parsed(): C | undefined {
    return this.#rounds.get(readWord(this.#words, PARSED))?.conversation;
  }

  /** Kills it for what a server sent: to `suspect`, or that of the bytes that were parsed last. */
  #blame(why: string, suspect?: C): void {
    this.#kill({ why, blamesServer: true, isIntended: false, suspect: suspect ?? this.#parsed });
  }

  #kill(reason: Reason<C>): void {
    this.#killed ??= reason;
    killChild(this.#child);
  }
}

/** Milliseconds per tick of the times in /proc (USER_HZ is 100 on all processors that we are built for). */
const TICK = 10;

/** The CPU time that a process has used, by proc(5). */
function cpuMilliseconds(pid: number): number {
  const stat = readKernelFile(`/proc/${pid}/stat`) ?? "";
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK || 0;
}

/** The last line of what it writes, which is why it ends. */
async function lastLine(output: ReadableStream<Uint8Array>): Promise<string> {
  return (await lastWords(output, LAST_WORDS)).trim().split("\n").at(-1)!;
}
