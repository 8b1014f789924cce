import { type Family, familyOf, type IpAddress, ipFromBytes, ipToBytes } from "../model/address.ts";
import { inTurns, type Steps } from "../model/steps.ts";
import { attributesOf, type MessageWriter, type Span, Unreadable } from "../netlink/message.ts";
import { type Message, Moved, NetlinkSocket, NoAnswer, type Verdict } from "../netlink/socket.ts";
import { Errno, SystemError } from "../system/libc/errors.ts";
import { AF_INET, AF_INET6 } from "../system/libc/sockets.ts";
import {
  Add,
  ADDRESS_HEADER,
  AddressAttribute,
  LINK_HEADER,
  LINK_IS_UP,
  LinkAttribute,
  NETLINK_ROUTE,
  NO_DUPLICATE_CHECK,
  RouteMessage,
} from "./numbers.ts";

/**
 * What our addresses are marked with: the protocol of an address, as `ip -details address` shows it (0x6c, which is "l").
 * Kernels before 5.18 know no such thing.
 */
export const OUR_PROTOCOL = 0x6c;

/** How often addresses are listed that move meanwhile. */
const ATTEMPTS = 5;

const HOST_BITS = { 4: 32, 6: 128 } as const;
const FAMILY_NUMBER = { 4: AF_INET, 6: AF_INET6 } as const;

/** An interface as it is now. */
export interface InterfaceNow {
  /** Its number; it changes when an interface is made again. */
  readonly index: number;
  readonly isUp: boolean;
}

/** An address of an interface. */
export interface InterfaceAddress {
  readonly address: IpAddress;
  /** Whether it has our mark. */
  readonly isOurs: boolean;
}

/** Addresses cannot be read or changed; the message is for an operator. */
export class AddressesUnavailable extends Error {
  override readonly name = "AddressesUnavailable";
}

/** The addresses of this host's interfaces, by rtnetlink: rtnetlink(7). */
export class InterfaceAddresses {
  /**
   * Returns the interface of that name; `undefined` where there is none.
   *
   * @throws {AddressesUnavailable}
   */
  find(name: string): Promise<InterfaceNow | undefined> {
    return converse((socket) => {
      let found: InterfaceNow | undefined;
      const request: Message = {
        type: RouteMessage.GET_LINK,
        header: new Uint8Array(LINK_HEADER),
        write: (writer) => writer.text(LinkAttribute.NAME, name),
      };
      const { error } = socket.ask(request, (body) => found = decodeLink(body));
      if (error < 0 && error !== -Errno.ENODEV) throw new AddressesUnavailable(reasonOf({ error }));
      return Promise.resolve(found);
    });
  }

  /**
   * Returns all addresses of an interface.
   *
   * @throws {AddressesUnavailable}
   */
  list({ index }: InterfaceNow): Promise<readonly InterfaceAddress[]> {
    return converse(async (socket) => {
      for (let attempt = 1;; attempt++) {
        try {
          return await inTurns(listAddresses(socket, index));
        } catch (error) {
          if (!(error instanceof Moved)) throw error;
          if (attempt === ATTEMPTS) {
            throw new AddressesUnavailable("the addresses of this host change faster than they can be read");
          }
        }
      }
    });
  }

  /**
   * Gives an interface addresses, with our mark, or takes them away. Returns why not, for those that the kernel did not take.
   *
   * @throws {AddressesUnavailable}
   */
  change(
    { index }: InterfaceNow,
    what: "add" | "remove",
    addresses: readonly IpAddress[],
  ): Promise<ReadonlyMap<IpAddress, string>> {
    return converse(async (socket) => {
      const requests = addresses.map((address) => what === "add" ? addition(index, address) : removal(index, address));
      const verdicts = await inTurns(socket.request(requests));
      const done = what === "add" ? Errno.EEXIST : Errno.EADDRNOTAVAIL;
      return new Map(addresses.flatMap((address, i): [IpAddress, string][] => {
        const verdict = verdicts[i];
        if (!verdict) return [[address, NO_WORD]];
        return verdict.error === 0 || verdict.error === -done ? [] : [[address, reasonOf(verdict)]];
      }));
    });
  }
}

const NO_WORD = "the kernel gave no answer by netlink";

