import { type ControlClient, NobodyThere, withClient } from "../../control/client.ts";
import { RequestError } from "../../control/protocol.ts";
import { pidFileOwner } from "../../daemon/process/pid_file.ts";
import { CONFIG } from "../base/declaration.ts";
import { ExitStatus } from "../base/exit_status.ts";
import type { Instance } from "../base/instance.ts";
import { paintFor } from "../terminal/paint.ts";
import { findRunning, withDaemon } from "../base/running_instance.ts";
import { status } from "../verbs/status.ts";
import { terminalSize } from "../terminal/terminal_size.ts";
import { type Tool, UsageError } from "../base/tool.ts";
import { toolArguments } from "../base/tool_arguments.ts";
import { withUsage } from "../base/tool_usage.ts";
import { decodeKeys } from "./keys.ts";
import { listHeight, topScreen } from "./screen.ts";
import {
  BEGINNING,
  type PendingOrder,
  press,
  selectedRow,
  type TopState,
  updateDetails,
  updateStatus,
} from "./state.ts";
import { writeAllSync } from "../../system/write_all.ts";

/** Milliseconds for which a director that is asked may be silent. */
const PATIENCE = 5_000;

const DECLARED = withUsage({
  name: "top",
  summary: "watch a director live: which real servers serve, how fast, what happens",
  forms: ["[-i SECONDS] [--config NAME]"],
  words: [],
  about: `
Shows the virtual services and their real servers, live: states (changes flash), why,
weights, connections, the latency of the newest checks, and what happens below.

    q             quit                     d   drain the selected real server
    up, down      select (also k, j)       x   disable it
    Enter         all that is known of     e   enable it again
                  it, with what its last   w   give it another weight
                  check has said, and      s   another order (S: backwards)
                  what happened to it      /   filter
    Esc           the whole list again     p   only what is not well
    ?             these keys
`,
  options: {
    interval: { short: "i", value: "N", doc: "seconds between two looks (1)" },
    config: CONFIG,
  },
  after: `
Where it is no terminal that it writes to, it prints the table of status --long once.
Exit status: 0, or 3 when no director runs.
`,
});

/** A live view of a director. */
export const top: Tool = {
  ...DECLARED,

  async run(args) {
    const { values } = toolArguments(args, DECLARED);
    const seconds = Number(values.interval ?? 1);
    if (!(seconds >= 0.2 && seconds <= 3600)) {
      throw new UsageError("--interval is a number of seconds from 0.2 to 3600");
    }
    const instance = findRunning(values.config);
    if (!Deno.stdout.isTerminal() || !Deno.stdin.isTerminal()) return await status(instance, { form: "long" });
    if (pidFileOwner(instance.pidFile).state !== "running") {
      return await withDaemon(instance, () => Promise.resolve(ExitStatus.done));
    }
    await new Top(instance, seconds * 1000).run();
    return ExitStatus.done;
  },
};

/** Signals that end it; whatever ends it, the terminal is as it was. */
const ENDING = ["SIGINT", "SIGQUIT", "SIGTERM", "SIGHUP"] as const;

const ENTER = "\x1b[?1049h\x1b[?25l";
const LEAVE = "\x1b[?25h\x1b[?1049l";

