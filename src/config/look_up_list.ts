/**
 * Looks up lists of real servers: in DNS, by the name servers of /etc/resolv.conf, and in files.
 */

import { type Family, formatEndpoint, parseIp } from "../model/address.ts";
import type { FoundList, WantedList } from "../model/real_list.ts";
import { decodeSourceInSteps } from "../model/source_text.ts";
import { atOnce } from "../model/steps.ts";
import { realServer } from "./language/endpoints.ts";
import { withHint } from "./language/problem.ts";
import { whyUnreadable } from "./unreadable.ts";

/** What looking up needs of the machine. */
export interface ListEnvironment {
  /** The bytes of a file; throws as Deno does. */
  readonly readFile: (path: string) => Promise<Uint8Array>;
  readonly askDns: AskDns;
}

/** Asks name servers. Rejects where a name has no such record, and where no answer comes. */
export interface AskDns {
  /** The addresses of a name, with the seconds for which they hold. */
  addresses(name: string, family: Family): Promise<readonly { readonly address: string; readonly ttl: number }[]>;
  services(name: string): Promise<readonly ServiceRecord[]>;
}

/** An SRV record (RFC 2782). */
export interface ServiceRecord {
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  readonly name: string;
}

/**
 * Resolves with what a list has now, in an order that is the same on each director.
 *
 * @throws {Error} with what an operator should know: then nothing is known of it.
 */
export async function lookUpList({ list, family }: WantedList, machine: ListEnvironment): Promise<FoundList> {
  switch (list.kind) {
    case "dns":
      return await addressesOf(list.name, family, machine.askDns);
    case "srv":
      return await targetsOf(list.name, family, machine.askDns);
    case "file":
      return { entries: await linesOf(list.path, machine) };
  }
}

async function addressesOf(name: string, family: Family, dns: AskDns): Promise<FoundList> {
  const found = await dns.addresses(name, family).catch((error) => {
    throw new Error(whyNot(error, `it has no IPv${family} address`));
  });
  const entries = found.flatMap(({ address }) => parseIp(address) ?? []).sort();
  return { entries: [...new Set(entries)], ttl: Math.min(...found.map(({ ttl }) => ttl)) };
}

/** Clients are to try the targets of the least priority first; these are the real servers. */
async function targetsOf(name: string, family: Family, dns: AskDns): Promise<FoundList> {
  const all = await dns.services(name).catch((error) => {
    throw new Error(whyNot(error, "it has no SRV record"));
  });
  const first = Math.min(...all.map(({ priority }) => priority));
  const records = all.filter(({ priority }) => priority === first);
  const ttls: number[] = [];
  const entries = await Promise.all(records.map(async ({ weight, port, name }) => {
    const target = name.replace(/\.$/, "");
    const { entries, ttl } = await addressesOf(target, family, dns).catch((error) => {
      throw new Error(`its target ${target}: ${error.message}`);
    });
    if (ttl !== undefined) ttls.push(ttl);
    // Weight 0 means that the weights make no difference (RFC 2782), and to the kernel that no client comes.
    return entries.map((address) => `${formatEndpoint(parseIp(address)!, port)} ${Math.max(1, weight)} ${target}`);
  }));
  return { entries: entries.flat().sort(), ttl: Math.min(...ttls) };
}

async function linesOf(path: string, { readFile }: ListEnvironment): Promise<readonly string[]> {
  const bytes = await readFile(path).catch((error) => {
    throw new Error(whyUnreadable(error));
  });
  const text = atOnce(decodeSourceInSteps(bytes));
  return text.split("\n").map((line) => line.trim()).flatMap((line, i) => {
    if (line === "" || line.startsWith("#")) return [];
    const reading = realServer.read(line);
    if ("value" in reading) return [line];
    throw new Error(`line ${i + 1}: ${withHint(reading.mistake)}`);
  });
}

function whyNot(error: unknown, missing: string): string {
  const code = (error as { readonly code?: string }).code;
  return code === "ENOTFOUND" || code === "ENODATA" ? missing : `no answer from a name server (${code ?? error})`;
}
