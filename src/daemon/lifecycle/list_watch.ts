import {
  type FoundList,
  type KnownLists,
  type ListKey,
  listName,
  type ListReport,
  type WantedList,
} from "../../model/real_list.ts";
import type { Model } from "../../model/virtual_service.ts";
import type { HistoryFile } from "../records/history_file.ts";
import { listState } from "../records/list_file.ts";
import type { StateFile } from "../records/state_file.ts";
import type { Log } from "../log/log.ts";
import { afterLookUp, differenceOf, type ListState } from "./list_state.ts";

/** Seconds between two look-ups of a name, whatever its answer's time to live. */
const LEAST = 5;

/** Seconds that a look-up may take. */
const LIMIT = 10;

/** What a watch needs. */
export interface ListWatchPorts {
  readonly log: Log;
  readonly history: HistoryFile;
  readonly file: StateFile;
  /** Milliseconds of a clock that never goes back. */
  now(): number;
  /** The configuration in force. */
  model(): Model;
  /** The lists that it has. */
  inForce(): KnownLists;
  /** @throws {Error} with what an operator should know. */
  lookUp(wanted: WantedList): Promise<FoundList>;
  /** Goes over to other lists. Gives why that cannot be done now. */
  apply(lists: KnownLists): Promise<string | undefined>;
}

/** What is known of a list besides its entries. */
interface Watched {
  state: ListState;
  dueAt: number;
  isUnderWay: boolean;
  lastAt?: number;
  trouble?: string;
}

/** Looks up the lists of real servers when they are due, and has the director follow. */
export class ListWatch {
  readonly #ports: ListWatchPorts;
  readonly #watched = new Map<ListKey, Watched>();

  constructor(ports: ListWatchPorts) {
    this.#ports = ports;
  }

  /** The lists as they are known: what is loaded next is to have them. */
  get known(): KnownLists {
    return new Map([...this.#watched].map(([key, { state }]) => [key, state.entries]));
  }

  /** How each list is. */
  get reports(): readonly ListReport[] {
    return this.#ports.model().lists.map((wanted) => {
      const { state, lastAt, trouble } = this.#watched.get(wanted.key) ?? {};
      return { wanted, entries: state?.entries ?? [], lastAt, trouble };
    });
  }

  /** To be called once a second. */
  look(): void {
    const { model, now } = this.#ports;
    const wanted = new Map(model().lists.map((each) => [each.key, each]));
    for (const key of this.#watched.keys()) if (!wanted.has(key)) this.#watched.delete(key);
    for (const each of wanted.values()) {
      const watched = this.#watched.get(each.key) ?? this.#take(each);
      if (!watched.isUnderWay && watched.dueAt <= now()) this.#lookUp(each, watched);
    }
  }

  /** A configuration has just been loaded with it: it is due in a while, or at once where nothing was found. */
  #take(wanted: WantedList): Watched {
    const entries = this.#ports.inForce().get(wanted.key);
    const dueAt = this.#ports.now() + (entries ? LEAST * 1000 : 0);
    const watched: Watched = { state: { entries: entries ?? [], missing: new Map() }, dueAt, isUnderWay: false };
    this.#watched.set(wanted.key, watched);
    if (entries) this.#save();
    return watched;
  }

  async #lookUp(wanted: WantedList, watched: Watched): Promise<void> {
    const { log, now } = this.#ports;
    const name = listName(wanted.list);
    watched.isUnderWay = true;
    try {
      const found = await this.#withinLimit(wanted);
      watched.lastAt = now();
      watched.dueAt = now() + secondsUntilNext(wanted, found) * 1000;
      if (watched.trouble !== undefined) log.info(`${name} can be looked up again`);
      watched.trouble = undefined;
      await this.#takeFound(wanted, watched, found);
    } catch (error) {
      // Where nothing is known yet, real servers wait for it.
      const seconds = watched.state.entries.length > 0
        ? secondsUntilNext(wanted, {})
        : Math.min(LEAST, wanted.interval);
      watched.dueAt = now() + seconds * 1000;
      const trouble = (error as Error).message;
      if (trouble !== watched.trouble) {
        log.error(`Cannot look up ${name}: ${trouble}; its real servers stay as they are`);
      }
      watched.trouble = trouble;
    } finally {
      watched.isUnderWay = false;
    }
  }

  async #takeFound(wanted: WantedList, watched: Watched, { entries }: FoundList): Promise<void> {
    const { log, history, apply } = this.#ports;
    const before = watched.state;
    const after = afterLookUp(before, entries, wanted);
    watched.state = after;
    const difference = differenceOf(before.entries, after.entries);
    if (difference === undefined || !this.#watched.has(wanted.key)) return;
    log.info(`${listName(wanted.list)}: ${difference}`);
    history.add({ kind: "names", detail: `${listName(wanted.list)}: ${difference}` });
    const trouble = await apply(this.known);
    if (trouble !== undefined) {
      // What was found is found again, and then taken.
      watched.state = before;
      throw new Error(`what was found cannot be taken over now: ${trouble}`);
    }
    this.#save();
  }

  async #withinLimit(wanted: WantedList): Promise<FoundList> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => late.reject(new Error(`no answer within ${LIMIT} s`)), LIMIT * 1000);
    try {
      return await Promise.race([this.#ports.lookUp(wanted), late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  #save(): void {
    this.#ports.file.write(() => listState(this.known)).catch((error) => {
      this.#ports.log.error(`The lists of real servers cannot be written down: ${(error as Error).message}`);
    });
  }
}

/** A file is looked at each second. */
function secondsUntilNext({ list, interval }: WantedList, { ttl = interval }: Partial<FoundList>): number {
  return list.kind === "file" ? 1 : Math.max(LEAST, Math.min(interval, ttl));
}
