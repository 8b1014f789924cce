import type { IpvsDriver, Outcome } from "../ipvs/driver.ts";
import type { Action, Plan } from "../model/plan.ts";
import { type VirtualKey, virtualKey } from "../model/table.ts";

const LATER = { taken: false, reason: "an earlier change of the virtual service was not made" } as const;

/**
 * Makes the changes of a plan, one stage after the other: a change of a later stage is made only if the kernel has taken those
 * of its virtual service in the stages before. Returns what came of each, in the order of the plan.
 *
 * @throws {IpvsUnavailable} when the table cannot be reached: then it is not known what was made.
 */
export async function applyInStages(driver: Pick<IpvsDriver, "apply">, plan: Plan): Promise<readonly Outcome[]> {
  const stages = [...new Set(plan.map(stageOf))].sort();
  if (stages.length < 2) return await driver.apply(plan);
  const outcomes = new Array<Outcome>(plan.length).fill(LATER);
  const failed = new Set<VirtualKey>();
  for (const stage of stages) {
    const indices = [...plan.keys()].filter((i) => stageOf(plan[i]) === stage && !failed.has(serviceOf(plan[i])));
    const made = await driver.apply(indices.map((i) => plan[i]));
    for (const [at, i] of indices.entries()) {
      outcomes[i] = made[at] ?? { taken: undefined };
      if (outcomes[i].taken !== true) failed.add(serviceOf(plan[i]));
    }
  }
  return outcomes;
}

function stageOf({ stage }: Action): number {
  return stage ?? 0;
}

function serviceOf(action: Action): VirtualKey {
  return virtualKey(action.service.address);
}
