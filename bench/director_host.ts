import { Host } from "../tests/lab/world/host.ts";
import { sleep } from "../tests/lab/world/wait.ts";
import { WAY_TO_FARM } from "./farm.ts";
import { processesOf } from "./processes.ts";
import type { Program } from "./programs.ts";
import type { Duration } from "./result.ts";

/** For all servers to come in, or for silent ones to go. The Perl program takes some 500 s for the former. */
const PATIENCE_SECONDS = 60;
/** Often enough for a tenth of a second; each look costs the lab's one processor some milliseconds. */
const POLL_MS = 100;

/** The host that a measured program runs on, and its table. */
export class DirectorHost {
  private constructor(readonly host: Host, private readonly window: Deno.ChildProcess) {}

  /** Has `work` done on a fresh host with the program's configuration on it. */
  static async with<T>(program: Program, work: (director: DirectorHost) => Promise<T>): Promise<T> {
    const host = await Host.create("bench", WAY_TO_FARM);
    // A process of the namespace: by its /proc the table is read without starting anything.
    const window = new Deno.Command("ip", { args: ["netns", "exec", "bench", "sleep", "3600"] }).spawn();
    try {
      await Deno.mkdir("/etc/ha.d", { recursive: true });
      await Deno.writeTextFile(program.file, program.config);
      return await work(new DirectorHost(host, window));
    } finally {
      await host.destroy();
      await window.status;
    }
  }

  /** Starts the program. */
  async start(program: Program): Promise<void> {
    await this.host.run(...program.start);
  }

  /** The processes of the program that was started. */
  processes(): Promise<number[]> {
    return processesOf(this.host.name, this.window.pid);
  }

  /** Waits until all these servers are in the table, or none of them is. */
  async timeUntil(
    servers: readonly string[],
    are: boolean,
    { poll = POLL_MS, patience = PATIENCE_SECONDS } = {},
  ): Promise<Duration> {
    const start = performance.now();
    const seconds = () => (performance.now() - start) / 1000;
    while (true) {
      const table = this.#servers();
      const reached = servers.filter((server) => table.has(server) === are).length;
      if (reached === servers.length) return { seconds: seconds() };
      if (seconds() > patience) return { over: patience, reached };
      await sleep(poll);
    }
  }

  /** How many destinations of that weight are in the table. */
  countOf(weight: number): number {
    const rows = this.#rows().matchAll(/^ {2}-> [0-9A-F]{8}:\S+ +\S+ +(\d+)/gm);
    return [...rows].filter(([, each]) => Number(each) === weight).length;
  }

  #rows(): string {
    return Deno.readTextFileSync(`/proc/${this.window.pid}/net/ip_vs`);
  }

  /** The addresses in the table; the kernel writes them in hexadecimal. */
  #servers(): ReadonlySet<string> {
    const rows = this.#rows().matchAll(/^ {2}-> ([0-9A-F]{8}):/gm);
    return new Set([...rows].map(([, hex]) => [0, 2, 4, 6].map((at) => parseInt(hex.slice(at, at + 2), 16)).join(".")));
  }
}
