import { type Family, familyOf, type IpAddress, ipFromBytes, ipToBytes } from "../model/address.ts";
import type { Steps } from "../model/steps.ts";
import { attributesOf, type MessageWriter, type Span, Unreadable } from "../netlink/message.ts";
import type { Message, NetlinkSocket } from "../netlink/socket.ts";
import { Errno } from "../system/libc/errors.ts";
import {
  Add,
  ADDRESS_HEADER,
  AddressAttribute,
  LINK_HEADER,
  LINK_IS_UP,
  LinkAttribute,
  NO_DUPLICATE_CHECK,
  RouteMessage,
} from "./numbers.ts";
import {
  AddressesUnavailable,
  converse,
  FAMILY_NUMBER,
  familyNumbered,
  HOST_BITS,
  list,
  OUR_PROTOCOL,
  reasonOf,
  request,
} from "./rtnetlink.ts";

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
    return list((socket) => listAddresses(socket, index));
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
    const messageOf = what === "add" ? addition : removal;
    const requests = new Map(addresses.map((address) => [address, messageOf(index, address)]));
    return request(requests, what === "add" ? Errno.EEXIST : Errno.EADDRNOTAVAIL);
  }
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
  const family = familyNumbered(view.getUint8(start));
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
