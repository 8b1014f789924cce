import type { Status } from "../control/status.ts";
import type { Daemon } from "./daemon.ts";
import { VERSION } from "./version.ts";

/** What a director has to say of itself now. */
export function statusOf(daemon: Daemon): Status {
  return {
    time: new Date().toISOString(),
    daemon: {
      pid: Deno.pid,
      version: VERSION,
      config: daemon.model.file,
      state: daemon.state,
      startedAt: daemon.startedAt.toISOString(),
    },
  };
}
