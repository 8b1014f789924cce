/**
 * What the doctor knows of a machine: gathered here, judged in questions.
 */

import type { IpvsDriverName } from "../model/ipvs.ts";
import type { IpvsTable, VirtualKey } from "../model/table.ts";
import type { Model } from "../model/virtual_service.ts";
import { IpvsUnavailable } from "../ipvs/driver.ts";
import { findIpvsadm } from "../ipvs/ipvsadm/program.ts";
import type { KernelIpvs } from "../ipvs/kernel_ipvs.ts";
import { openIpvs } from "../ipvs/open_ipvs.ts";
import { cleanCommand } from "../system/clean_command.ts";
import { unprivilegedUser } from "../system/confinement.ts";
import { readKernelFile } from "../system/kernel_file.ts";
import {
  fileMode,
  hasKernelOption,
  hasOpenSsl,
  isMissing,
  type KernelModules,
  kernelModules,
  kernelRelease,
  type LocalAddress,
  localAddresses,
  localInterfaces,
  sysctl,
} from "./machine.ts";

/** The configuration in question. */
export interface ConfigurationFacts {
  readonly file: string;
  /** Those of its files that hold passwords or tokens and that everybody may read. */
  readonly everybodyReads: readonly string[];
  /** How many problems of each severity it has. */
  readonly problems: Readonly<Record<"error" | "warning", number>>;
  /** Absent when it has errors. */
  readonly model?: Model;
  /** Whether its daemon runs here. */
  readonly running: boolean;
}

/** Another configuration with a daemon that runs here. */
export interface Neighbour {
  readonly file: string;
  readonly virtuals: ReadonlySet<VirtualKey>;
}

/** A machine, as far as the doctor looks. */
export interface Facts {
  readonly configuration?: ConfigurationFacts;
  readonly neighbours: readonly Neighbour[];
  /** The kernel's release: `6.1.0-18-amd64`. */
  readonly release: string;
  /** IPVS is in the running kernel, built in or as a module that is loaded. */
  readonly ipvsLoaded: boolean;
  readonly modules: KernelModules;
  /** Whether IPVS was built with SCTP; absent = the kernel's configuration is not here. */
  readonly ipvsHasSctp?: boolean;
  /** How the table is read and changed. */
  readonly driver: IpvsDriverName;
  /** Path of the program. */
  readonly ipvsadm?: string;
  /** The table, or why it cannot be read. */
  readonly table: IpvsTable | string;
  readonly addresses: readonly LocalAddress[];
  /** The interfaces by name, and whether each is up. */
  readonly interfaces: ReadonlyMap<string, boolean>;
  /** Settings of the kernel by name. */
  readonly sysctls: ReadonlyMap<string, string>;
  /** Effective capabilities of this process, as capabilities(7) counts their bits. */
  readonly capabilities?: bigint;
  readonly isRoot?: boolean;
  /** The user that the helper process becomes; absent where /etc/passwd has none. */
  readonly helperUser?: string;
  /** How many files a process may have open at most; absent = no limit is known. */
  readonly openFiles?: number;
  /** Names of processes that keep IPVS tables as well. */
  readonly keepers: readonly string[];
  /** The system has a sendmail. */
  readonly sendmail: boolean;
  /** The system has BIRD's birdc. */
  readonly birdc: boolean;
  /** The system has OpenSSL's library. */
  readonly openssl: boolean;
}

/** Settings that do not belong to an interface. */
const SYSCTLS = [
  "net.ipv4.ip_forward",
  "net.ipv6.conf.all.forwarding",
  "net.ipv6.conf.all.disable_ipv6",
  "net.ipv4.vs.expire_quiescent_template",
  "net.ipv4.vs.expire_nodest_conn",
  "net.ipv4.vs.conntrack",
  "net.netfilter.nf_conntrack_max",
  "net.netfilter.nf_conntrack_count",
] as const;

/** Settings that each interface has, and `all`. */
const INTERFACE_SYSCTLS = ["rp_filter", "send_redirects"] as const;

