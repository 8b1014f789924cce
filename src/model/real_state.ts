/** What a real server is to its clients, and why it is. */
export type RealState =
  /** Its checks pass. */
  | "up"
  /** A check fails. */
  | "down"
  /** A check cannot be made, for a reason that lies with this host or the configuration: nothing new is known. */
  | "unknown"
  /** No check has said anything yet. */
  | "waiting"
  /** A file in `maintenancedir` holds it out. */
  | "maintenance"
  /** An operator has drained it: no new connections, weight 0. */
  | "drained"
  /** An operator has disabled it: treated as down. */
  | "disabled"
  /** Not checked, and always in. */
  | "unchecked"
  /** `checktype = off`: never in. */
  | "off";

/** A state that the log, alerts and the history name. Before the first verdict it is `unknown`. */
export type ReportedState = Exclude<RealState, "waiting" | "unchecked" | "off">;

/** A virtual service as alerts name it: whether a real server serves. `unknown` before the first rounds. */
export type ServiceState = "up" | "down" | "unknown";

/** Returns whether a real server of that state is held out on purpose, by an operator or a maintenance file. */
export function isPlanned(state: RealState): boolean {
  return state === "maintenance" || state === "drained" || state === "disabled";
}
