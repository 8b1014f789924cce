import type { Circumstances } from "../../alerts/notice.ts";
import { countReals, type RealCounts } from "../../director/health_counts.ts";
import { getsClients, type ServedBy, servedBy } from "../../director/quorum.ts";
import type { Health, VirtualHealth } from "../../director/real_health.ts";
import { weightOf } from "../../director/serving.ts";
import { givenNames, type Model, type RealServer, type VirtualService } from "../../model/virtual_service.ts";

/** How a virtual service is as a whole. */
interface Whole {
  readonly counts: RealCounts;
  readonly by: ServedBy;
}

/** Thousands of real servers may go at once, each with a notice of its own: they are counted once. */
const known = new WeakMap<VirtualHealth, Whole>();

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
    serving: health ? wholeOf(virtual, health).counts.serving : 0,
    unknown: health ? wholeOf(virtual, health).counts.unknown : 0,
  };
}

function weightNow(virtual: VirtualService, real: RealServer, health: VirtualHealth | undefined): number {
  const own = health?.reals.get(real.key);
  return health && own && getsClients(real, own, wholeOf(virtual, health).by) ? weightOf(real, own) : 0;
}

function wholeOf(virtual: VirtualService, health: VirtualHealth): Whole {
  const whole = known.get(health) ?? { counts: countReals(virtual, health), by: servedBy(virtual, health) };
  known.set(health, whole);
  return whole;
}
