/** What happened: the entries of the history file, and what the request `history` answers. */

import type { ReportedState } from "../model/real_state.ts";

/** The kinds of what is worth remembering. */
export type HistoryKind =
  /** The new state of a real server. */
  | ReportedState
  /** The quorum of a virtual service is lost or back: the fallback, where there is one, has stepped in, or has left. */
  | "fallback-in"
  | "fallback-out"
  /** So few real servers are up that all of them get clients, or enough are up again. */
  | "fail-open"
  | "fail-open-over"
  /** An operator's order was given, taken back, or has ended. */
  | "order"
  /** A list of real servers has changed: in DNS, or a file. */
  | "names"
  /** An address is announced to routers, or withdrawn from them, or that cannot be done. */
  | "announced"
  | "withdrawn"
  | "announce-failed"
  /** An operator has retired this director, or taken that back. */
  | "retired"
  | "rejoined"
  /** The daemon. */
  | "started"
  | "stopped"
  | "reloaded"
  | "reload-failed"
  /** The kernel's table. */
  | "out-of-step"
  | "in-step"
  /** Virtual services of ours have vanished from it, as by `ipvsadm -C`, and are put back. */
  | "vanished"
  /** The helper process was ended, or has ended by itself, and is started again. */
  | "helper-ended";

/** One thing that happened. One line of the history file. */
export interface HistoryEntry {
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly kind: HistoryKind;
  /** As logs name it: `192.0.2.10:80`. */
  readonly virtual?: string;
  readonly real?: string;
  /** One line for an operator: `503 Service Unavailable`. */
  readonly detail: string;
}

/** The newest entries, the oldest first. */
export interface History {
  readonly entries: readonly HistoryEntry[];
  /** Given as `after` the next time, only what is newer is answered. */
  readonly next: number;
}