/** Gathers the facts. Changes nothing; what may not be looked at is left out. */
export async function gatherFacts(
  configuration: ConfigurationFacts | undefined,
  neighbours: readonly Neighbour[],
): Promise<Facts> {
  const addresses = localAddresses();
  const ipvs = openIpvs(configuration?.model?.ipvsDriver);
  const ipvsLoaded = readKernelFile("/proc/net/ip_vs") !== undefined;
  return {
    configuration,
    neighbours,
    release: kernelRelease(),
    ipvsLoaded,
    modules: kernelModules(),
    ipvsHasSctp: hasKernelOption("CONFIG_IP_VS_PROTO_SCTP"),
    driver: ipvs.name,
    ipvsadm: findIpvsadm(),
    // Reading it would load the module.
    table: ipvsLoaded ? await readTable(ipvs) : "the kernel has no IPVS yet",
    addresses,
    interfaces: localInterfaces(),
    birdc: ["/usr/sbin/birdc", "/usr/bin/birdc", "/usr/local/sbin/birdc"].some((path) => !isMissing(path)),
    sysctls: sysctlsOf(addresses),
    capabilities: capabilities(),
    openFiles: openFiles(),
    keepers: await keepers(),
    sendmail: ["/usr/sbin/sendmail", "/usr/lib/sendmail"].some((path) => !isMissing(path)),
    isRoot: Deno.uid() === 0,
    helperUser: unprivilegedUser()?.name,
    openssl: hasOpenSsl(),
  };
}

/**
 * What a loaded configuration has to say of itself.
 *
 * @param secretFiles those of its files that hold passwords or tokens.
 */
export function configurationFacts(
  file: string,
  problems: Readonly<Record<"error" | "warning", number>>,
  model: Model | undefined,
  secretFiles: readonly string[],
  running: boolean,
): ConfigurationFacts {
  const everybodyReads = secretFiles.filter((path) => ((fileMode(path) ?? 0) & 0o004) !== 0);
  return { file, everybodyReads, problems, model, running };
}

async function readTable(ipvs: KernelIpvs): Promise<IpvsTable | string> {
  try {
    return await ipvs.read({ thresholds: false });
  } catch (error) {
    if (error instanceof IpvsUnavailable) return error.message;
    throw error;
  }
}

function sysctlsOf(addresses: readonly LocalAddress[]): ReadonlyMap<string, string> {
  const interfaces = new Set(["all", ...addresses.map((each) => each.interface)]);
  const names = [
    ...SYSCTLS,
    ...INTERFACE_SYSCTLS.flatMap((name) => [...interfaces].map((each) => `net.ipv4.conf.${each}.${name}`)),
  ];
  return new Map(names.flatMap((name) => {
    const value = sysctl(name);
    return value === undefined ? [] : [[name, value] as const];
  }));
}

function capabilities(): bigint | undefined {
  const mask = /^CapEff:\s*([0-9a-f]+)$/m.exec(readKernelFile("/proc/self/status") ?? "")?.[1];
  return mask === undefined ? undefined : BigInt(`0x${mask}`);
}

function openFiles(): number | undefined {
  const hard = /^Max open files\s+\S+\s+(\d+)/m.exec(readKernelFile("/proc/self/limits") ?? "")?.[1];
  return hard === undefined ? undefined : Number(hard);
}

/** Other programs that write IPVS tables. */
const KEEPERS = ["keepalived", "nanny", "surealived", "kube-proxy"];

async function keepers(): Promise<readonly string[]> {
  try {
    const args = ["-l", "-x", KEEPERS.join("|")];
    const { stdout } = await cleanCommand("pgrep", { args, stdin: "null", stderr: "null" }).output();
    const names = new TextDecoder().decode(stdout).split("\n").map((line) => line.split(" ")[1]);
    return [...new Set(names.filter(Boolean))].sort();
  } catch {
    return [];
  }
}
