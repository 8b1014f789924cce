import { dirname } from "node:path";
import type { History, HistoryEntry } from "../../control/history.ts";
import { harmless } from "../../model/harmless_text.ts";

/** Bytes at which the file is cut down to its newer half. */
const MAX_BYTES = 2_000_000;

/** Entries that are kept in memory, for `top` and the page. */
const IN_MEMORY = 500;

/** Milliseconds for which entries are gathered, so that a thousand at once are one write. */
const GATHER = 50;

/** What happened, kept in a bounded file, one JSON object a line, and the newest of it in memory. */
export class HistoryFile {
  readonly #path: string | undefined;
  readonly #onTrouble: (text: string) => void;
  #recent: HistoryEntry[] = [];
  /** Entries that have left memory. */
  #gone = 0;
  #unwritten: string[] = [];
  #timer: number | undefined;
  #trouble: string | undefined;

  /** @param path absent = in memory alone. */
  constructor(path: string | undefined, onTrouble: (text: string) => void) {
    this.#path = path;
    this.#onTrouble = onTrouble;
  }

  /** Adds what happened now. */
  add(entry: Omit<HistoryEntry, "time">): void {
    const complete: HistoryEntry = { time: new Date().toISOString(), ...entry, detail: harmless(entry.detail) };
    this.#recent.push(complete);
    if (this.#recent.length >= 2 * IN_MEMORY) {
      this.#recent = this.#recent.slice(IN_MEMORY);
      this.#gone += IN_MEMORY;
    }
    if (this.#path === undefined) return;
    this.#unwritten.push(`${JSON.stringify(complete)}\n`);
    this.#timer ??= setTimeout(() => this.flush(), GATHER);
  }

  /** What has been added since `next` was answered, as far as it is in memory. */
  since(after: number): History {
    return { entries: this.#recent.slice(Math.max(0, after - this.#gone)), next: this.#gone + this.#recent.length };
  }

  /** Writes what waits to be written. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#path === undefined || this.#unwritten.length === 0) return;
    const text = this.#unwritten.join("");
    this.#unwritten = [];
    try {
      Deno.mkdirSync(dirname(this.#path), { recursive: true, mode: 0o755 });
      Deno.writeTextFileSync(this.#path, text, { append: true, mode: 0o600 });
      this.#trouble = undefined;
      if (Deno.statSync(this.#path).size > MAX_BYTES) halve(this.#path);
    } catch (error) {
      const trouble = `History cannot be written: ${(error as Error).message}`;
      if (trouble !== this.#trouble) this.#onTrouble(trouble);
      this.#trouble = trouble;
    }
  }
}

/** The entries of a history file, the oldest first. Lines that make no sense are passed over. */
export function readHistory(path: string): readonly HistoryEntry[] {
  let text: string;
  try {
    text = Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
  return text.split("\n").flatMap((line) => {
    try {
      const entry = JSON.parse(line);
      const isEntry = !Number.isNaN(Date.parse(entry.time)) && typeof entry.kind === "string" &&
        typeof entry.detail === "string";
      return isEntry ? [{ ...entry as HistoryEntry, detail: harmless(entry.detail) }] : [];
    } catch {
      return [];
    }
  });
}

function halve(path: string): void {
  const text = Deno.readTextFileSync(path);
  const middle = text.indexOf("\n", text.length / 2) + 1;
  Deno.writeTextFileSync(`${path}.new`, text.slice(middle), { mode: 0o600 });
  Deno.renameSync(`${path}.new`, path);
}
