/**
 * The state of a real server: whatever names it, be it the log, an alert, the status or a metric, reads it here. Pure.
 *
 * | a real server that                                          | is                             |
 * | ----------------------------------------------------------- | ------------------------------ |
 * | has `checktype = off`                                       | off                            |
 * | a maintenance file holds out                                | maintenance                    |
 * | an operator holds out                                       | drained, disabled              |
 * | has a check that cannot be made, and none that says down    | unknown                        |
 * | a check says is down                                        | down                           |
 * | no check has spoken of, and the kernel's table did not have | waiting; in alerts unknown     |
 * | passes                                                      | up; unchecked where none is made |
 *
 * One that is unknown stays as it was, in the table or out of it.
 */

import type { RealState, ReportedState } from "../model/real_state.ts";
import type { RealServer } from "../model/virtual_service.ts";
import type { RealHealth } from "./real_health.ts";

/** Returns the state of a real server, from the table at the top of this file. */
export function stateOf(real: RealServer, health: RealHealth | undefined): RealState {
  if (!health) return "off";
  if (health.maintenance !== undefined) return "maintenance";
  if (health.orders?.hold) return health.orders.hold.value === "drain" ? "drained" : "disabled";
  if (health.trouble !== undefined) return "unknown";
  if (!health.up) return health.verified ? "down" : "waiting";
  return real.policy.kind === "on" ? "unchecked" : "up";
}

/** Returns the state as alerts name it. */
export function reportedStateOf(real: RealServer, health: RealHealth): ReportedState {
  const state = stateOf(real, health);
  if (state === "unchecked") return "up";
  return state === "waiting" || state === "off" ? "unknown" : state;
}
