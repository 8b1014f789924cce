import type { Family } from "../model/address.ts";
import { inTurns, type Steps } from "../model/steps.ts";
import { Unreadable } from "../netlink/message.ts";
import { type Message, Moved, NetlinkSocket, NoAnswer, type Verdict } from "../netlink/socket.ts";
import { Errno, SystemError } from "../system/libc/errors.ts";
import { AF_INET, AF_INET6 } from "../system/libc/sockets.ts";
import { NETLINK_ROUTE } from "./numbers.ts";

/**
 * What is ours is marked with: the protocol of an address or a route, as `ip -details` shows it (0x6c, which is "l"). Kernels
 * before 5.18 do not keep it with an address.
 */
export const OUR_PROTOCOL = 0x6c;

/** Bits of an address, as the prefix length of a single host. */
export const HOST_BITS = { 4: 32, 6: 128 } as const;

/** The numbers of the address families. */
export const FAMILY_NUMBER = { 4: AF_INET, 6: AF_INET6 } as const;

/** Returns the family with that number; `undefined` for others. */
export function familyNumbered(number: number): Family | undefined {
  return number === AF_INET ? 4 : number === AF_INET6 ? 6 : undefined;
}

/** How often a list is asked for that changes meanwhile. */
const ATTEMPTS = 5;

/** Addresses cannot be read or changed; the message is for an operator. */
export class AddressesUnavailable extends Error {
  override readonly name = "AddressesUnavailable";
}

const NO_WORD = "the kernel gave no answer by netlink";

/** Returns why the kernel refused something, for an operator. */
export function reasonOf({ error, words }: Verdict): string {
  if (error === -Errno.EPERM) return "no permission to change addresses: the capability CAP_NET_ADMIN is missing";
  if (error === -Errno.ENODEV) return "the interface is gone";
  return `the kernel refused it with error ${-error}${words === undefined ? "" : ` (${words})`}`;
}

/**
 * Makes the requests in their order. Returns why not, for those that the kernel did not take.
 *
 * @param done the error number that means that it is so already.
 * @throws {AddressesUnavailable}
 */
export function request<Key>(requests: ReadonlyMap<Key, Message>, done: number): Promise<ReadonlyMap<Key, string>> {
  return converse(async (socket) => {
    const verdicts = await inTurns(socket.request([...requests.values()]));
    return new Map([...requests.keys()].flatMap((key, i): [Key, string][] => {
      const verdict = verdicts[i];
      if (!verdict) return [[key, NO_WORD]];
      return verdict.error === 0 || verdict.error === -done ? [] : [[key, reasonOf(verdict)]];
    }));
  });
}

/**
 * Returns what `steps` lists, of one moment.
 *
 * @throws {AddressesUnavailable}
 */
export function list<T>(steps: (socket: NetlinkSocket) => Steps<T>): Promise<T> {
  return converse(async (socket) => {
    for (let attempt = 1;; attempt++) {
      try {
        return await inTurns(steps(socket));
      } catch (error) {
        if (!(error instanceof Moved)) throw error;
        if (attempt === ATTEMPTS) {
          throw new AddressesUnavailable("the addresses of this host change faster than they can be read");
        }
      }
    }
  });
}

/** Opens a socket for one conversation: nothing is left in it of one that failed. */
export async function converse<T>(work: (socket: NetlinkSocket) => Promise<T>): Promise<T> {
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
