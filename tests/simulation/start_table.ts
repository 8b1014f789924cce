import {
  type DestinationKey,
  destinationKey,
  type IpvsTable,
  type TableService,
  type VirtualKey,
} from "../../src/model/table.ts";
import { destination, keyOf, sketchModel } from "../director/fixture.ts";
import { OTHERS, REALS, type Scenario, VIRTUALS } from "./scenario.ts";

/** Returns what is in the table before anything happens. */
export function startTable({ configs, left }: Scenario): IpvsTable {
  const model = sketchModel(...configs[0], ...VIRTUALS.map((at) => ({ at, reals: REALS })));
  const table = new Map<VirtualKey, TableService>();
  for (const i of left) {
    const key = keyOf(VIRTUALS[i]);
    const destinations = REALS.slice(0, 1 + i).map((real) => [real as DestinationKey, destination(real)] as const);
    table.set(key, { ...model.virtuals.get(key)!.settings, destinations: new Map(destinations) });
  }
  const { address, port } = destination(OTHERS[0]);
  const settings = {
    address: { kind: "tcp", address, port },
    scheduler: "wlc",
    schedulerFlags: [],
    onePacket: false,
  } as const;
  const theirs = destination("203.0.113.10:80");
  table.set(keyOf(OTHERS[0]), { ...settings, destinations: new Map([[destinationKey(theirs), theirs]]) });
  return table;
}
