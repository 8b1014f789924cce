import { loadConfig } from "../../src/config/load.ts";
import { Daemon } from "../../src/daemon/daemon.ts";
import type { KeptFiles } from "../../src/daemon/ports.ts";
import { statusOf, type StatusScope } from "../../src/daemon/requests/status_document.ts";
import type { Status } from "../../src/control/status.ts";
import { Log } from "../../src/daemon/log/log.ts";
import { MemoryIpvs } from "../../src/ipvs/memory.ts";

/** What the daemon answers to the request `status`. */
export async function statusNow(daemon: Daemon, scope: Partial<StatusScope> = {}): Promise<Status> {
  const { pieces } = await statusOf(daemon, { detail: false, conversation: false, ...scope });
  return JSON.parse(pieces.map((bytes) => new TextDecoder().decode(bytes)).join(""));
}

/** A daemon over a table in memory, with its files in a directory of its own. */
export class TestDaemon implements AsyncDisposable {
  readonly log: string[];
  readonly table: MemoryIpvs;
  readonly daemon: Daemon;
  readonly folder: string;

  private constructor(folder: string, daemon: Daemon, table: MemoryIpvs, log: string[]) {
    this.folder = folder;
    this.daemon = daemon;
    this.table = table;
    this.log = log;
  }

  /**
   * Starts one on the configuration; its first table is in memory when this resolves.
   *
   * @param earlier a daemon that has ended: this one takes its directory and table over.
   * @param meanwhile is done while it starts.
   */
  static async start(
    config: string,
    earlier?: Pick<TestDaemon, "folder" | "table">,
    meanwhile: (test: TestDaemon) => void = () => {},
  ): Promise<TestDaemon> {
    const folder = earlier?.folder ?? await Deno.makeTempDir();
    const file = `${folder}/test.cf`;
    await Deno.writeTextFile(file, config);
    const loaded = await loadConfig(file);
    if (!loaded.model) throw new Error(JSON.stringify(loaded.problems));
    const lines: string[] = [];
    const log = new Log((_, line) => lines.push(line));
    const table = earlier?.table ?? new MemoryIpvs();
    const keep: KeptFiles = {
      lists: `${folder}/lists.json`,
      announced: `${folder}/announced.json`,
      retirement: `${folder}/retirement.json`,
      amendments: `${folder}/reals.json`,
      orders: `${folder}/kept/test.orders.json`,
      history: `${folder}/kept/test.history`,
      uptime: `${folder}/kept/test.uptime.json`,
    };
    const ports = { driver: table, counters: table, log, keep, onReload: () => {} };
    const daemon = new Daemon(loaded, loaded.model, ports);
    const test = new TestDaemon(folder, daemon, table, lines);
    const started = daemon.start();
    meanwhile(test);
    await started;
    return test;
  }

  /** Ends it; what it keeps stays for the next one. */
  async stop(): Promise<void> {
    await this.daemon.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.daemon.state !== "stopping") await this.daemon.stop();
    await Deno.remove(this.folder, { recursive: true }).catch(() => {});
  }
}
