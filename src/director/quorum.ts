/**
 * The quorum of a virtual service: how much weight has to serve for it to be up, and which servers its clients get. Pure.
 *
 * The serving weight is that of all real servers that serve (serving.ts), `slowstart` left aside. A virtual service is
 *
 * | and was           | its serving weight is       | then it is | and clients are served by                      |
 * | ----------------- | --------------------------- | ---------- | ---------------------------------------------- |
 * | up                | `quorum` or more            | up         | the real servers                               |
 * | up                | less                        | down       | the fallback alone; without one, what is left  |
 * | down              | `quorum` + `hysteresis`     | up         | the real servers                               |
 * | down              | less                        | down       | the fallback alone; without one, what is left  |
 * | found at a start  | `quorum` or more            | up         | the real servers                               |
 *
 * At a start that finds the fallback in the table, the virtual service counts as down before. Only the word of checks makes
 * it up or down; the fallback steps in earlier, when first rounds have had their time.
 *
 * With `failopen = N%` all real servers serve, whatever the quorum says, while fewer than N % of them are up. Those that
 * an operator or a maintenance file holds out are neither counted nor kept, and it needs one with a weight above 0.
 */

import type { ServiceState } from "../model/real_state.ts";
import type { RealServer, VirtualService } from "../model/virtual_service.ts";
import { hasFirstRounds, isHeld, type QuorumFigures, type RealHealth, type VirtualHealth } from "./real_health.ts";
import { fullWeight, isServing } from "./serving.ts";

/** Which servers the clients of a virtual service get. */
export type ServedBy =
  /** The real servers that are well. */
  | "healthy"
  /** The fallback, and no real server. */
  | "fallback"
  /** All real servers that are not held out, also those that are down: `failopen`. */
  | "all";

/** Returns which servers the clients of a virtual service get. */
export function servedBy(virtual: VirtualService, health: VirtualHealth): ServedBy {
  if (health.failOpen) return "all";
  return virtual.fallback && needsFallback(virtual, health) ? "fallback" : "healthy";
}

/** Returns whether new connections go to this real server. */
export function getsClients(real: RealServer, health: RealHealth, by: ServedBy): boolean {
  if (by === "fallback") return false;
  return isServing(real, health) || (by === "all" && isKept(real, health));
}

/** Returns whether `failopen` keeps a real server in the table that is down: its checks have ended, and no order or maintenance holds it out. */
export function isKept(real: RealServer, health: RealHealth): boolean {
  return health.verified && !isHeld(health) && fullWeight(real, health) > 0;
}

/**
 * Returns whether less than the quorum serves, and enough is known to say so: the fallback's turn. With `checktype = off`,
 * where no real server has health, it never is; a virtual service without real servers always needs it.
 */
export function needsFallback(virtual: VirtualService, health: VirtualHealth): boolean {
  if (virtual.reals.size > 0 && health.reals.size === 0) return false;
  const needed = neededWeight(virtual, health);
  const { serving, possible } = weightsOf(virtual, health, needed);
  return serving < needed && (health.settled || health.fallbackFound || possible < needed);
}

/** The weight that has to serve for the virtual service to be up, by what it is now. */
function neededWeight({ quorum, hysteresis }: VirtualService, { service, fallbackFound }: VirtualHealth): number {
  const wasDown = service === "down" || (service === "unknown" && fallbackFound);
  return wasDown ? quorum + hysteresis : quorum;
}

/** Returns the weight of the real servers that serve, and the weight that has to serve by what the virtual service was. */
export function quorumFigures(virtual: VirtualService, health: VirtualHealth, was = health.service): QuorumFigures {
  return { serving: weightsOf(virtual, health).serving, needed: neededWeight(virtual, { ...health, service: was }) };
}

/** Returns the health with `service` and `failOpen` as they are now, by the table at the top of this file. */
export function withQuorum(virtual: VirtualService, health: VirtualHealth): VirtualHealth {
  const [service, failOpen] = [serviceOf(virtual, health), isFailOpen(virtual, health)];
  return service === health.service && failOpen === health.failOpen ? health : { ...health, service, failOpen };
}

function serviceOf(virtual: VirtualService, health: VirtualHealth): ServiceState {
  if (virtual.reals.size > 0 && health.reals.size === 0) return health.service;
  const needed = neededWeight(virtual, health);
  const { verified, possible } = weightsOf(virtual, health, needed);
  if (verified >= needed) return "up";
  return possible < needed ? "down" : health.service;
}

/** Returns how many real servers `failopen` counts, and how many of them are not known to be down. */
export function failOpenFigures({ reals }: VirtualHealth): { readonly up: number; readonly counted: number } {
  let [up, counted] = [0, 0];
  for (const own of reals.values()) {
    if (isHeld(own)) continue;
    counted++;
    if (own.up || !own.verified) up++;
  }
  return { up, counted };
}

function isFailOpen(virtual: VirtualService, health: VirtualHealth): boolean {
  if (virtual.failOpen === 0) return false;
  const { up, counted } = failOpenFigures(health);
  return up * 100 < virtual.failOpen * counted && hasAnyToKeep(virtual, health);
}

/** Whether a real server would get clients: where all have weight 0, the fallback is to stay. */
function hasAnyToKeep(virtual: VirtualService, health: VirtualHealth): boolean {
  for (const [key, own] of health.reals) {
    const real = virtual.reals.get(key);
    if (real && getsClients(real, own, "all")) return true;
  }
  return false;
}

/** The weight that serves, that of it which is not only the table's word, and that which may yet serve. */
interface Weights {
  readonly serving: number;
  readonly verified: number;
  readonly possible: number;
}

/** @param enough where counting may end: no more than that much matters. */
function weightsOf(virtual: VirtualService, health: VirtualHealth, enough = Infinity): Weights {
  let [serving, verified, possible] = [0, 0, 0];
  for (const [key, own] of health.reals) {
    const real = virtual.reals.get(key);
    if (!real) continue;
    const weight = fullWeight(real, own);
    if (isServing(real, own)) {
      serving += weight;
      possible += weight;
      if (own.verified || own.checks.size === 0) verified += weight;
    } else if (!hasFirstRounds(own) && !isHeld(own)) possible += weight;
    if (verified >= enough) break;
  }
  return { serving, verified, possible };
}
