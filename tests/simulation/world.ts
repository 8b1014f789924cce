import type { Round } from "../../src/checkers/run.ts";
import type { Check } from "../../src/model/check.ts";
import { type Orders, realId, type RealOrders } from "../../src/model/orders.ts";
import type { DestinationKey, TableService, VirtualKey } from "../../src/model/table.ts";
import { keyOf, verdict } from "../director/fixture.ts";
import { Random } from "../random.ts";
import { ByHand } from "./by_hand.ts";
import { FaultyTable } from "./faulty_table.ts";
import { type Fault, LIES, type Ordered, REALS, type Scenario, type SimulatedEvent, VIRTUALS } from "./scenario.ts";
import { startTable } from "./start_table.ts";
import { KNOWN } from "./times.ts";
import { VirtualClock } from "./virtual_clock.ts";

/** What changes the table by hand. */
const HANDS: readonly SimulatedEvent["do"][] = ["clear", "delete", "hand"];

/** A real server. */
export interface Server {
  up: boolean;
  takes: number;
  /** What its rounds have said in a row, and since when. */
  said: { readonly up: boolean; count: number; readonly since: number } | undefined;
}

/** What is so outside the director: the servers, the table, what was ordered and done by hand. */
export class World {
  readonly scenario: Scenario;
  readonly clock = new VirtualClock();
  readonly table: FaultyTable;
  readonly servers: ReadonlyMap<string, Server>;
  readonly orders = new Map<string, RealOrders>();
  /** Real servers that a file of the maintenance directory names. */
  maintained: readonly string[] = [];
  readonly byHand = new ByHand();
  /** What others have in the table. */
  readonly others: Map<VirtualKey, TableService>;
  /** Virtual services that an earlier director may have left. */
  readonly left = new Set<string>();
  /** When a real server was last held out, given a weight, or let go again, in any virtual service. */
  readonly orderedAt = new Map<string, number>();
  /** When a virtual service of ours was last deleted by hand. */
  readonly deletedAt = new Map<string, number>();
  /** When it was last logged that a virtual service of ours has vanished. */
  readonly vanishedAt = new Map<string, number>();

  constructor(scenario: Scenario) {
    this.scenario = scenario;
    this.table = new FaultyTable(this.clock, new Random(scenario.seed));
    this.servers = new Map(REALS.map((real) => [real, { up: true, takes: 1, said: undefined }]));
    this.table.set(startTable(scenario));
    this.others = new Map([...this.table.now].filter(([key]) => !isOurs(key)));
    for (const i of scenario.left) this.left.add(VIRTUALS[i]);
  }

  /** All orders that are in force. */
  get ordersNow(): Orders {
    return new Map(this.orders) as Orders;
  }

  /**
   * Whether it cannot be known what became of a batch that died: reads may be wrong, or it was undone by hand or by
   * a change that was refused.
   */
  get isUnclear(): boolean {
    const isUndone = this.has("refuses") || this.scenario.happenings.some((each) => HANDS.includes(each.do));
    return LIES.some((lie) => this.has(lie)) || (this.has("dies") && isUndone);
  }

  /** Whether reads were wrong a short time ago, or are. */
  get wasLiedTo(): boolean {
    const now = this.clock.now();
    return this.scenario.happenings.some((each) =>
      each.do === "fault" && LIES.includes(each.fault) && each.at <= now && now < each.at + each.lasts + KNOWN
    );
  }

  /** Makes a round: the server is asked for as long as it takes now, and judged by how it is then. */
  async round(check: Check): Promise<Round> {
    const server = this.servers.get(check.key)!;
    const startedAt = this.clock.now();
    await this.clock.sleep(server.takes);
    return { result: verdict(server.up), startedAt, durationMs: server.takes, trace: [] };
  }

  /** Takes an order, or takes it back. */
  order(virtual: string, real: string, order: Ordered): void {
    const id = realId(keyOf(virtual), real as DestinationKey);
    if (order === "enable") {
      this.orders.delete(id);
      return;
    }
    const before = this.orders.get(id) ?? {};
    const since = 0;
    this.orders.set(
      id,
      order === "drain" || order === "disable"
        ? { ...before, hold: { value: order, since } }
        : { ...before, weight: { value: order === "weight 0" ? 0 : 5, since } },
    );
  }

  /** Takes note that something is ordered of a real server. */
  stir(real: string): void {
    this.byHand.stir(real, this.clock.now());
    this.orderedAt.set(real, this.clock.now());
  }

  /** Whether the scenario has that fault at any time. */
  has(fault: Fault): boolean {
    return this.scenario.happenings.some((each) => each.do === "fault" && each.fault === fault);
  }

  /** Whether a real server is kept out by maintenance or by an order. */
  isHeld(virtual: string, real: string): boolean {
    return this.maintained.includes(real) || this.ordersOf(virtual, real).hold !== undefined;
  }

  /** Whether a real server was ordered to have weight 0. */
  weightIsZero(virtual: string, real: string): boolean {
    return this.ordersOf(virtual, real).weight?.value === 0;
  }

  /** What is ordered of a real server. */
  ordersOf(virtual: string, real: string): RealOrders {
    return this.orders.get(realId(keyOf(virtual), real as DestinationKey)) ?? {};
  }

  /** With `readdquiescent = no` one at weight 0 that a wrong read has shown to be there is not put back. */
  mayLack(wanted: number | undefined, is: number | undefined): boolean {
    return wanted === 0 && is === undefined && LIES.some((lie) => this.has(lie));
  }
}

/** Whether a virtual service is the director's. */
export function isOurs(key: VirtualKey): boolean {
  return VIRTUALS.some((at) => keyOf(at) === key);
}
