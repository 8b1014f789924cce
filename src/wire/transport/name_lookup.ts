/**
 * Addresses of host names, by the system's own rules (/etc/hosts, nsswitch.conf, DNS).
 */

import { type IpAddress, parseIp } from "../../model/address.ts";
import type { CheckRun } from "../../model/check.ts";

/** The host name is unknown, or no name server could be asked. */
export class NameError extends Error {
  override readonly name = "NameError";
}

/** The first address of a host name. Throws {@link NameError}. */
export async function lookUp(name: string, run: Pick<CheckRun, "trace">): Promise<IpAddress> {
  run.trace(`* looking up ${name}`);
  const { lookup } = await import("node:dns/promises");
  const found = await lookup(name).catch(() => undefined);
  const address = found && parseIp(found.address);
  if (!address) throw new NameError(`the name ${name} does not resolve`);
  return address;
}
