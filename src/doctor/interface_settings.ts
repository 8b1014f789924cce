import { isLoopback } from "../model/address.ts";
import type { Facts } from "./facts.ts";

/** Returns the names of the interfaces but for the loopback one. */
export function externalInterfaces(addresses: Facts["addresses"]): readonly string[] {
  return [...new Set(addresses.filter(({ address }) => !isLoopback(address)).map((each) => each.interface))];
}

/** Returns the name of the setting `what` of an interface, or of `all`. */
export function conf(name: string, what: string): string {
  return `net.ipv4.conf.${name}.${what}`;
}