/** The terminal and the director, joined by the state. */
class Top {
  readonly #instance: Instance;
  readonly #interval: number;
  readonly #paint = paintFor(Deno.stdout);
  readonly #unicode = /utf-?8/i.test(
    Deno.env.get("LC_ALL") || Deno.env.get("LC_CTYPE") || Deno.env.get("LANG") || "",
  );
  readonly #ended = Promise.withResolvers<void>();
  #state: TopState = BEGINNING;
  #next = 0;
  #looking = false;
  #asking: Promise<void> = Promise.resolve();

  constructor(instance: Instance, interval: number) {
    this.#instance = instance;
    this.#interval = interval;
  }

  /** Resolves when the user quits. The terminal is as it was before. */
  async run(): Promise<void> {
    const redraw = () => this.#draw();
    const end = () => this.#ended.resolve();
    Deno.stdin.setRaw(true);
    write(ENTER);
    Deno.addSignalListener("SIGWINCH", redraw);
    for (const signal of ENDING) Deno.addSignalListener(signal, end);
    const timer = setInterval(() => this.#look(), this.#interval);
    try {
      this.#readKeys().then(end, end);
      this.#look();
      await this.#ended.promise;
    } finally {
      clearInterval(timer);
      Deno.removeSignalListener("SIGWINCH", redraw);
      write(LEAVE);
      Deno.stdin.setRaw(false);
    }
  }

  async #readKeys(): Promise<void> {
    const buffer = new Uint8Array(256);
    for (;;) {
      const count = await Deno.stdin.read(buffer);
      if (count === null) return;
      for (const key of decodeKeys(new TextDecoder().decode(buffer.subarray(0, count)))) {
        const { state, pending, quit } = press(this.#state, key, listHeight(terminalSize().rows));
        this.#state = state;
        if (pending) this.#order(pending);
        if (state.detailView && !state.details) this.#look();
        if (quit) return;
      }
      this.#draw();
    }
  }

  /** One look at a time, however long the director takes. */
  #look(): void {
    if (this.#looking) return;
    this.#looking = true;
    this.#ask(async (client) => {
      const status = await client.ask("status", { detail: true }, { silence: PATIENCE });
      // A director that was restarted between two looks counts its entries anew.
      if (status.daemon.startedAt !== this.#state.status?.daemon.startedAt) this.#next = 0;
      const { entries, next } = await client.ask("history", { after: this.#next }, PATIENCE);
      this.#next = next;
      this.#state = updateStatus(this.#state, status, entries, performance.now());
      const row = this.#state.detailView ? selectedRow(this.#state) : undefined;
      if (!row) return;
      const query = { real: row.real.real, virtual: row.virtual.key, conversation: true };
      this.#state = updateDetails(this.#state, await client.ask("status", query, PATIENCE));
    }).then(() => this.#looking = false);
  }

  #order({ order, real, virtual, weight }: PendingOrder): void {
    this.#ask(async (client) => {
      const whom = { real, virtual };
      const { reals, warnings } = order === "weight"
        ? await client.ask(order, { ...whom, ...weight! }, PATIENCE)
        : await client.ask(order, whom, PATIENCE);
      const what = order === "weight" ? `weight ${reals.map((each) => each.weight).join(", ")}` : order;
      const done = reals.length === 0 ? `nothing was ordered of ${real}` : `${what}: ${reals.map(nameOf).join(", ")}`;
      this.#state = { ...this.#state, message: [done, ...warnings].join("; ") };
    });
    this.#look();
  }

  /** One question after the other; a director that restarts is found again. */
  #ask(work: (client: ControlClient) => Promise<void>): Promise<void> {
    return this.#asking = this.#asking.then(async () => {
      try {
        await withClient(this.#instance.socket, work);
      } catch (error) {
        this.#onTrouble(error);
      }
      this.#draw();
    });
  }

  #onTrouble(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    if (error instanceof RequestError) {
      this.#state = { ...this.#state, message: text };
      return;
    }
    this.#next = 0;
    const trouble = error instanceof NobodyThere ? "no director answers" : text;
    this.#state = { ...this.#state, trouble: `${trouble}; what follows is old`, events: [] };
  }

  #draw(): void {
    const { columns, rows } = terminalSize();
    const screen = { columns, rows, paint: this.#paint, unicode: this.#unicode, now: performance.now() };
    const lines = topScreen(this.#state, screen);
    write(`\x1b[H${lines.map((line) => `${line}\x1b[K`).join("\r\n")}`);
  }
}

function nameOf({ real, virtual }: { readonly real: string; readonly virtual: string }): string {
  return `${real} (${virtual})`;
}

function write(text: string): void {
  writeAllSync(Deno.stdout, new TextEncoder().encode(text));
}
