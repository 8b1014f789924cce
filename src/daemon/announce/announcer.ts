import type { Place } from "../../announce/place.ts";
import { type Route, type Vote, wantedPlaces } from "../../announce/routes.ts";
import type { IpAddress } from "../../model/address.ts";
import { type AnnouncePlace, type PlaceName, placeNamed, type PlaceOutcome } from "../../model/announcement.ts";
import type { VirtualKey } from "../../model/table.ts";
import { announcementOf, type Model, type VirtualService } from "../../model/virtual_service.ts";
import type { HistoryFile } from "../records/history_file.ts";
import type { Log } from "../log/log.ts";
import type { AnnounceRecord } from "./record.ts";

/** What an announcer needs. */
export interface AnnouncerPorts {
  readonly log: Log;
  readonly history: HistoryFile;
  readonly record: AnnounceRecord;
  openPlace(place: AnnouncePlace): Place;
  /** The configuration in force. */
  model(): Model;
  /** Whether clients of a virtual service are to come here. */
  voteOf(virtual: VirtualService): Vote;
  /** Why nothing at all is announced; `undefined` while this director serves clients. */
  offDuty(): string | undefined;
  /** Whether the virtual services are in the kernel's table: not those of a standby. */
  keepsTable(): boolean;
}

/** What is known of a virtual service's address. */
export interface AnnouncedAddress {
  /** Of the place. */
  readonly name: PlaceName;
  readonly address: IpAddress;
  readonly isAnnounced: boolean;
  /** Why it is to be there or not. */
  readonly why: string;
  /** What is wrong at its place. */
  readonly trouble?: string;
}

/** A place, and how it was at the last look. */
interface Known {
  readonly place: Place;
  readonly announced: ReadonlySet<IpAddress>;
  readonly routes: ReadonlyMap<IpAddress, Route>;
  readonly trouble?: string;
}

const PURGED = "about to be purged";
const NOWHERE: ReadonlyMap<IpAddress, Route> = new Map();

/**
 * Announces the addresses of virtual services while they have their quorum, and withdraws them when they have not or are
 * about to be purged. What others do to the places is set right at the next look.
 */
