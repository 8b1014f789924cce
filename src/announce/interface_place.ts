import type { IpAddress } from "../model/address.ts";
import type { PlaceOutcome } from "../model/announcement.ts";
import { InterfaceAddresses, type InterfaceNow } from "./interface_addresses.ts";
import type { Place, PlaceOrder } from "./place.ts";
import { AddressesUnavailable } from "./rtnetlink.ts";

/** What an interface has, and which of it is ours. */
interface Found {
  readonly ours: ReadonlySet<IpAddress>;
  readonly foreign: ReadonlySet<IpAddress>;
}

/** An interface with addresses that a routing daemon exports: ours are marked, and no others are removed. */
export class InterfacePlace implements Place {
  readonly #name: string;
  readonly #addresses = new InterfaceAddresses();

  /** @param name of the interface; it need not be there. */
  constructor(name: string) {
    this.#name = name;
  }

  async bring(order: PlaceOrder): Promise<PlaceOutcome> {
    try {
      const link = await this.#addresses.find(this.#name);
      if (!link) return { announced: new Set(), added: [], removed: [], ...this.#missing(order) };
      return await this.#bring(link, order);
    } catch (error) {
      if (!(error instanceof AddressesUnavailable)) throw error;
      return { announced: new Set(), added: [], removed: [], trouble: `${this.#name}: ${error.message}` };
    }
  }

  async #bring(link: InterfaceNow, { announce, leave, known }: PlaceOrder): Promise<PlaceOutcome> {
    const before = await this.#find(link);
    const superfluous = [...before.ours].filter((each) => known.has(each) && !announce.has(each) && !leave.has(each));
    const wanting = [...announce].filter((each) => !before.ours.has(each) && !before.foreign.has(each));
    const refused = new Map([
      ...await this.#change(link, "remove", superfluous),
      ...await this.#change(link, "add", wanting),
    ]);
    const after = superfluous.length + wanting.length === 0 ? before : await this.#find(link);
    const added = wanting.filter((each) => after.ours.has(each));
    const removed = superfluous.filter((each) => !after.ours.has(each));
    const unmarked = wanting.filter((each) => after.foreign.has(each));
    await this.#change(link, "remove", unmarked);
    const trouble = unmarked.length > 0 ? NO_MARKS : this.#troubleOf(link, after, announce, refused);
    return {
      announced: after.ours,
      added,
      removed,
      ...trouble === undefined ? {} : { trouble: `${this.#name}: ${trouble}` },
    };
  }

  #change(link: InterfaceNow, what: "add" | "remove", addresses: readonly IpAddress[]) {
    return addresses.length === 0 ? new Map() : this.#addresses.change(link, what, addresses);
  }

  async #find(link: InterfaceNow): Promise<Found> {
    const found = await this.#addresses.list(link);
    const those = (isOurs: boolean) =>
      new Set(found.filter((each) => each.isOurs === isOurs).map(({ address }) => address));
    return { ours: those(true), foreign: those(false) };
  }

  #troubleOf(
    { isUp }: InterfaceNow,
    { foreign }: Found,
    announce: ReadonlySet<IpAddress>,
    refused: ReadonlyMap<IpAddress, string>,
  ): string | undefined {
    const [other] = [...announce].filter((address) => foreign.has(address));
    const [[address, reason] = []] = refused;
    if (address !== undefined) return `${address}: ${reason}`;
    if (other !== undefined) {
      return `${other} is there already, and ldirectord has not put it there: whether it is announced is not up to its quorum`;
    }
    return isUp || announce.size === 0 ? undefined : `the interface is down: write ip link set ${this.#name} up`;
  }

  #missing({ announce }: PlaceOrder): Pick<PlaceOutcome, "trouble"> {
    const name = this.#name;
    if (announce.size === 0) return {};
    return {
      trouble: `there is no interface ${name}: write ip link add ${name} type dummy, and ip link set ${name} up`,
    };
  }
}

const NO_MARKS =
  "this kernel does not keep a protocol with an address, by which ldirectord knows its own (Linux 5.18 and " +
  "later do): use announce = birdfile:PATH, or quorumcommand";
