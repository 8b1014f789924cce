/**
 * What is said of statements that are not carried over.
 */

import { harmless } from "../../model/harmless_text.ts";
import type { Note, Statement } from "./keepalived_syntax.ts";

/** Something of ours, and what was left out on the way to it. */
export interface Converted<T> {
  readonly value: T;
  readonly notes: readonly Note[];
}

/** Notes that are kept. */
const MOST_NOTES = 10_000;

/** What to write instead of a keyword that means nothing here. */
const INSTEAD: ReadonlyMap<string, string> = new Map(Object.entries({
  digest: "write receive = text of the page instead",
  lvs_sync_daemon: "write syncdaemon = both",
  misc_dynamic: "write dynamicweight = yes, and have the program print weight N",
  notify_down: "write notify = PROGRAM, which is run for every real server that comes or goes",
  notify_up: "write notify = PROGRAM, which is run for every real server that comes or goes",
  quorum_down: "quorumcommand = PROGRAM is called with down; the words of this one cannot be carried over",
  quorum_up: "quorumcommand = PROGRAM is called with up; the words of this one cannot be carried over",
}));

/** Returns lists as one, with the notes of all. */
export function joined<T>(parts: readonly Converted<readonly T[]>[]): Converted<readonly T[]> {
  return { value: parts.flatMap(({ value }) => value), notes: parts.flatMap(({ notes }) => notes) };
}

/** Returns that a statement is left out, and what to write instead. */
export function leftOut({ keyword, line }: Statement): Note {
  return { line, text: `${keyword} is left out: ${INSTEAD.get(keyword) ?? "there is nothing like it here"}` };
}

/** The notes of a whole file: each once, and not more of them than a person reads. */
export class Notes {
  readonly #kept = new Map<string, Note>();

  /** Adds notes. What comes after the last that is kept is a single note. */
  add(notes: readonly Note[]): void {
    for (const { line, text: raw } of notes) {
      if (this.#kept.size > MOST_NOTES) return;
      const text = harmless(raw);
      const identity = `${line} ${text}`;
      if (this.#kept.has(identity)) continue;
      const isLast = this.#kept.size === MOST_NOTES;
      this.#kept.set(identity, { line, text: isLast ? "further lines are left out, too" : text });
    }
  }

  /** Adds the notes of what was converted, and returns that. */
  take<T>({ value, notes }: Converted<T>): T {
    this.add(notes);
    return value;
  }

  /** Returns the notes by their lines. */
  sorted(): readonly Note[] {
    return [...this.#kept.values()].sort((a, b) => a.line - b.line);
  }
}
