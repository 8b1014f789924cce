import type { Handlers } from "../control/requests.ts";
import type { Daemon } from "./daemon.ts";
import { statusOf } from "./status_document.ts";

/** What the control socket does with each request. */
export function controlRequests(daemon: Daemon): Handlers {
  return {
    status: () => statusOf(daemon),
  };
}
