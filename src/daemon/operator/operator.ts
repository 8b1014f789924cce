import { type Arguments, RequestError } from "../../control/protocol.ts";
import type { OrderedReal, OrderResult } from "../../control/requests.ts";
import type { Director } from "../../director/director.ts";
import { getsClients, servedBy } from "../../director/quorum.ts";
import { fullWeight, realsOf } from "../../director/serving.ts";
import { bracketed, parseIp } from "../../model/address.ts";
import { costOfMissingFallbackFlag, missingFallbackFlag } from "../../model/fallback_flag.ts";
import { type Hold, partsOf, type RealId, realId } from "../../model/orders.ts";
import { type Steps, walkFor } from "../../model/steps.ts";
import { type DestinationKey, MOST_WEIGHT, type VirtualKey } from "../../model/table.ts";
import { givenNames, type RealServer } from "../../model/virtual_service.ts";
import type { HistoryFile } from "../records/history_file.ts";
import type { Log } from "../log/log.ts";
import { type EndedOrder, isWeight, OrderBook } from "./order_book.ts";
import { type Selected, selectReals } from "./select_reals.ts";

/** The longest time that an order may be given for, in seconds: ten years. */
const LONGEST = 315_360_000;

/** Milliseconds that the kernel gets to take an order before a warning says that it has not. */
const PATIENCE = 5_000;

/** What an operator's orders need. */
export interface OperatorPorts {
  readonly director: Director;
  readonly log: Log;
  readonly history: HistoryFile;
  /** Where orders outlive the daemon; absent = nowhere. */
  readonly ordersFile?: string;
}

/** Does what an operator asks for by hand: takes real servers out and brings them back, gives them other weights. */
export class Operator {
  readonly #ports: OperatorPorts;
  readonly #book: OrderBook;

  constructor(ports: OperatorPorts) {
    this.#ports = ports;
    this.#book = new OrderBook(ports.ordersFile, (text) => ports.log.error(text));
  }

  /** Applies the orders that earlier runs left; ends what is over. To be called before its start. */
  takeUp(): void {
    this.#end(this.#book.expire(Date.now()));
    this.#ports.director.applyOrders(this.#book.orders);
  }

  /** Ends expired orders. */
  look(): void {
    const ended = this.#book.expire(Date.now());
    if (ended.length === 0) return;
    this.#end(ended);
    void this.#save();
    this.#ports.director.applyOrders(this.#book.orders);
  }

  /** The requests `drain` and `disable`. */
  async hold(kind: Hold, input: Arguments): Promise<OrderResult> {
    const { selected, until } = await this.#read(input);
    this.#book.give(selected.map(idOf), { hold: { value: kind, since: Date.now(), until } });
    return await this.#carryOut(selected, kind, until);
  }

