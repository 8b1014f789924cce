import { type ControlClient, withClient } from "../control/client.ts";
import type { HistoryEntry } from "../control/history.ts";
import type { Status } from "../control/status.ts";

/** Milliseconds for which a status is given again without asking the director. */
const FRESH = 900;

/** Milliseconds for which a director that is asked may be silent. */
const PATIENCE = 5_000;

/** Events that are kept for pages that are opened. */
const EVENTS = 100;

/** What a director says, asked for once a second at most, however many want to know. */
export class StatusSource {
  readonly #socket: string;
  #asking: Promise<Answer> | undefined;
  #last: { readonly at: number; readonly answer: Answer } | undefined;
  #next = 0;
  #startedAt: string | undefined;
  #events: HistoryEntry[] = [];

  /** @param socket the path of the director's control socket. */
  constructor(socket: string) {
    this.#socket = socket;
  }

  /** What the director says now; why not, when it does not answer. */
  read(): Promise<Answer> {
    if (this.#last && performance.now() - this.#last.at < FRESH) return Promise.resolve(this.#last.answer);
    // A slow director is not asked again before it has answered.
    this.#asking ??= this.#ask().then((answer) => {
      this.#asking = undefined;
      this.#last = { at: performance.now(), answer };
      return answer;
    });
    return this.#asking;
  }

  async #ask(): Promise<Answer> {
    try {
      return await withClient(this.#socket, async (client) => {
        const status = await client.ask("status", { detail: true }, { silence: PATIENCE });
        await this.#catchUp(client, status);
        return { status, events: this.#events };
      });
    } catch (error) {
      return { trouble: error instanceof Error ? error.message : String(error) };
    }
  }

  async #catchUp(client: ControlClient, { daemon: { startedAt } }: Status): Promise<void> {
    if (startedAt !== this.#startedAt) this.#next = 0;
    this.#startedAt = startedAt;
    const { entries, next } = await client.ask("history", { after: this.#next }, PATIENCE);
    this.#next = next;
    if (entries.length > 0) this.#events = [...this.#events, ...entries].slice(-EVENTS);
  }
}

/** What came of asking. */
export type Answer =
  | { readonly status: Status; readonly events: readonly HistoryEntry[] }
  | { readonly status?: undefined; readonly trouble: string };
