import type { RealServer, VirtualService } from "../model/virtual_service.ts";
import { pause } from "../system/pause.ts";
import { hookTurns, runHook } from "./hook.ts";
import { type Notice, noticeArguments, noticeBody, noticeEnvironment } from "./notice.ts";
import { postJson } from "./webhook.ts";

/** Seconds that one call may take. */
const LIMIT = 10;

/** Milliseconds until a webhook that failed is tried again: the first waits, then no more. */
const RETRY_DELAYS = [1_000, 5_000];

/** Notices that wait for one program or webhook; beyond them the oldest is dropped. */
const CAPACITY = 1_000;

/** Milliseconds that what waits gets when the daemon stops. */
const LAST_CALL = 5_000;

/** What a notifier needs from outside. */
export interface NotifierPorts {
  /** The name of this host. */
  readonly host: string;
  /** Hears of notices that did not arrive, one line each. */
  onTrouble(text: string): void;
}

/** What a notice says of a transition. */
export type NoticeFacts = Pick<Notice, "was" | "is" | "reason" | "text" | "circumstances">;

/** What waits for one program or webhook, the first of it under way. */
interface Line {
  readonly waiting: Notice[];
  dropped: boolean;
}

/**
 * Tells the programs and webhooks of `notify` of every transition: each of them one at a time and in order, without
 * anything waiting for it.
 */
export class Notifier {
  readonly #ports: NotifierPorts;
  readonly #lines = new Map<string, Line>();
  readonly #ending = new AbortController();
  #idle = Promise.withResolvers<void>();

  constructor(ports: NotifierPorts) {
    this.#ports = ports;
  }

  /** The state of a real server changed, or its first check found it dead. */
  transition(virtual: VirtualService, real: RealServer, facts: NoticeFacts): void {
    this.#add({ ...facts, virtual, real });
  }

  /** A virtual service lost its last real server, or has one again. */
  fallback(virtual: VirtualService, facts: NoticeFacts): void {
    this.#add({ ...facts, virtual });
  }

  /** Waits a few seconds for what is under way or waits. */
  async stop(): Promise<void> {
    if (this.#lines.size === 0) return;
    const timer = setTimeout(() => this.#ending.abort(), LAST_CALL);
    await this.#idle.promise;
    clearTimeout(timer);
  }

  #add(facts: Omit<Notice, "target" | "time">): void {
    const target = facts.virtual.notify;
    if (!target || this.#ending.signal.aborted) return;
    const key = target.kind === "webhook" ? target.url.reveal() : target.argv.join("\0");
    const known = this.#lines.get(key);
    const line = known ?? { waiting: [], dropped: false };
    line.waiting.push({ ...facts, target, time: new Date() });
    if (line.waiting.length > CAPACITY) this.#drop(line);
    if (known) return;
    this.#lines.set(key, line);
    this.#work(key, line);
  }

  /** The first is under way; the second is the oldest that still waits. */
  #drop(line: Line): void {
    line.waiting.splice(1, 1);
    if (!line.dropped) this.#ports.onTrouble(`notify: more than ${CAPACITY} notices wait, the oldest are dropped`);
    line.dropped = true;
  }

  async #work(key: string, line: Line): Promise<void> {
    for (let notice = line.waiting[0]; notice && !this.#ending.signal.aborted; notice = line.waiting[0]) {
      const problem = await this.#send(notice);
      if (problem !== undefined) this.#ports.onTrouble(`notify: ${problem}`);
      line.waiting.shift();
    }
    const left = line.waiting.length;
    if (left > 0) this.#ports.onTrouble(`notify: no time was left for ${left} notices, from: ${line.waiting[0].text}`);
    this.#lines.delete(key);
    if (this.#lines.size > 0) return;
    this.#idle.resolve();
    this.#idle = Promise.withResolvers();
  }

  async #send(notice: Notice): Promise<string | undefined> {
    const { target } = notice;
    const { host } = this.#ports;
    if (target.kind === "program") {
      return await runHook([...target.argv, ...noticeArguments(notice)], LIMIT, {
        env: noticeEnvironment(notice, host),
      });
    }
    const body = noticeBody(notice, host);
    for (let attempt = 0;; attempt++) {
      const problem = await hookTurns.run(() => {
        const signal = AbortSignal.any([AbortSignal.timeout(LIMIT * 1000), this.#ending.signal]);
        return postJson(target.url, body, signal);
      });
      if (!problem) return undefined;
      if (problem.permanent || attempt === RETRY_DELAYS.length) return problem.message;
      await pause(RETRY_DELAYS[attempt], this.#ending.signal);
      if (this.#ending.signal.aborted) return problem.message;
    }
  }
}
