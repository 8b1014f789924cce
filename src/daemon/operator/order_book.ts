import type { Hold, Order, OrderKind, Orders, RealId, RealOrders } from "../../model/orders.ts";
import { MOST_WEIGHT } from "../../model/table.ts";
import { readState, StateFile } from "../records/state_file.ts";

/** An order that has ended, or was taken back. */
export interface EndedOrder {
  readonly id: RealId;
  /** `drain`, `disable`, `weight 5`. */
  readonly order: string;
}

/** The operator's orders, kept in a file so that neither a reload nor a restart forgets them. */
export class OrderBook {
  readonly #file: StateFile;
  readonly #orders = new Map<RealId, RealOrders>();

  /**
   * @param path absent = in memory alone.
   * @param onTrouble is called when what an earlier run has left cannot be read.
   */
  constructor(path: string | undefined, onTrouble: (text: string) => void) {
    this.#file = new StateFile(path);
    if (path === undefined) return;
    try {
      for (const [id, orders] of decode(readState(path))) this.#orders.set(id, orders);
    } catch (error) {
      onTrouble(`Orders of an earlier run: ${(error as Error).message}`);
    }
  }

  /** All that are in force, as they are now. */
  get orders(): Orders {
    return new Map(this.#orders);
  }

  /** Gives orders about each of these; one of the same kind is replaced. */
  give(ids: Iterable<RealId>, orders: RealOrders): void {
    for (const id of ids) this.#orders.set(id, { ...this.#orders.get(id), ...orders });
  }

  /** Takes back orders about these, all or those of one kind, and tells which there were. */
  takeBack(ids: Iterable<RealId>, kind?: OrderKind): EndedOrder[] {
    return [...ids].flatMap((id) => {
      const { hold, weight } = this.#orders.get(id) ?? {};
      const left = kind === undefined ? {} : kind === "hold" ? { weight } : { hold };
      if (left.hold || left.weight) this.#orders.set(id, left);
      else this.#orders.delete(id);
      const ended = { hold: left.hold ? undefined : hold, weight: left.weight ? undefined : weight };
      return describe(ended).map((order) => ({ id, order }));
    });
  }

  /** Ends those that have expired (milliseconds since the epoch), and returns them. */
  expire(now: number): EndedOrder[] {
    const ended: EndedOrder[] = [];
    for (const [id, orders] of this.#orders) {
      const hold = keepUntil(orders.hold, now);
      const weight = keepUntil(orders.weight, now);
      if (hold === orders.hold && weight === orders.weight) continue;
      const over: RealOrders = { hold: hold ? undefined : orders.hold, weight: weight ? undefined : orders.weight };
      ended.push(...describe(over).map((order) => ({ id, order })));
      if (hold || weight) this.#orders.set(id, { hold, weight });
      else this.#orders.delete(id);
    }
    return ended;
  }

  /**
   * Writes them down.
   *
   * @throws {Error} of the file system: then they hold until the daemon ends.
   */
  save(): Promise<void> {
    return this.#file.write(() => {
      const orders = [...this.#orders].map(([id, { hold, weight }]) => ({ real: id, hold, weight }));
      return { version: 1, orders };
    });
  }
}

/** The orders that a daemon would find in its file now. Nothing is changed; what cannot be read there is ignored. */
export function ordersAt(path: string, now: number): Orders {
  try {
    const found = decode(JSON.parse(Deno.readTextFileSync(path))).map(([id, { hold, weight }]) =>
      [id, { hold: keepUntil(hold, now), weight: keepUntil(weight, now) }] as const
    );
    return new Map(found);
  } catch {
    return new Map();
  }
}

/** The orders in words. */
function describe({ hold, weight }: RealOrders): string[] {
  return [...hold ? [hold.value] : [], ...weight ? [`weight ${weight.value}`] : []];
}

function keepUntil<T>(order: Order<T> | undefined, now: number): Order<T> | undefined {
  return order?.until !== undefined && order.until <= now ? undefined : order;
}

function decode(state: unknown): [RealId, RealOrders][] {
  const rows = (state as { readonly orders?: unknown } | undefined)?.orders;
  if (!Array.isArray(rows)) return [];
  return rows.flatMap((row): [RealId, RealOrders][] => {
    const hold = decodeOrder(row?.hold, (value): value is Hold => value === "drain" || value === "disable");
    const weight = decodeOrder(row?.weight, isWeight);
    return typeof row?.real === "string" && (hold || weight) ? [[row.real as RealId, { hold, weight }]] : [];
  });
}

function decodeOrder<T>(order: unknown, isValue: (value: unknown) => value is T): Order<T> | undefined {
  const { value, since, until } = (order ?? {}) as Record<string, unknown>;
  if (!isValue(value) || typeof since !== "number") return undefined;
  return typeof until === "number" ? { value, since, until } : { value, since };
}

/** Whether the kernel takes this as a weight. */
export function isWeight(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MOST_WEIGHT;
}
