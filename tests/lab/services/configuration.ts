/**
 * The lab's configurations for services, over either family of addresses.
 */

import { CLIENT, sibling6, VIRTUAL } from "../world/addresses.ts";

/** The host of the real servers. */
export const REAL = "10.0.0.11";

/** The addresses of one family. */
export interface Network {
  readonly family: 4 | 6;
  readonly virtual: string;
  readonly real: string;
  /** Where the servers are that are ill. */
  readonly ill: string;
  /** No host has it: only its `checkip` is asked. */
  readonly nobody: string;
}

/** Its addresses. */
export function network(family: 4 | 6): Network {
  const [v4, v6] = CLIENT.map((address) => address.split("/")[0]);
  if (family === 4) return { family, virtual: VIRTUAL.v4[0], real: REAL, ill: v4, nobody: "10.0.0.99" };
  return { family, virtual: VIRTUAL.v6[0], real: sibling6(REAL), ill: v6, nobody: sibling6("10.0.0.99") };
}

/** One virtual service. */
export function section(
  { family, virtual }: Network,
  port: number,
  settings: readonly string[],
  reals: readonly string[],
): string {
  const head = `virtual${family === 6 ? "6" : ""} = ${host(virtual)}:${port}`;
  return [head, ...[...reals, ...settings, "scheduler = rr"].map((line) => `    ${line}`)].join("\n");
}

/** One real server. */
export function real({ family }: Network, address: string, port: number): string {
  return `real${family === 6 ? "6" : ""} = ${host(address)}:${port} masq`;
}

/** An address as it stands before a port. */
export function host(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}