  /** The request `weight`. */
  async setWeight(input: Arguments): Promise<OrderResult> {
    const { selected, until } = await this.#read(input);
    const since = Date.now();
    // Nothing is ordered of any of them when one cannot have what is asked for.
    const orders = selected.map((each) => ({ id: idOf(each), value: this.#weightFor(each, input) }));
    for (const { id, value } of orders) this.#book.give([id], { weight: { value, since, until } });
    await this.#recordAll(orders.map(({ id, value }) => ({ id, what: `weight ${value}${ending(until)}` })));
    return await this.#finish(orders.map(({ id }) => id), until);
  }

  #weightFor({ virtual, real }: Selected, { weight, percent, more }: Arguments): number {
    if (isWeight(weight)) return weight;
    const { weight: configured } = real.destination;
    if (typeof percent === "number" && percent >= 0) return within(Math.ceil((configured * percent) / 100), real);
    if (Number.isInteger(more)) {
      const health = this.#ports.director.health.get(virtual.key)?.reals.get(real.key);
      return within((health ? fullWeight(real, health) : configured) + (more as number), real);
    }
    throw new RequestError(
      "bad-argument",
      `weight is not a number from 0 to ${MOST_WEIGHT}, percent or more no number`,
    );
  }

  /**
   * The request `enable`: all is as the configuration and the checks say.
   *
   * @param restored those that were taken out, and are back.
   */
  async enable(input: Arguments, restored: readonly RealId[]): Promise<OrderResult> {
    const forgotten = typeof input.real === "string" ? this.#forgotten(input.real) : [];
    const { only } = input;
    if (only !== undefined && only !== "hold" && only !== "weight") {
      throw new RequestError("bad-argument", "only is neither hold nor weight");
    }
    const ended = this.#book.takeBack([...forgotten, ...await this.#listed(input, forgotten.length > 0)], only);
    await this.#recordAll(ended.map(({ id, order }) => ({ id, what: `${order} taken back` })));
    return await this.#finish([...new Set([...restored, ...ended.map(({ id }) => id)])], undefined);
  }

  /** Those that the configuration has; none of them is no mistake where others are meant. */
  async #listed(input: Arguments, mayBeNone: boolean): Promise<RealId[]> {
    try {
      return (await this.#read(input)).selected.map(idOf);
    } catch (error) {
      if (mayBeNone && error instanceof RequestError) return [];
      throw error;
    }
  }

  /** Ordered real servers of that address that no configuration has any more. */
  #forgotten(word: string): RealId[] {
    const { virtuals } = this.#ports.director.model;
    const address = parseIp(word);
    const wanted = address ? bracketed(address) : word;
    return [...this.#book.orders.keys()].filter((id) => {
      const { virtual, real } = partsOf(id);
      if (virtuals.get(virtual)?.reals.has(real)) return false;
      return real === wanted || real.slice(0, real.lastIndexOf(":")) === wanted;
    });
  }

  async #read(input: Arguments): Promise<{ readonly selected: readonly Selected[]; readonly until?: number }> {
    const { real, virtual, seconds } = input;
    if (typeof real !== "string") throw new RequestError("bad-argument", "real is missing: which real server?");
    if (virtual !== undefined && typeof virtual !== "string") {
      throw new RequestError("bad-argument", "virtual is not a string");
    }
    if (seconds !== undefined && !(typeof seconds === "number" && seconds > 0 && seconds <= LONGEST)) {
      throw new RequestError("bad-argument", `seconds is not a number from 1 to ${LONGEST}`);
    }
    const all = await selectReals(this.#ports.director.model, real, virtual);
    const selected = all.filter((each) => each.real.policy.kind !== "off");
    if (selected.length === 0) throw new RequestError("refused", `${real} is out of use already: checktype = off`);
    return { selected, until: seconds === undefined ? undefined : Date.now() + seconds * 1000 };
  }

