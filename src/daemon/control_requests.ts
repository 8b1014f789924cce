import { RequestError } from "../control/protocol.ts";
import type { Handlers, Nothing } from "../control/requests.ts";
import { IpvsUnavailable } from "../ipvs/driver.ts";
import type { Daemon } from "./daemon.ts";
import { statusOf } from "./status_document.ts";

/** What the control socket does with each request. */
export function controlRequests(daemon: Daemon): Handlers {
  return {
    status: () => statusOf(daemon),
    activate: () => takeOver(daemon),
    deactivate: () => daemon.deactivate().then(() => ({})),
  };
}

async function takeOver(daemon: Daemon): Promise<Nothing> {
  try {
    await daemon.activate();
    return {};
  } catch (error) {
    if (error instanceof IpvsUnavailable) throw new RequestError("refused", error.message);
    throw error;
  }
}
