import { strictEqual } from "node:assert/strict";
import type { Host } from "./host.ts";
import { poll, watch } from "./wait.ts";

/** The director's IPVS table, as `ipvsadm -Sn` prints it. */
export class Table {
  constructor(private readonly director: Host) {}

  /** The table as it is now, in normal form. */
  async now(): Promise<string> {
    return normalised(await this.director.run("ipvsadm", "-Sn"));
  }

  /** Waits until the table is as expected; the order of services and of destinations is all one. */
  async becomes(expected: string, seconds = 30): Promise<void> {
    const wanted = normalised(expected);
    strictEqual(await poll(() => this.now(), (table) => table === wanted, seconds), wanted);
  }

  /** Watches for so many seconds that the table is, and stays, as expected. */
  async stays(expected: string, seconds: number): Promise<void> {
    const wanted = normalised(expected);
    strictEqual(await watch(() => this.now(), (table) => table === wanted, seconds), wanted);
  }

  /** Each destination's upper and lower threshold, which `ipvsadm -Sn` does not tell. */
  async thresholds(): Promise<Record<string, string>> {
    const listing = await this.director.run("ipvsadm", "-Ln", "--thresholds");
    return Object.fromEntries(
      [...listing.matchAll(/^ {2}-> (\S*\d)\s+(\d+)\s+(\d+)/gm)].map((
        [, server, upper, lower],
      ) => [server, `${upper} ${lower}`]),
    );
  }

  /** Changes the table as a person would, with ipvsadm's arguments. */
  async changeByHand(command: string): Promise<void> {
    await this.director.run("ipvsadm", ...command.split(" "));
  }
}

/** One line each service and destination, destinations under their service, both in order. */
export function normalised(table: string): string {
  const rows = table.split("\n").map((line) => line.trim().replace(" --tun-type ipip", "")).filter(Boolean);
  const service = (row: string) => row.split(" ").slice(1, row.includes(" -6 ") ? 4 : 3).join(" ");
  const key = (row: string) => `${service(row)} ${row.startsWith("-A") ? 0 : 1} ${row}`;
  return rows.sort((a, b) => key(a) < key(b) ? -1 : 1).join("\n");
}
