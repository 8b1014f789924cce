import type { ControlClient } from "../../control/client.ts";
import type { StatusQuery } from "../../control/requests.ts";
import type { Status } from "../../control/status.ts";
import { openConnections } from "../../ipvs/counters.ts";
import { writeAllSync } from "../../system/write_all.ts";
import { ExitStatus } from "../base/exit_status.ts";
import { formatDuration } from "../base/quantities.ts";

/** Milliseconds between looks whether connections have ended. */
const LOOK = 1_000;

/** Milliseconds between two lines of progress where standard output is no terminal. */
const TELL = 10_000;

/** Seconds without a packet that are worth telling. */
const QUIET = 5;

/** What is waited for. */
export interface WaitedFor {
  /** The real servers that are meant. */
  readonly query: StatusQuery;
  /** How many packets they have had from clients, to be shown when no more come; absent = not shown. */
  packets?(status: Status): number | undefined;
  /** Why waiting is vain, if it is. */
  obstacle(status: Status): string | undefined;
  /** Seconds; absent = until it is so. */
  readonly patience?: number;
}

/** Looks on, and tells so, until the kernel has no connection to these real servers any more. */
export async function waitForEnd(
  client: ControlClient,
  { query, obstacle, packets, patience = Infinity }: WaitedFor,
): Promise<ExitStatus> {
  const start = performance.now();
  const progress = new Progress();
  const traffic = new Traffic();
  for (;;) {
    const status = await client.ask("status", query);
    const waited = (performance.now() - start) / 1000;
    const vain = obstacle(status);
    if (vain !== undefined) return progress.end(vain, ExitStatus.notDone);
    const open = openTo(status);
    if (open === 0) {
      return progress.end(`no connection is open any more, after ${formatDuration(waited)}`, ExitStatus.done);
    }
    const quiet = traffic.quietSeconds(packets?.(status));
    const idle = quiet < QUIET ? "" : `, no packet for ${formatDuration(quiet)}`;
    const message = open === undefined ? "the kernel does not say what is open" : `${open} connections open${idle}`;
    if (waited >= patience) return progress.end(`${message}, after ${formatDuration(waited)}`, ExitStatus.notDone);
    progress.show(`${message}, ${formatDuration(waited)}`);
    await new Promise((wake) => setTimeout(wake, LOOK));
  }
}

/** Connections that the kernel has open to them; `undefined` when it does not say. A standby has none. */
function openTo({ daemon, virtuals }: Status): number | undefined {
  if (daemon.state !== "standby" && virtuals.some(({ kernel }) => kernel === null)) return undefined;
  const rows = virtuals.flatMap(({ protocol, reals }) => reals.map((real) => ({ protocol, real })));
  return rows.reduce(
    (sum, { protocol, real: { kernel } }) => sum + (kernel ? openConnections(protocol, kernel) : 0),
    0,
  );
}

/** When packets came last. Behind several directors, connections that go on elsewhere stay in the kernel's count for minutes. */
class Traffic {
  #packets: number | undefined;
  #since = performance.now();

  /** Returns for how many seconds no packet has come. */
  quietSeconds(packets: number | undefined): number {
    const now = performance.now();
    if (packets === undefined || packets !== this.#packets) this.#since = now;
    this.#packets = packets;
    return (now - this.#since) / 1000;
  }
}

/** A line that changes in place on a terminal, and a line now and then elsewhere. */
class Progress {
  #toldAt = -Infinity;

  show(text: string): void {
    if (Deno.stdout.isTerminal()) return write(`\r\x1b[K${text}`);
    if (performance.now() - this.#toldAt < TELL) return;
    this.#toldAt = performance.now();
    console.log(text);
  }

  end(text: string, status: ExitStatus): ExitStatus {
    write(`${Deno.stdout.isTerminal() ? "\r\x1b[K" : ""}${text}\n`);
    return status;
  }
}

function write(text: string): void {
  writeAllSync(Deno.stdout, new TextEncoder().encode(text));
}
