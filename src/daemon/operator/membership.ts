import { realServer } from "../../config/language/endpoints.ts";
import { withHint } from "../../config/language/problem.ts";
import { type Arguments, RequestError } from "../../control/protocol.ts";
import type { OrderedReal, OrderResult } from "../../control/requests.ts";
import type { Director } from "../../director/director.ts";
import { type AddedReal, type Amendments, removedFrom, withoutReals } from "../../model/amendments.ts";
import { bracketed, parseIp } from "../../model/address.ts";
import { partsOf, type RealId, realId } from "../../model/orders.ts";
import type { DestinationKey } from "../../model/table.ts";
import { givenNames, type Model } from "../../model/virtual_service.ts";
import type { Log } from "../log/log.ts";
import type { HistoryFile } from "../records/history_file.ts";
import type { AmendmentBook } from "./amendment_book.ts";
import { type Selected, selectReals, selectVirtual } from "./select_reals.ts";

/** What the changes by hand need. */
export interface MembershipPorts {
  readonly director: Director;
  readonly log: Log;
  readonly history: HistoryFile;
  readonly book: AmendmentBook;
  /**
   * Goes over to the configuration in force with changes. Gives what is wrong with them, and then nothing was changed.
   *
   * @param change gives the changes, when those that were begun before have been made.
   * @param onDone called when they are in force, before others are begun.
   */
  amend(
    change: () => Amendments,
    accept: (model: Model, leftOut: ReadonlyMap<AddedReal, string>) => string | undefined,
    onDone: (made: Amendments) => void,
  ): Promise<string | undefined>;
}

/** Adds real servers to the configuration in force, and takes them out, by an operator's hand. */
export class Membership {
  readonly #ports: MembershipPorts;

  constructor(ports: MembershipPorts) {
    this.#ports = ports;
  }

  /** All that was changed, as it is now. */
  get amendments(): Amendments {
    return this.#ports.book.amendments;
  }

