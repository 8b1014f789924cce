import { confine } from "../system/confinement.ts";
import { readKernelFile } from "../system/kernel_file.ts";

/** Bytes of its own that a process which reads what hostile servers send may have beyond those of its start. */
const MEMORY = 384n * 1024n * 1024n;

/** Gives up what this process may do, and gives the name of the user that it is now. Throws when anything is left. */
export function giveUpRights(): string {
  return confine(dataSize() + MEMORY, !Deno.build.standalone);
}

function dataSize(): bigint {
  const kilobytes = /^VmData:\s*(\d+)/m.exec(readKernelFile("/proc/self/status") ?? "")?.[1];
  return BigInt(kilobytes ?? 0) * 1024n;
}
