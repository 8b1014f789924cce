/** The health of real servers and virtual services, and what follows from it at a glance. Pure. */

import type { CheckKey } from "../model/check.ts";
import type { RealOrders } from "../model/orders.ts";
import type { ServiceState } from "../model/real_state.ts";
import type { Destination, DestinationKey, VirtualKey } from "../model/table.ts";
import type { CheckHealth } from "./check_health.ts";

/** What was found in the kernel's table when this real server came under our care. */
export type Found = "active" | "quiescent" | "absent";

/** The health of one real server in one virtual service. */
export interface RealHealth {
  readonly up: boolean;
  /** False until every check has said something, or one that it is down; the table's word counts till then. */
  readonly verified: boolean;
  readonly found: Found;
  /** How much of its weight it gets: less than 1 while it climbs back (`slowstart`). */
  readonly share: number;
  /** One line: why it is down, or what its check says. */
  readonly reason: string;
  /** Why a check of it cannot be made while no other one says that it is down: whether it is well is unknown then. */
  readonly trouble?: string;
  /** When `up` last changed, in milliseconds of the director's clock. */
  readonly since: number;
  /** The maintenance file that holds this real server out. */
  readonly maintenance?: string;
  /** What the operator has ordered of it. */
  readonly orders?: RealOrders;
  readonly checks: ReadonlyMap<CheckKey, CheckHealth>;
}

/** The health of one virtual service. */
export interface VirtualHealth {
  /** The time given to first rounds is over: the fallback need not wait for more verdicts. */
  readonly settled: boolean;
  /** The fallback was in the table when we came. */
  readonly fallbackFound: boolean;
  /** Destinations that served when we came and that the configuration does not have: they stay until more is known. */
  readonly leaving: ReadonlyMap<DestinationKey, Destination>;
  /**
   * Whether the quorum serves (quorum.ts), as far as first rounds have been heard: `down` only when those of all real
   * servers have been that could make the difference, however early the fallback steps in.
   */
  readonly service: ServiceState;
  /** All real servers serve because too few of them are up: `failopen`. */
  readonly failOpen: boolean;
  readonly reals: ReadonlyMap<DestinationKey, RealHealth>;
}

/** The weight that serves, and the weight that has to serve. */
export interface QuorumFigures {
  readonly serving: number;
  readonly needed: number;
}

/** The health of everything in the configuration. */
export type Health = ReadonlyMap<VirtualKey, VirtualHealth>;

/** Whether its checks pass and no order or maintenance file holds it out. Whether clients come to it depends on its weight, too: serving.ts. */
export function isAvailable(real: RealHealth): boolean {
  return real.up && !isHeld(real);
}

/** Whether an order or a maintenance file holds this real server out, whatever its checks say. */
export function isHeld(real: RealHealth): boolean {
  return real.maintenance !== undefined || real.orders?.hold !== undefined;
}

/** Why a real server serves or does not, in one line: the order or file that holds it out, what its checks say, or why they cannot be made. */
export function reasonFor(health: RealHealth): string {
  const { maintenance, orders } = health;
  if (maintenance !== undefined) return `maintenance: file ${maintenance}`;
  if (orders?.hold) return `${orders.hold.value === "drain" ? "drained" : "disabled"} by the operator`;
  return checksSay(health);
}

/** What its checks say, or why they cannot and what they said before, in one line. */
export function checksSay({ trouble, verified, up, reason }: RealHealth): string {
  if (trouble === undefined) return reason;
  const before = verified ? `; ${up ? "up" : "down"} when last checked: ${reason}` : "";
  return `cannot be checked: ${trouble}${before}`;
}

/** Returns whether its checks have said something, or have been tried in vain: the table's word counts till then. */
export function hasFirstRounds({ verified, trouble }: RealHealth): boolean {
  return verified || trouble !== undefined;
}
