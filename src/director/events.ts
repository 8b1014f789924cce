import type { Check, CheckResult } from "../model/check.ts";
import type { Action } from "../model/plan.ts";
import type { ReportedState, ServiceState } from "../model/real_state.ts";
import type { SourceLine } from "../model/source_lines.ts";
import type { Destination, ServiceSettings } from "../model/table.ts";
import type { RealServer, VirtualService } from "../model/virtual_service.ts";
import type { CheckUser } from "./check_users.ts";
import type { Role } from "./desired.ts";
import type { QuorumFigures } from "./real_health.ts";

/** Why the table is changed, the lesser reason first. */
export const CHANGE_REASONS = [
  /** A real server gets more or less weight, for a reason other than going down or coming back. */
  "weight",
  /** Health has changed. */
  "change",
  "reload",
  "start",
  "stop",
] as const;

/** One of {@link CHANGE_REASONS}. */
export type ChangeReason = typeof CHANGE_REASONS[number];

/** Everything that happens and may be logged, mailed, counted or acted upon. */
export type DirectorEvent =
  /**
   * The kernel's table was changed. `before` is the destination as it stood there; `listed` says whether the
   * configuration names it.
   */
  | {
    readonly type: "table-changed";
    readonly action: Action;
    readonly changeReason: ChangeReason;
    readonly role?: Role;
    readonly before?: Destination;
    readonly listed: boolean;
  }
  /** The kernel did not take a change; it is tried again. `place` is the line of the configuration that asked for it. */
  | {
    readonly type: "table-refused";
    readonly action: Action;
    readonly role?: Role;
    readonly place?: SourceLine;
    readonly message?: string;
  }
  /** The table cannot be reached at the moment; it is tried again. */
  | { readonly type: "table-unavailable"; readonly message: string }
  /** Virtual services of ours have vanished from the kernel's table, as by `ipvsadm -C`; they are put back. */
  | { readonly type: "services-vanished"; readonly services: readonly ServiceSettings[] }
  /** The table can be reached again, and is as wanted. */
  | { readonly type: "table-in-step" }
  /** A round of a check has ended. */
  | {
    readonly type: "round";
    readonly check: Check;
    readonly result: CheckResult;
    readonly durationMs: number;
    readonly users: readonly CheckUser[];
  }
  /**
   * The state of a real server has changed. `repeated` when it did so while this director stood by, and it is reported
   * again for mails and notices, which a standby does not send.
   */
  | {
    readonly type: "transition";
    readonly virtual: VirtualService;
    readonly real: RealServer;
    readonly was: ReportedState;
    readonly is: ReportedState;
    readonly reason: string;
    readonly repeated?: true;
  }
  /** The last real server of a virtual service has gone, or the quorum is lost (`active`), or is back; `repeated` as above. */
  | {
    readonly type: "fallback";
    readonly virtual: VirtualService;
    readonly active: boolean;
    readonly was: ServiceState;
    readonly quorum: QuorumFigures;
    readonly repeated?: true;
  }
  /** A virtual service has its quorum, or has not: what is found first, and each change. `repeated` as above. */
  | {
    readonly type: "quorum";
    readonly virtual: VirtualService;
    readonly was: ServiceState;
    readonly is: Exclude<ServiceState, "unknown">;
    readonly quorum: QuorumFigures;
    readonly repeated?: true;
  }
  /** So few real servers of a virtual service are up that all of them are kept (`active`), or enough are again. */
  | {
    readonly type: "fail-open";
    readonly virtual: VirtualService;
    readonly active: boolean;
    readonly up: number;
    readonly counted: number;
    readonly repeated?: true;
  };

/** Takes events. Never throws, never waits. */
export type Report = (event: DirectorEvent) => void;
