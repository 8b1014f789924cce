import { Host } from "../tests/lab/world/host.ts";

/** A network namespace for a program that is measured. */
export interface BenchHost {
  readonly host: Host;
  /** A process in it, through whose /proc its table is read without starting anything. */
  readonly window: number;
}

/** Does the work on a new host, which is gone afterwards with all that runs there. */
export async function onBenchHost<T>(work: (bench: BenchHost) => Promise<T>): Promise<T> {
  const host = await Host.create("bench", ["addr add 10.0.0.1/24 dev eth0", "addr add 10.1.255.1/16 dev eth0"]);
  const window = new Deno.Command("ip", { args: ["netns", "exec", "bench", "sleep", "3600"] }).spawn();
  try {
    return await work({ host, window: window.pid });
  } finally {
    await host.destroy();
    await window.status;
  }
}
