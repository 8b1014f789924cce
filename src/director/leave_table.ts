import { IpvsUnavailable } from "../ipvs/driver.ts";
import type { Clock } from "../model/clock.ts";
import type { Model } from "../model/virtual_service.ts";
import { type DesiredTable, desiredTable } from "./desired.ts";
import { adopt } from "./health.ts";
import type { Left } from "./standby.ts";
import type { TableKeeper } from "./table_keeper.ts";

/** Milliseconds for which leaving the table is tried again, and between two tries. */
const LEAVE = 5_000;
const TRY_AGAIN = 500;

/** The table that is left. */
export interface Leaving {
  readonly keeper: TableKeeper;
  readonly clock: Clock;
  readonly model: Model;
  /** What was wanted last; absent = nothing was yet. */
  readonly ours?: DesiredTable;
}

/** Purges the virtual services with `cleanstop = yes`, and ends the keeping. Tries for some seconds. */
export async function leaveTable(leaving: Leaving): Promise<Left> {
  try {
    return await purge(leaving);
  } catch (error) {
    if (!(error instanceof IpvsUnavailable)) throw error;
    return error.message;
  }
}

async function purge(leaving: Leaving): Promise<Left> {
  const { keeper, clock, model } = leaving;
  const ours = leaving.ours ?? await adoptTable(leaving);
  const kept = [...ours].filter(([key]) => !model.virtuals.get(key)?.cleanStop);
  const end = clock.now() + LEAVE;
  keeper.want(new Map(kept), "stop");
  await keeper.idle();
  for (; keeper.trouble !== undefined && clock.now() < end; await keeper.idle()) {
    await new Promise<void>((resolve) => clock.after(TRY_AGAIN, resolve));
  }
  await keeper.leave();
  return keeper.trouble;
}

/** Stopped before the first table: what an earlier run has left is ours to purge all the same. */
async function adoptTable({ keeper, clock, model }: Leaving): Promise<DesiredTable> {
  const table = await keeper.read();
  const health = adopt(model, table, new Map(), clock.now());
  const ours = [...desiredTable(model, health).table].filter(([key]) => table.has(key));
  keeper.want(new Map(ours), "start");
  await keeper.idle();
  return new Map(ours);
}