  async #carryOut(selected: readonly Selected[], order: string, until: number | undefined): Promise<OrderResult> {
    const ids = selected.map(idOf);
    await this.#recordAll(ids.map((id) => ({ id, what: `${order}${ending(until)}` })));
    return await this.#finish(ids, until);
  }

  async #finish(ids: readonly RealId[], until: number | undefined): Promise<OrderResult> {
    const [unsaved, untaken] = await Promise.all([this.#save(), this.#ordersApplied()]);
    const { reals, warnings } = await walkFor(ids.length)(this.#outcomeInSteps(ids));
    return {
      reals,
      until: until === undefined ? null : new Date(until).toISOString(),
      warnings: [...warnings, untaken, unsaved].filter((each) => each !== undefined),
    };
  }

  /** What has become of the real servers that an order is about: one may be in thousands of virtual services. */
  *#outcomeInSteps(ids: readonly RealId[]): Steps<Pick<OrderResult, "reals" | "warnings">> {
    const { orders } = this.#book;
    const reals: OrderedReal[] = [];
    const ordered = new Set(ids);
    const virtuals = new Set<VirtualKey>();
    for (const id of ids) {
      yield;
      const { virtual, real } = partsOf(id);
      virtuals.add(virtual);
      const weight = orders.get(id)?.weight?.value;
      reals.push({ virtual: this.#labelOf(virtual), key: virtual, real, names: this.#namesOf(virtual, real), weight });
    }
    const warnings: string[] = [];
    for (const key of virtuals) {
      yield;
      warnings.push(...this.#unserved(key), ...this.#refused(key, ordered));
    }
    return { reals, warnings };
  }

  /** Has the orders obeyed. Gives what the operator should know when the kernel does not do so. */
  async #ordersApplied(): Promise<string | undefined> {
    const { director } = this.#ports;
    const late = Promise.withResolvers<"late">();
    const timer = setTimeout(() => late.resolve("late"), PATIENCE);
    const applied = await Promise.race([director.applyOrders(this.#book.orders), late.promise]);
    clearTimeout(timer);
    if (applied === "late") return "the kernel takes its time, and has not taken it yet";
    return director.trouble === undefined ? undefined : `the kernel's table is not as wanted: ${director.trouble}`;
  }

  /** What an order costs where the scheduler refuses clients of a real server of weight 0. */
  #refused(key: VirtualKey, ids: ReadonlySet<RealId>): string[] {
    const { desired, model } = this.#ports.director;
    const virtual = model.virtuals.get(key);
    const flag = virtual && missingFallbackFlag(virtual.settings);
    if (!virtual || flag === undefined) return [];
    const { reals } = virtual;
    const isZero = ({ key: real }: RealServer) => desired?.get(key)?.destinations.get(real)?.weight === 0;
    if (![...reals.values()].some((real) => ids.has(realId(key, real.key)) && isZero(real))) return [];
    return [`${virtual.label}: ${costOfMissingFallbackFlag(virtual.settings, flag)}: add ${flag} to schedflags`];
  }

  #unserved(key: VirtualKey): string[] {
    const { health: all, model } = this.#ports.director;
    const [virtual, health] = [model.virtuals.get(key), all.get(key)];
    if (!virtual || !health) return [];
    const by = servedBy(virtual, health);
    if (by !== "fallback" && realsOf(virtual, health).some(([real, own]) => getsClients(real, own, by))) {
      return health.service === "down" ? [`${virtual.label} has lost its quorum`] : [];
    }
    const instead = by === "fallback" ? "only its fallback does" : "no real server does";
    return [`no real server of ${virtual.label} serves clients now: ${instead}`];
  }

  #end(ended: readonly EndedOrder[]): void {
    for (const { id, order } of ended) this.#record(id, `${order} has ended: its time is over`);
  }

  /** Logs what was ordered, in short turns. */
  async #recordAll(all: readonly { readonly id: RealId; readonly what: string }[]): Promise<void> {
    const record = this.#record.bind(this);
    await walkFor(all.length)(function* () {
      for (const { id, what } of all) {
        yield;
        record(id, what);
      }
    }());
  }

  #record(id: RealId, what: string): void {
    const { history, log } = this.#ports;
    const { virtual: key, real } = partsOf(id);
    const virtual = this.#labelOf(key);
    const [name] = this.#namesOf(key, real);
    const text = `Operator: ${real}${name === undefined ? "" : ` ${name}`} (${virtual}): ${what}`;
    log.write("notice", text, { event: "order", virtual, real });
    history.add({ kind: "order", virtual, real, detail: what });
  }

  #namesOf(key: VirtualKey, real: DestinationKey): readonly string[] {
    const { model } = this.#ports.director;
    const found = model.virtuals.get(key)?.reals.get(real);
    return found ? givenNames(model, found) : [];
  }

  #labelOf(key: VirtualKey): string {
    return this.#ports.director.model.virtuals.get(key)?.label ?? key;
  }

  /** What the operator should know when it could not be done. */
  async #save(): Promise<string | undefined> {
    try {
      await this.#book.save();
      return undefined;
    } catch (error) {
      const trouble = `orders cannot be written down and end with the daemon: ${(error as Error).message}`;
      this.#ports.log.error(`Operator: ${trouble}`);
      return trouble;
    }
  }
}

/** A weight that the kernel takes. */
function within(weight: number, { key }: RealServer): number {
  if (isWeight(weight)) return weight;
  throw new RequestError("refused", `the weight of ${key} would be ${weight}; it is a number from 0 to ${MOST_WEIGHT}`);
}

function ending(until: number | undefined): string {
  return until === undefined ? "" : ` until ${new Date(until).toLocaleString("sv-SE")}`;
}

function idOf({ virtual, real }: Selected): RealId {
  return realId(virtual.key, real.key);
}