  /** The request `add`. */
  async add({ virtual: word, line }: Arguments): Promise<OrderResult> {
    if (typeof word !== "string") {
      throw new RequestError("bad-argument", "virtual is missing: to which virtual service?");
    }
    if (typeof line !== "string") throw new RequestError("bad-argument", "line is missing: which real server?");
    const { director, book } = this.#ports;
    const before = selectVirtual(director.model, word);
    const reading = realServer.read(line);
    if ("mistake" in reading) throw new RequestError("bad-argument", `${line}: ${withHint(reading.mistake)}`);
    const each: AddedReal = { virtual: before.key, line, reals: [], since: Date.now() };
    let fresh: readonly DestinationKey[] = [];
    await this.#amend(({ added, removed }) => ({ added: [...added, each], removed }), (model, leftOut) => {
      const fault = leftOut.get(each);
      if (fault !== undefined) return fault;
      const had = director.model.virtuals.get(before.key)?.reals;
      fresh = [...model.virtuals.get(before.key)?.reals.keys() ?? []].filter((key) => !had?.has(key));
      if (fresh.length > 0) return undefined;
      if (model.unresolved.length > director.model.unresolved.length) return `the name in ${line} has no address`;
      const isOut = removedFrom(book.amendments, before.key).some((id) => line.startsWith(partsOf(id).real));
      return isOut ? `${line} was removed by hand: enable takes that back` : `${line} is there already`;
    }, ({ added, removed }) => ({
      added: added.map((one) => one === each ? { ...each, reals: fresh } : one),
      removed,
    }));
    return this.#done(fresh.map((key) => realId(before.key, key)), "added");
  }

  /** The request `remove`. */
  async remove({ real: word, virtual }: Arguments): Promise<OrderResult> {
    if (typeof word !== "string") throw new RequestError("bad-argument", "real is missing: which real server?");
    if (virtual !== undefined && typeof virtual !== "string") {
      throw new RequestError("bad-argument", "virtual is not a string");
    }
    const dormant = this.#dormant(word);
    const selected = await this.#selected(word, virtual, dormant.length > 0);
    const ids = [...dormant, ...selected.map((each) => realId(each.virtual.key, each.real.key))];
    const reals = ids.map((id) => this.#named(id));
    await this.#amend((amendments) => withoutReals(amendments, ids, Date.now()));
    const { warnings } = this.#done(ids, "removed");
    return { reals, until: null, warnings: [...warnings, ...this.#emptied(selected)] };
  }

  /** Takes back that real servers were taken out. Gives which. */
  async restore({ real: word, virtual }: Arguments): Promise<readonly RealId[]> {
    const { book, director: { model } } = this.#ports;
    if (typeof word !== "string" || book.amendments.removed.length === 0) return [];
    const key = typeof virtual === "string" ? selectVirtual(model, virtual).key : undefined;
    const back = book.amendments.removed.map(({ id }) => id).filter((id) => {
      const parts = partsOf(id);
      return (key === undefined || parts.virtual === key) && isCalled(parts.real, word);
    });
    if (back.length === 0) return [];
    await this.#amend(({ added, removed }) => ({ added, removed: removed.filter(({ id }) => !back.includes(id)) }));
    this.#done(back, "removal taken back");
    return back;
  }

  /** Real servers that were added, and that the configuration in force has no place for. */
  #dormant(word: string): readonly RealId[] {
    const { book, director: { model } } = this.#ports;
    return book.amendments.added.flatMap(({ virtual, reals }) =>
      reals.filter((real) => isCalled(real, word) && !model.virtuals.get(virtual)?.reals.has(real))
        .map((real) => realId(virtual, real))
    );
  }

  /** Those that the configuration in force has; none of them is no mistake where others are meant. */
  async #selected(word: string, virtual: string | undefined, mayBeNone: boolean): Promise<readonly Selected[]> {
    try {
      return await selectReals(this.#ports.director.model, word, virtual);
    } catch (error) {
      if (mayBeNone && error instanceof RequestError) return [];
      throw error;
    }
  }

  /** @param settled gives what is written down of the changes that were made; absent = all of it. */
  async #amend(
    change: (before: Amendments) => Amendments,
    accept: Parameters<MembershipPorts["amend"]>[1] = () => undefined,
    settled: (made: Amendments) => Amendments = (made) => made,
  ): Promise<void> {
    const { amend, book, log } = this.#ports;
    let written: Promise<void> | undefined;
    const trouble = await amend(() => change(book.amendments), accept, (made) => written = book.replace(settled(made)));
    if (trouble !== undefined) throw new RequestError("refused", trouble);
    await written?.catch((error) => {
      log.error(
        `Operator: changes by hand cannot be written down and end with the daemon: ${(error as Error).message}`,
      );
    });
  }

  #done(ids: readonly RealId[], what: string): OrderResult {
    const { log, history, director } = this.#ports;
    for (const id of ids) {
      const { virtual: key, real } = partsOf(id);
      const virtual = director.model.virtuals.get(key)?.label ?? key;
      log.info(`Operator: ${real} (${virtual}): ${what}`);
      history.add({ kind: "order", virtual, real, detail: what });
    }
    const warnings = director.trouble === undefined ? [] : [`the kernel's table is not as wanted: ${director.trouble}`];
    return { reals: ids.map((id) => this.#named(id)), until: null, warnings };
  }

  #named(id: RealId): OrderedReal {
    const { model } = this.#ports.director;
    const { virtual: key, real } = partsOf(id);
    const virtual = model.virtuals.get(key);
    const found = virtual?.reals.get(real);
    return { virtual: virtual?.label ?? key, key, real, names: found ? givenNames(model, found) : [] };
  }

  #emptied(selected: readonly Selected[]): readonly string[] {
    const keys = new Set(selected.map(({ virtual }) => virtual.key));
    return [...keys].flatMap((key) => {
      const virtual = this.#ports.director.model.virtuals.get(key);
      if (!virtual || virtual.reals.size > 0) return [];
      return [
        `no real server of ${virtual.label} is left: ${
          virtual.fallback ? "only its fallback serves" : "no real server serves"
        }`,
      ];
    });
  }
}

/** Whether a word names a real server: its address, or that with its port. */
function isCalled(real: DestinationKey, word: string): boolean {
  const address = parseIp(word);
  const wanted = address ? bracketed(address) : word;
  return real === wanted || real.slice(0, real.lastIndexOf(":")) === wanted;
}
