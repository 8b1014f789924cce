/**
 * The grammars of addresses, host names and network interfaces.
 */

import { type IpAddress, parseIp } from "../../../model/address.ts";
import { parseWebAddress, type WebAddress } from "../../../model/web_address.ts";
import { type Grammar, mistake, value, whole } from "../grammar.ts";
import { quotable } from "../quotes.ts";
import { quoted } from "./quoted.ts";

/** The name of a network interface: what the kernel lets it be (dev_valid_name() in net/core/dev.c). */
export const networkInterface: Grammar<string> = quotable("interface", (text) => {
  if (/^[^\s/:]{1,15}$/.test(text) && text !== "." && text !== "..") return value(text);
  return mistake(
    whole(text),
    `not the name of a network interface: ${quoted(text)}`,
    "write a name as ip link has it: eth0",
  );
});

/** Where a web server listens: a port alone means loopback. */
export const webAddress: Grammar<WebAddress> = quotable("[address:]port", (text) => {
  const read = parseWebAddress(text);
  if (typeof read !== "string") return value(read);
  return mistake(whole(text), read, "write 127.0.0.1:9780, or 0.0.0.0:9780 for all addresses of this host");
});

/** An IPv4 or IPv6 address. */
export const address: Grammar<IpAddress> = quotable("address", (text) => {
  const ip = parseIp(text);
  return ip ? value(ip) : mistake(whole(text), `not an IP address: ${quoted(text)}`, "write 192.0.2.1 or 2001:db8::1");
});

/** A server's name or address as a certificate has it. */
export const serverName: Grammar<string> = quotable("host", (text) => {
  if (/^[A-Za-z0-9_.-]+$/.test(text) || parseIp(text)) return value(text);
  return mistake(whole(text), `not a host name: ${quoted(text)}`, "write the name alone, without a port");
});
