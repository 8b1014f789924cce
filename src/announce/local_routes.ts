import { familyOf, type IpAddress, ipToBytes } from "../model/address.ts";
import type { Message } from "../netlink/socket.ts";
import { Errno } from "../system/libc/errors.ts";
import { Add, Local, LOOPBACK, ROUTE_HEADER, RouteAttribute, RouteMessage } from "./numbers.ts";
import { FAMILY_NUMBER, HOST_BITS, OUR_PROTOCOL, request } from "./rtnetlink.ts";

/** `ESRCH`: there is no such route. */
const ESRCH = 3;

/**
 * Routes that make addresses the host's own, as `ip route add local 192.0.2.10 dev lo` does, whether an interface has them or
 * not: IPVS takes packets for the host's own addresses alone. Ours are marked.
 */
export class LocalRoutes {
  /**
   * Adds routes, or removes them. Returns why not, for those that the kernel did not take.
   *
   * @throws {AddressesUnavailable}
   */
  change(what: "add" | "remove", addresses: readonly IpAddress[]): Promise<ReadonlyMap<IpAddress, string>> {
    const requests = new Map(addresses.map((address) => [address, aboutRoute(what, address)]));
    return request(requests, what === "add" ? Errno.EEXIST : ESRCH);
  }
}

/** The kernel has a route of its own for an address that an interface has: ours stands beside it. */
function aboutRoute(what: "add" | "remove", address: IpAddress): Message {
  return {
    type: what === "add" ? RouteMessage.NEW_ROUTE : RouteMessage.DELETE_ROUTE,
    flags: what === "add" ? Add.CREATE | Add.BESIDE_OTHERS : 0,
    header: routeHeader(address),
    write: (writer) => {
      writer.bytes(RouteAttribute.DESTINATION, ipToBytes(address));
      writer.uint32(RouteAttribute.INTERFACE, LOOPBACK);
      writer.uint32(RouteAttribute.TABLE, Local.TABLE);
    },
  };
}

/** `struct rtmsg`: family, lengths of destination and source, TOS, table, protocol, scope, type, flags. */
function routeHeader(address: IpAddress): Uint8Array {
  const header = new Uint8Array(ROUTE_HEADER);
  const family = familyOf(address);
  header.set([FAMILY_NUMBER[family], HOST_BITS[family], 0, 0, Local.TABLE, OUR_PROTOCOL, Local.SCOPE, Local.TYPE]);
  return header;
}
