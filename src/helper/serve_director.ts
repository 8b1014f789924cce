/**
 * The helper process: gives up what it may do, then holds the conversations that the director tells it of.
 */

import { type Order, readTarget, type Report } from "../checkers/helper_messages.ts";
import { MAX_TEXT } from "../checkers/helper_messages.ts";
import { BEAT, BEAT_INTERVAL } from "../checkers/helper_process.ts";
import { connectBy } from "../checkers/open.ts";
import { converse } from "../checkers/run.ts";
import { prepareForLongRun } from "../checkers/long_run.ts";
import { compilePattern } from "../perl_regex/perl_regex.ts";
import type { Checker, CheckResult } from "../model/check.ts";
import type { Pattern } from "../model/pattern.ts";
import { boundedLines } from "../system/line_reader.ts";
import { type PemFile, readPemFilesFrom } from "../system/pem_file.ts";
import { forgetStartPages } from "../system/start_pages.ts";
import { writeWord } from "../system/shared_words.ts";
import { boundWork } from "./bounded_work.ts";
import { giveUpRights } from "./give_up_rights.ts";
import { HandedConnections } from "./handed_connections.ts";
import { ownChecker } from "./own_checkers.ts";
import { writeJsonLine } from "./write_json_line.ts";
import { RoundEnding } from "../model/ending.ts";

/** Characters of an order: a target, or a file of certificates. */
const MAX_ORDER = 64 * 1024 * 1024;

/** Serves the director at the other end of our standard streams, and resolves when it says nothing more. */
export async function serveDirector(channel: number, words: number): Promise<void> {
  boundWork();
  const user = giveUpRights();
  surviveLibraries();
  const work = new Conversations(channel, words);
  report({ say: "ready", user });
  forgetStartPages();
  prepareForLongRun();
  for await (const line of boundedLines(Deno.stdin.readable, MAX_ORDER)) work.take(JSON.parse(line) as Order);
}

/** Conversations under way. */
class Conversations {
  readonly #words: number;
  readonly #connections: HandedConnections;
  readonly #files = new Map<string, PemFile>();
  readonly #underWay = new Map<number, RoundEnding>();
  #beats = 0;
  #timer: number | undefined;

  constructor(channel: number, words: number) {
    this.#words = words;
    this.#connections = new HandedConnections(channel, words, (round) => report({ say: "connect", round }));
    connectBy((_address, _port, signal, _origin, onHeard) => this.#connections.connect(signal, onHeard));
    readPemFilesFrom((path) => {
      const file = this.#files.get(path);
      if (!file) throw new Error("it was not handed over");
      return file;
    });
  }

  take(order: Order): void {
    switch (order.do) {
      case "ask":
        return void this.#hold(order);
      case "take":
        return this.#connections.take(order.round);
      case "drop":
        return this.#underWay.get(order.round)?.abort(new Error("the round was dropped"));
      case "file": {
        const bytes = new TextEncoder().encode(order.text);
        this.#files.set(order.path, { version: order.version, read: () => bytes });
      }
    }
  }

  async #hold({ round, milliseconds, target: written }: Extract<Order, { do: "ask" }>): Promise<void> {
    if (this.#underWay.size === 0) this.#startBeating();
    const ending = new RoundEnding();
    this.#underWay.set(round, ending);
    const trace = (text: string) => report({ say: "trace", round, text: text.slice(0, MAX_TEXT) });
    // Nothing of it may go on when its verdict is sent, be it at the deadline.
    const over = Promise.withResolvers<void>();
    const checker = await ownChecker(written.service)!;
    report({ say: "begun", round });
    const watched: Checker = async (target, run) => {
      run.signal.addEventListener("abort", () => ending.abort(run.signal.reason));
      this.#connections.belongs(ending, round);
      try {
        return await checker(target, { ...run, signal: ending });
      } finally {
        over.resolve();
      }
    };
    const result = await converse(() => watched, readTarget(written, compiled), milliseconds, trace).verdict;
    await over.promise;
    this.#underWay.delete(round);
    if (this.#underWay.size === 0) clearInterval(this.#timer);
    report({ say: "result", round, result: bounded(result) });
  }

  /** Shows the director that the event loop turns. */
  #startBeating(): void {
    const beat = () => writeWord(this.#words, BEAT, ++this.#beats);
    beat();
    this.#timer = setInterval(beat, BEAT_INTERVAL);
  }
}

/** Reports at once: what a server sent may keep us from it later. */
function report(report: Report): void {
  writeJsonLine(report);
}

function bounded(result: CheckResult): CheckResult {
  const cut = { ...result, detail: result.detail.slice(0, MAX_TEXT) };
  return cut.up && cut.warning ? { ...cut, warning: cut.warning.slice(0, MAX_TEXT) } : cut;
}

const patterns = new Map<string, Pattern>();

/** Checked when the configuration was read. */
function compiled(source: string): Pattern {
  let pattern = patterns.get(source);
  if (!pattern) {
    const compiled = compilePattern(source);
    if (!("matches" in compiled)) throw new Error(compiled.text);
    patterns.set(source, pattern = compiled);
  }
  return pattern;
}

/** What a library throws outside any promise of ours ends one conversation, by its deadline, and not all of them. */
function surviveLibraries(): void {
  globalThis.addEventListener("unhandledrejection", (event) => event.preventDefault());
  globalThis.addEventListener("error", (event) => event.preventDefault());
}
