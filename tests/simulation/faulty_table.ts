import { changeTable } from "../../src/ipvs/change_table.ts";
import { IpvsUnavailable, type Outcome } from "../../src/ipvs/driver.ts";
import type { Action, Plan } from "../../src/model/plan.ts";
import type { IpvsTable, TableService, VirtualKey } from "../../src/model/table.ts";
import type { Random } from "../random.ts";
import { type Fault, LIES } from "./scenario.ts";
import type { VirtualClock } from "./virtual_clock.ts";

/** Milliseconds that a call takes, and that one takes which is slow. */
const QUICK = 5;
const SLOW = 4_000;

/** Milliseconds between two times of wrong reads: where no look falls between them, they are one that lasts too long to be known. */
const TRUTH = 7_000;

/** What a director's change of the table is made with. */
export interface Batch {
  /** Whether the director lives: what was not made when it died is never made. */
  isAlive(): boolean;
  readonly onChange: OnChange;
}

/** Called after each single change with the table as it was and as it is. */
export type OnChange = (action: Action, before: IpvsTable, after: IpvsTable) => void;

/** A table like the kernel's, with the faults that a scenario asks for. */
export class FaultyTable {
  readonly #clock: VirtualClock;
  readonly #random: Random;
  #table = new Map<VirtualKey, TableService>();
  /** As it was before the last changes: for reads of another moment. */
  #before: IpvsTable = new Map();
  readonly #faults: { readonly fault: Fault; readonly until: number; readonly oneIn: number }[] = [];

  constructor(clock: VirtualClock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** The table as it really is. */
  get now(): IpvsTable {
    return this.#table;
  }

  /** When the last fault will be over. */
  get calmFrom(): number {
    return Math.max(0, ...this.#faults.map(({ until }) => until));
  }

  /** Does something wrong for some time. */
  break(fault: Fault, lasts: number, oneIn: number): void {
    const isSoon = this.#faults.some((each) => LIES.includes(each.fault) && this.#clock.now() < each.until + TRUTH);
    if (LIES.includes(fault) && isSoon) return;
    this.#faults.push({ fault, until: this.#clock.now() + lasts, oneIn });
  }

  /** Changes it by hand. */
  set(table: IpvsTable): void {
    this.#before = this.#table;
    this.#table = new Map(table);
  }

  async read(): Promise<IpvsTable> {
    await this.#clock.sleep(this.#hits("slow") ? SLOW : QUICK);
    if (this.#hits("read-fails")) throw new IpvsUnavailable("no answer");
    if (this.#hits("read-empty")) return new Map();
    if (this.#hits("read-stale")) return new Map(this.#before);
    return this.#hits("read-cut") ? cut(this.#table, this.#random) : new Map(this.#table);
  }

  async apply(plan: Plan, { isAlive, onChange }: Batch): Promise<readonly Outcome[]> {
    await this.#clock.sleep(this.#hits("slow") ? SLOW : QUICK);
    if (!isAlive()) return [];
    const dies = this.#hits("dies");
    const made = dies ? plan.slice(0, this.#random.below(plan.length + 1)) : plan;
    const outcomes: Outcome[] = [];
    this.#before = this.#table;
    for (const action of made) {
      const after = new Map(this.#table);
      const refusal = this.#hits("refuses") ? "Memory allocation problem" : changeTable(after, action, new Set());
      outcomes.push(refusal === undefined ? { taken: true } : { taken: false, reason: refusal });
      if (refusal === undefined) {
        const before = this.#table;
        this.#table = after;
        onChange(action, before, after);
      }
    }
    await this.#clock.sleep(QUICK);
    if (dies) throw new IpvsUnavailable("killed");
    return outcomes;
  }

  #hits(fault: Fault): boolean {
    const now = this.#clock.now();
    return this.#faults.some((each) => each.fault === fault && each.until > now && this.#random.oneIn(each.oneIn));
  }
}

/** The table as far as a list shows it that ends too early. */
function cut(table: IpvsTable, random: Random): IpvsTable {
  const whole = [...table];
  const services = whole.slice(0, random.below(whole.length + 1));
  const last = services.at(-1);
  if (!last) return new Map();
  const destinations = [...last[1].destinations].slice(0, random.below(last[1].destinations.size + 1));
  return new Map([...services.slice(0, -1), [last[0], { ...last[1], destinations: new Map(destinations) }]]);
}
