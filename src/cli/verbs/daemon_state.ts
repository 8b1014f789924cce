import { askOnce } from "../../control/client.ts";
import type { DaemonState } from "../../control/status.ts";
import type { Instance } from "../base/instance.ts";

/** Milliseconds that a daemon gets to answer. */
const PATIENCE = 5_000;

/** What the daemon of an instance is doing; `undefined` when it does not answer, as the Perl program never does. */
export async function daemonState({ socket }: Instance): Promise<DaemonState | undefined> {
  try {
    return (await askOnce(socket, "status", {}, PATIENCE)).daemon.state;
  } catch {
    return undefined;
  }
}
