import { run } from "../tests/lab/world/command.ts";

/** The kernel's clock ticks in a second (USER_HZ, the same on every Linux that runs this). */
const TICKS = 100;

/** The processes of a network namespace, but for one. */
export async function processesOf(namespace: string, except: number): Promise<number[]> {
  const pids = await run(["ip", "netns", "pids", namespace]);
  return pids.split("\n").filter(Boolean).map(Number).filter((pid) => pid !== except);
}

/** Seconds of processor time that processes and their dead children have used. */
export function cpuSeconds(pids: readonly number[]): number {
  return sum(pids, (pid) => {
    const stat = readOrNothing(`/proc/${pid}/stat`);
    if (!stat) return 0;
    // utime, stime, cutime and cstime are fields 14 to 17; the name, field 2, may have anything in it but ends in `)`.
    const times = stat.slice(stat.lastIndexOf(")") + 2).split(" ").slice(11, 15);
    return sum(times, Number) / TICKS;
  });
}

/** Megabytes that processes hold, shared pages divided among those that share them. */
export function pssMegabytes(pids: readonly number[]): number {
  return sum(pids, (pid) => {
    const rollup = readOrNothing(`/proc/${pid}/smaps_rollup`);
    return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0) / 1024;
  });
}

/** Short-lived children may be gone before they are read, or (ESRCH, which has no class here) while they are. */
function readOrNothing(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
