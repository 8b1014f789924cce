import { formatWebAddress, type WebAddress } from "../model/web_address.ts";
import { lastWords } from "../system/started_program.ts";
import { cleanCommand } from "../system/clean_command.ts";
import { OWN_PROGRAM } from "../system/own_program.ts";
import type { Log } from "./log/log.ts";

/** Milliseconds until a page that has ended is started again: the first waits, then the last for ever. */
const RETRY_DELAYS = [1_000, 2_000, 5_000, 15_000, 60_000];

/** Milliseconds after which a page is taken to be well. */
const WELL = 60_000;

/** Characters of what a page says that are logged: the last ones. */
const MOST_SAID = 1_000;

/**
 * The status page that the directive `statuspage` asks for: `ldirectord serve` as a process of its own, so that its
 * viewers, in whatever numbers, never delay checks. It ends when we do, however we end.
 */
export class StatusPage {
  readonly #socket: string;
  readonly #log: Log;
  #address: WebAddress | undefined;
  #child: Deno.ChildProcess | undefined;
  #timer: number | undefined;
  #retries = 0;

  /** @param socket the path of our control socket. */
  constructor(socket: string, log: Log) {
    this.#socket = socket;
    this.#log = log;
  }

  /** Serves at that address from now on; nowhere, when there is none. */
  reconfigure(address: WebAddress | undefined): void {
    const same = address && this.#address && formatWebAddress(address) === formatWebAddress(this.#address);
    if (same || (!address && !this.#address)) return;
    this.stop();
    this.#address = address;
    this.#retries = 0;
    this.#start();
  }

  /** Ends it. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#address = undefined;
    const child = this.#child;
    this.#child = undefined;
    try {
      child?.kill("SIGTERM");
    } catch {
      // It has ended already.
    }
  }

  #start(): void {
    if (!this.#address) return;
    const command = cleanCommand(OWN_PROGRAM, {
      args: ["serve", formatWebAddress(this.#address), "--socket", this.#socket, "--while-read"],
      // It reads to the end of its input, which comes when we end, and never reads anything.
      stdin: "piped",
      stdout: "null",
      stderr: "piped",
    });
    try {
      const child = command.spawn();
      this.#child = child;
      this.#watch(child, performance.now());
    } catch (error) {
      this.#tryAgain((error as Error).message);
    }
  }

  async #watch(child: Deno.ChildProcess, startedAt: number): Promise<void> {
    const said = lastWords(child.stderr, MOST_SAID);
    const { code, signal } = await child.status;
    const words = (await said).trim().replaceAll("\n", "; ");
    if (this.#child !== child) return;
    this.#child = undefined;
    if (performance.now() - startedAt > WELL) this.#retries = 0;
    this.#tryAgain(words || (signal === null ? `exit status ${code}` : signal));
  }

  #tryAgain(trouble: string): void {
    const delay = RETRY_DELAYS[Math.min(this.#retries, RETRY_DELAYS.length - 1)];
    if (this.#retries++ < RETRY_DELAYS.length) this.#log.error(`statuspage: ${trouble}; trying again`);
    this.#timer = setTimeout(() => this.#start(), delay);
  }
}
