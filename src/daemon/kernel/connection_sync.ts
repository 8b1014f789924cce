import { removeIfAllowed } from "../../system/remove_if_allowed.ts";
import { IpvsUnavailable } from "../../ipvs/driver.ts";
import type { SyncDriver } from "../../ipvs/kernel_ipvs.ts";
import type { SyncDaemon, SyncRole } from "../../model/sync.ts";
import type { Log } from "../log/log.ts";

/** What connection synchronisation needs. */
export interface ConnectionSyncPorts {
  readonly driver: SyncDriver;
  readonly log: Log;
  /** Where it is kept which threads we have started: a director that died must know its own again. */
  readonly file: string;
}

/**
 * Has the kernel's sync threads run as the configuration asks (`syncdaemon`). Threads that others have started are
 * left alone, whatever their settings.
 */
export class ConnectionSync {
  readonly #ports: ConnectionSyncPorts;

  constructor(ports: ConnectionSyncPorts) {
    this.#ports = ports;
  }

  /** Starts what is wanted and does not run, stops what is ours and no longer wanted. What fails is logged. */
  async reconfigure(wanted: readonly SyncDaemon[]): Promise<void> {
    const ours = this.#ours();
    if (wanted.length === 0 && ours.length === 0) return;
    try {
      await this.#switchTo(wanted, ours);
    } catch (error) {
      if (!(error instanceof IpvsUnavailable)) throw error;
      this.#ports.log.error(`Connection synchronisation is not as the configuration asks: ${error.message}`);
    }
  }

  async #switchTo(wanted: readonly SyncDaemon[], before: readonly SyncDaemon[]): Promise<void> {
    const { driver, log } = this.#ports;
    const running = await driver.syncDaemons();
    const ours = before.filter((daemon) => running.some((other) => same(daemon, other)));
    this.#keep(ours);
    for (const daemon of ours.filter((daemon) => !wanted.some((other) => same(daemon, other)))) {
      await driver.stopSyncDaemon(daemon);
      ours.splice(ours.indexOf(daemon), 1);
      this.#keep(ours);
      log.info(`Stopped connection synchronisation: ${describe(daemon)}`);
    }
    for (const daemon of wanted) {
      const there = of(running, daemon.role);
      if (there && !before.some((other) => same(there, other))) {
        if (!same(there, daemon)) {
          log.warning(`Connection synchronisation runs already, not started by us, and is left: ${describe(there)}`);
        }
        continue;
      }
      if (of(ours, daemon.role)) continue;
      await driver.startSyncDaemon(daemon);
      ours.push(daemon);
      this.#keep(ours);
      log.info(`Started connection synchronisation: ${describe(daemon)}`);
    }
  }

  #ours(): SyncDaemon[] {
    try {
      const found = JSON.parse(Deno.readTextFileSync(this.#ports.file));
      return Array.isArray(found) ? found.filter(isSyncDaemon) : [];
    } catch {
      return [];
    }
  }

  #keep(ours: readonly SyncDaemon[]): void {
    const { file, log } = this.#ports;
    try {
      if (ours.length === 0 && removeIfAllowed(file)) return;
      Deno.writeTextFileSync(file, `${JSON.stringify(ours)}\n`);
    } catch (error) {
      log.error(`${file} cannot be written: ${(error as Error).message}`);
    }
  }
}

function isSyncDaemon(found: Partial<SyncDaemon> | null): found is SyncDaemon {
  return (found?.role === "master" || found?.role === "backup") && typeof found.interface === "string" &&
    typeof found.id === "number";
}

function of(daemons: readonly SyncDaemon[], role: SyncRole): SyncDaemon | undefined {
  return daemons.find((daemon) => daemon.role === role);
}

function same(a: SyncDaemon, b: SyncDaemon): boolean {
  return a.role === b.role && a.interface === b.interface && a.id === b.id;
}

function describe({ role, interface: mcast, id }: SyncDaemon): string {
  return `${role} on ${mcast}, syncid ${id}`;
}