function reasonOf({ error, words }: Verdict): string {
  if (error === -Errno.EPERM) return "no permission to change addresses: the capability CAP_NET_ADMIN is missing";
  if (error === -Errno.ENODEV) return "the interface is gone";
  return `the kernel refused it with error ${-error}${words === undefined ? "" : ` (${words})`}`;
}

function addition(index: number, address: IpAddress): Message {
  return {
    ...aboutAddress(RouteMessage.NEW_ADDRESS, index, address, (writer) => {
      writer.bytes(AddressAttribute.PROTOCOL, Uint8Array.of(OUR_PROTOCOL));
    }),
    flags: Add.CREATE | Add.EXCLUSIVELY,
  };
}

function removal(index: number, address: IpAddress): Message {
  return aboutAddress(RouteMessage.DELETE_ADDRESS, index, address, () => {});
}

function aboutAddress(
  type: number,
  index: number,
  address: IpAddress,
  more: (writer: MessageWriter) => void,
): Message {
  const family = familyOf(address);
  const bytes = ipToBytes(address);
  return {
    type,
    header: addressHeader(family, index),
    write: (writer) => {
      writer.bytes(AddressAttribute.LOCAL, bytes);
      writer.bytes(AddressAttribute.ADDRESS, bytes);
      more(writer);
    },
  };
}

/** `struct ifaddrmsg`: family, prefix length, flags, scope (0 is global), interface. */
function addressHeader(family: Family, index: number): Uint8Array {
  const header = new Uint8Array(ADDRESS_HEADER);
  header.set([FAMILY_NUMBER[family], HOST_BITS[family], family === 6 ? NO_DUPLICATE_CHECK : 0]);
  new DataView(header.buffer).setUint32(4, index, true);
  return header;
}

function* listAddresses(socket: NetlinkSocket, index: number): Steps<readonly InterfaceAddress[]> {
  const found: InterfaceAddress[] = [];
  const request = { type: RouteMessage.GET_ADDRESS, header: new Uint8Array(ADDRESS_HEADER), write: () => {} };
  yield* socket.list(request, (body) => {
    const address = decodeAddress(body, index);
    if (address) found.push(address);
  });
  return found;
}

function decodeAddress(body: Span, index: number): InterfaceAddress | undefined {
  const { view, start, end } = body;
  if (start + ADDRESS_HEADER > end) throw new Unreadable();
  const family = view.getUint8(start) === AF_INET ? 4 : view.getUint8(start) === AF_INET6 ? 6 : undefined;
  if (family === undefined || view.getUint32(start + 4, true) !== index) return undefined;
  const attributes = attributesOf(body, ADDRESS_HEADER);
  const local = attributes.bytes(AddressAttribute.LOCAL);
  const bytes = local.length > 0 ? local : attributes.bytes(AddressAttribute.ADDRESS);
  if (bytes.length < HOST_BITS[family] / 8) throw new Unreadable();
  const isHost = view.getUint8(start + 1) === HOST_BITS[family];
  const isOurs = isHost && attributes.uint8(AddressAttribute.PROTOCOL) === OUR_PROTOCOL;
  return { address: ipFromBytes(bytes, family), isOurs };
}

/** `struct ifinfomsg`: family, type, index, flags, change mask. */
function decodeLink({ view, start, end }: Span): InterfaceNow {
  if (start + LINK_HEADER > end) throw new Unreadable();
  return { index: view.getUint32(start + 4, true), isUp: (view.getUint32(start + 8, true) & LINK_IS_UP) !== 0 };
}

/** Opens a socket for one conversation: nothing is left in it of one that failed. */
async function converse<T>(work: (socket: NetlinkSocket) => Promise<T>): Promise<T> {
  let socket: NetlinkSocket | undefined;
  try {
    socket = NetlinkSocket.open(NETLINK_ROUTE);
    return await work(socket);
  } catch (error) {
    if (error instanceof NoAnswer) throw new AddressesUnavailable(NO_WORD);
    if (error instanceof Unreadable) throw new AddressesUnavailable("the kernel's answer cannot be read");
    if (error instanceof SystemError) {
      throw new AddressesUnavailable(`no netlink socket can be opened (${error.message})`);
    }
    throw error;
  } finally {
    socket?.close();
  }
}
