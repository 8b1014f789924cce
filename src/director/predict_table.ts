import type { CheckKey, CheckResult } from "../model/check.ts";
import type { Orders } from "../model/orders.ts";
import type { IpvsTable } from "../model/table.ts";
import type { Model, VirtualService } from "../model/virtual_service.ts";
import { verdictOf } from "./check_health.ts";
import { checksIn } from "./check_users.ts";
import { type DesiredTable, desiredTable } from "./desired.ts";
import { adopt, type EndedRound, type HealthEvent, reduce } from "./health.ts";

/** What is known, or assumed, of the time after a start. */
export interface Assumptions {
  /** The kernel's table now. */
  readonly table: IpvsTable;
  /** What each check will have said: once it has, one round counts for as many as it takes. */
  readonly said: (check: CheckKey) => CheckResult;
  readonly maintenance?: Extract<HealthEvent, { type: "maintenance" }>;
  /** What the operator has ordered. */
  readonly orders?: Orders;
}

/** The table that a director of this configuration will want when its checks have spoken. Pure. */
export function predictTable(model: Model, { table, said, maintenance, orders }: Assumptions): DesiredTable {
  const oneRoundDecides: Model = {
    ...model,
    virtuals: new Map([...model.virtuals].map(([key, virtual]) => [key, {
      ...virtual,
      failureCount: 1,
      riseCount: 1,
      slowStart: 0,
      reals: withoutCounts(virtual.reals),
    }])),
  };
  const rounds = checksIn(model).map((check): EndedRound => {
    return { check: check.key, result: verdictOf(check, said(check.key)), at: 0 };
  });
  let health = adopt(oneRoundDecides, table, new Map(), 0);
  if (maintenance) health = reduce(health, maintenance, oneRoundDecides);
  if (orders) health = reduce(health, { type: "orders", orders }, oneRoundDecides);
  health = reduce(health, { type: "rounds", rounds }, oneRoundDecides);
  health = reduce(health, { type: "settled" }, oneRoundDecides);
  return desiredTable(oneRoundDecides, health).table;
}

/** Those that have counts of their own lose them; the others stay the same objects. */
function withoutCounts(reals: VirtualService["reals"]): VirtualService["reals"] {
  const own = [...reals].filter(([, real]) => real.failureCount !== undefined || real.riseCount !== undefined);
  if (own.length === 0) return reals;
  const plain = own.map(([key, real]) => [key, { ...real, failureCount: undefined, riseCount: undefined }] as const);
  return new Map([...reals, ...plain]);
}
