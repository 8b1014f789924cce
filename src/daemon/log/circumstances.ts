import type { Circumstances } from "../../alerts/notice.ts";
import { countReals, type RealCounts } from "../../director/health_counts.ts";
import { getsClients, servedBy } from "../../director/quorum.ts";
import type { Health, VirtualHealth } from "../../director/real_health.ts";
import { weightOf } from "../../director/serving.ts";
import { givenNames, type Model, type RealServer, type VirtualService } from "../../model/virtual_service.ts";

/** Thousands of real servers may go at once, each with a notice of its own: they are counted once. */
const counted = new WeakMap<VirtualHealth, RealCounts>();

/** Returns how it is around a transition: of a real server, or of a virtual service as a whole. */
export function circumstancesOf(
  model: Model,
  all: Health,
  virtual: VirtualService,
  real?: RealServer,
): Circumstances {
  const health = all.get(virtual.key);
  return {
    config: model.file,
    names: real ? givenNames(model, real) : [],
    weight: real && weightNow(virtual, real, health),
    reals: virtual.reals.size,
    serving: health ? countsOf(virtual, health).serving : 0,
    unknown: health ? countsOf(virtual, health).unknown : 0,
  };
}

function weightNow(virtual: VirtualService, real: RealServer, health: VirtualHealth | undefined): number {
  const own = health?.reals.get(real.key);
  return health && own && getsClients(real, own, servedBy(virtual, health)) ? weightOf(real, own) : 0;
}

function countsOf(virtual: VirtualService, health: VirtualHealth): RealCounts {
  const counts = counted.get(health) ?? countReals(virtual, health);
  counted.set(health, counts);
  return counts;
}
