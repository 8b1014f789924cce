import { writeAllSync } from "../../system/write_all.ts";

/** What the pulse file says of a director: one line of JSON, renewed while checks are completed. */
export interface Pulse {
  /** When it was written: ISO 8601, UTC. */
  readonly time: string;
  readonly pid: number;
  /** Checks that were completed since the start. */
  readonly checks: number;
  /** Seconds within which the next check is to be completed, by the configuration; 1 when there is nothing to check. */
  readonly every: number;
  /** The check that is longest overdue, and by how many seconds. */
  readonly overdue: { readonly check: string; readonly seconds: number } | null;
  /** Whether it leaves the kernel's table to another director. */
  readonly standby: boolean;
  /** Whether the kernel's table is as wanted. */
  readonly inStep: boolean;
  /** Virtual services that should be in the kernel's table, and are not. */
  readonly missing: Some | null;
  /** Virtual services of which no real server serves. */
  readonly unserved: Some | null;
  /** Real servers that cannot be checked, and since when there have been any: ISO 8601, UTC. */
  readonly unknown: { readonly reals: number; readonly since: string } | null;
  /** Virtual services of which no real server can be checked. */
  readonly unjudged: Some & { readonly since: string } | null;
}

/** How many there are, and the name of the first. */
export interface Some {
  readonly count: number;
  readonly first: string;
}

/** The pulse as the file has it, with its newline. */
export function encodePulse(pulse: Pulse): string {
  return `${JSON.stringify(pulse)}\n`;
}

/** The pulse of a file's text; `undefined` when it is none. */
export function decodePulse(text: string): Pulse | undefined {
  try {
    const pulse = JSON.parse(text);
    return typeof pulse?.checks === "number" && typeof pulse.every === "number" ? pulse : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Bytes of a pulse that is written over the one before, blanks included: all beats are of one length, so that no reader sees
 * the end of another one.
 */
const IN_PLACE = 1024;

/** A pulse file, always whole: each beat takes the place of the one before. */
export class PulseFile {
  readonly #path: string;
  readonly #onTrouble: (reason: string) => void;
  #failed = false;
  #beatAt = new Date();

  /** @param onTrouble told once when the file cannot be written, and again after it could. */
  constructor(path: string, onTrouble: (reason: string) => void) {
    this.#path = path;
    this.#onTrouble = onTrouble;
  }

  /** Renews the file. */
  beat(pulse: Pulse): void {
    this.#beatAt = new Date();
    this.amend(pulse);
  }

  /** Writes what has changed since the last beat. It is no beat: the file's time stays that of the last one. */
  amend(pulse: Pulse): void {
    try {
      this.#write(encodePulse(pulse));
      this.#failed = false;
    } catch (error) {
      if (!this.#failed) this.#onTrouble(`The pulse file ${this.#path} cannot be written: ${(error as Error).message}`);
      this.#failed = true;
    }
  }

  #write(text: string): void {
    try {
      Deno.writeTextFileSync(this.#new, text);
    } catch (error) {
      if (!(error instanceof Deno.errors.PermissionDenied)) throw error;
      // An account that may write the file and make no other one.
      const file = Deno.openSync(this.#path, { write: true });
      try {
        writeAllSync(file, new TextEncoder().encode(`${text.trimEnd().padEnd(IN_PLACE - 1)}\n`));
        file.utimeSync(this.#beatAt, this.#beatAt);
      } finally {
        file.close();
      }
      return;
    }
    // Whatever our umask: monitoring is seldom root.
    Deno.chmodSync(this.#new, 0o644);
    Deno.utimeSync(this.#new, this.#beatAt, this.#beatAt);
    Deno.renameSync(this.#new, this.#path);
  }

  /** Removes the file: the director stops, and no next beat is to be expected. */
  remove(): void {
    for (const path of [this.#new, this.#path]) {
      try {
        Deno.removeSync(path);
      } catch {
        // It was never there.
      }
    }
  }

  get #new(): string {
    return `${this.#path}.new`;
  }
}