export class Announcer {
  readonly #ports: AnnouncerPorts;
  readonly #known = new Map<PlaceName, Known>();
  /** Those that the kernel's table has; of others nothing is known. */
  #listed: ReadonlySet<VirtualKey> = new Set();
  #withdrawn: ReadonlyMap<VirtualKey, VirtualService> = new Map();
  #isOver = false;
  #passing: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  constructor(ports: AnnouncerPorts) {
    this.#ports = ports;
  }

  /** Has every place as it should be; resolves when it is, or it is known why not. To be called when something changes, and every second. */
  look(): Promise<void> {
    this.#next ??= this.#passing.then(() => {
      this.#next = undefined;
      this.#passing = this.#pass();
      return this.#passing;
    });
    return this.#next;
  }

  /**
   * Virtual services are about to be purged: their addresses are withdrawn, but for those that others have as well. Until
   * {@link release} they stay so.
   *
   * @returns those with an address that was announced.
   */
  async withdraw(virtuals: readonly VirtualService[]): Promise<readonly VirtualService[]> {
    const announced = virtuals.filter((virtual) => this.statusOf(virtual)?.isAnnounced);
    this.#withdrawn = new Map(virtuals.map((virtual) => [virtual.key, virtual]));
    if (announced.length === 0) return [];
    await this.look();
    return announced.filter((virtual) => !this.statusOf(virtual)?.isAnnounced);
  }

  /** The same before a stop: nothing changes from then on. */
  async end(virtuals: readonly VirtualService[]): Promise<readonly VirtualService[]> {
    try {
      return await this.withdraw(virtuals);
    } finally {
      this.#isOver = true;
    }
  }

  /** What was withdrawn before a stop has been purged: its addresses are no longer this host's own. */
  async purged(): Promise<void> {
    const { model, keepsTable } = this.#ports;
    const virtuals = keepsTable() ? model().virtuals : new Map<VirtualKey, VirtualService>();
    const served = servedBy(virtuals.values().filter(({ key }) => !this.#withdrawn.has(key)));
    for (const [name, { place, announced }] of this.#known) {
      const own = served.get(name) ?? new Set();
      await place.bring({ announce: announced, leave: new Set(), known: this.#ports.record.at(name), served: own });
      await this.#record(name, announced.union(own));
    }
  }

  /** The table has what the configuration in force says: what was to be purged has been, or will not be. */
  release(): void {
    this.#withdrawn = new Map();
    this.#listed = new Set(this.#ports.model().virtuals.keys());
    void this.look();
  }

  /** What is known of a virtual service's address; `undefined` where it is to be announced nowhere. */
  statusOf(virtual: VirtualService): AnnouncedAddress | undefined {
    const announcement = announcementOf(virtual);
    if (!announcement) return undefined;
    const { name, address } = announcement;
    const { announced, routes, trouble } = this.#known.get(name) ?? { announced: new Set(), routes: NOWHERE };
    const why = routes.get(address)?.why ?? this.#ports.offDuty() ?? "not looked at yet";
    return { name, address, isAnnounced: announced.has(address), why, ...trouble === undefined ? {} : { trouble } };
  }

  async #pass(): Promise<void> {
    if (this.#isOver) return;
    const { record, offDuty, keepsTable, model } = this.#ports;
    const virtuals = offDuty() === undefined ? [...model().virtuals.values()] : [];
    const counted = virtuals.filter(({ key }) => !this.#withdrawn.has(key));
    const wanted = wantedPlaces(counted, (virtual) => this.#voteOf(virtual));
    const served = servedBy(keepsTable() ? [...model().virtuals.values(), ...this.#withdrawn.values()] : []);
    for (const name of new Set([...wanted.keys(), ...served.keys(), ...this.#known.keys(), ...record.places])) {
      const place = wanted.get(name)?.place ?? placeNamed(name);
      if (place) await this.#bring(name, place, wanted.get(name)?.routes ?? NOWHERE, served.get(name) ?? new Set());
    }
  }

  #voteOf(virtual: VirtualService): Vote {
    if (this.#listed.has(virtual.key)) return this.#ports.voteOf(virtual);
    return { is: "unknown", why: "it is not in the kernel's table yet" };
  }

  async #bring(
    name: PlaceName,
    at: AnnouncePlace,
    routes: Known["routes"],
    served: ReadonlySet<IpAddress>,
  ): Promise<void> {
    const { record, openPlace } = this.#ports;
    const before = this.#known.get(name);
    const place = before?.place ?? openPlace(at);
    const recorded = record.at(name);
    const wishing = (wish: Route["wish"]) =>
      new Set(routes.values().filter((route) => route.wish === wish).map(({ address }) => address));
    const announce = wishing("announce");
    const known = recorded.union(new Set(routes.keys())).union(served);
    await this.#record(name, known);
    const outcome = await place.bring({ announce, leave: wishing("leave"), known, served });
    await this.#record(name, outcome.trouble === undefined ? outcome.announced.union(served) : known);
    this.#tell(name, routes, outcome, before);
    const isDone = outcome.trouble === undefined && outcome.announced.size + routes.size + served.size === 0;
    if (isDone) this.#known.delete(name);
    else this.#known.set(name, { place, routes, ...outcome });
  }

  async #record(name: PlaceName, addresses: ReadonlySet<IpAddress>): Promise<void> {
    try {
      await this.#ports.record.set(name, addresses);
    } catch (error) {
      this.#ports.log.error(`What is announced cannot be written down: ${(error as Error).message}`);
    }
  }

  /** Logs what has changed at a place. */
  #tell(
    name: PlaceName,
    routes: Known["routes"],
    { added, removed, trouble }: PlaceOutcome,
    before: Known | undefined,
  ): void {
    const { log, history, offDuty } = this.#ports;
    for (const address of added) {
      const isBack = before?.announced.has(address);
      const text = isBack
        ? `${address} was gone from ${name}, and is announced again`
        : `Announced ${address} (${name}): ${routes.get(address)?.why}`;
      log.write(isBack ? "warning" : "notice", text);
      history.add({ kind: "announced", detail: `${address} (${name})` });
    }
    for (const address of removed) {
      const why = routes.get(address)?.why ?? offDuty() ?? (this.#withdrawn.size > 0 ? PURGED : "no longer configured");
      log.notice(`Withdrew ${address} (${name}): ${why}`);
      history.add({ kind: "withdrawn", detail: `${address} (${name}): ${why}` });
    }
    if (trouble === before?.trouble) return;
    if (trouble === undefined) return log.notice(`${name} is as it should be again`);
    log.error(`Cannot announce as wanted (${name}): ${trouble}`);
    history.add({ kind: "announce-failed", detail: `${name}: ${trouble}` });
  }
}

/** The addresses of virtual services, by the places that they name. */
function servedBy(virtuals: Iterable<VirtualService>): ReadonlyMap<PlaceName, Set<IpAddress>> {
  const served = new Map<PlaceName, Set<IpAddress>>();
  for (const virtual of virtuals) {
    const announcement = announcementOf(virtual);
    if (!announcement) continue;
    const { name, address } = announcement;
    served.set(name, (served.get(name) ?? new Set()).add(address));
  }
  return served;
}
