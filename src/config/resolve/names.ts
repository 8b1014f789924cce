/**
 * The names in a tree, and their look-up: everything in the configuration that only the machine can answer.
 */

import type { Family, IpAddress } from "../../model/address.ts";
import { atOnce, everySoOften, type Steps } from "../../model/steps.ts";
import type { Endpoint, HostRef } from "../language/endpoints.ts";
import type { PortNames } from "../language/ports.ts";
import type { SyntaxTree } from "../language/syntax_tree.ts";

/** A host name and the family of address that is wanted of it. */
export interface WantedHost {
  readonly name: string;
  readonly family: Family;
}

/** The names that a tree uses, each once. */
export interface WantedNames {
  readonly hosts: readonly WantedHost[];
  /** Some port is given by name. */
  readonly ports: boolean;
}

/** Answers. A name that is missing did not resolve. */
export interface Names {
  readonly hosts: HostNames;
  readonly ports: PortNames;
}

/** Addresses by {@link hostKey}; one at least, and the first one is used. */
export type HostNames = ReadonlyMap<string, readonly IpAddress[]>;

/** Asks the machine for a name's addresses of a family, in the order in which it would use them. */
export type LookUpHost = (name: string, family: Family) => Promise<readonly IpAddress[]>;

/** Where an answer stands in {@link HostNames}. */
export function hostKey({ name, family }: WantedHost): string {
  return `${family} ${name}`;
}

/** Collects the names that a tree uses. */
export function wantedNames(tree: SyntaxTree): WantedNames {
  return atOnce(wantedNamesInSteps(tree));
}

/** The same in steps. */
export function* wantedNamesInSteps(tree: SyntaxTree): Steps<WantedNames> {
  const hosts = new Map<string, WantedHost>();
  let ports = false;
  const want = (family: Family, { host, last, port }: Partial<Endpoint> & { readonly last?: HostRef }) => {
    for (const ref of [host, last]) {
      if (ref && ref.ip === undefined) hosts.set(hostKey({ name: ref.text, family }), { name: ref.text, family });
    }
    if (port && port.number === undefined) ports = true;
  };
  for (const { family, head, settings } of tree.sections) {
    if (head.value.kind === "endpoint") want(family, head.value);
    yield;
    for (const reals of [settings.real ?? [], settings.real6 ?? []]) {
      for (const [i, real] of reals.entries()) {
        if (everySoOften(i)) yield;
        want(family, real.value);
      }
    }
    if (settings.fallback) want(family, settings.fallback.value);
    if (settings.fallback6) want(family, settings.fallback6.value);
  }
  if (tree.globals.fallback) want(4, tree.globals.fallback.value);
  if (tree.globals.fallback6) want(6, tree.globals.fallback6.value);
  return { hosts: [...hosts.values()], ports };
}

/** How long all look-ups together may take, and how many are made at a time. */
export interface LookUpLimits {
  readonly seconds: number;
  readonly atOnce: number;
}

/**
 * Looks up hosts, many at a time. What fails or is not answered within the limit is missing from the
 * result: a name server that is down must not keep the director from starting.
 */
export async function lookUpHosts(
  wanted: readonly WantedHost[],
  lookUp: LookUpHost,
  limits: LookUpLimits,
): Promise<HostNames> {
  const found = new Map<string, readonly IpAddress[]>();
  const queue = wanted.values();
  let timer: number | undefined;
  const deadline = new Promise<void>((resolve) => timer = setTimeout(resolve, limits.seconds * 1000));
  let late = false;
  const worker = async () => {
    for (const host of queue) {
      if (late) return;
      const addresses = await lookUp(host.name, host.family).catch(() => []);
      if (addresses.length > 0 && !late) found.set(hostKey(host), addresses);
    }
  };
  await Promise.race([deadline, Promise.all(Array.from({ length: limits.atOnce }, worker))]);
  late = true;
  clearTimeout(timer);
  return found;
}
