/**
 * Looks at this machine, one small question each. Nothing here needs root, and nothing throws: what cannot be known is
 * `undefined`.
 */

import { type FileUse, IS_MISSING } from "../config/lint/named_files.ts";
import { type Network, parseIp } from "../model/address.ts";
import { readKernelFile } from "../system/kernel_file.ts";
import { OPENSSL_LIBRARIES } from "../system/openssl.ts";

/** An address that an interface has. */
export interface LocalAddress extends Network {
  readonly interface: string;
}

/** The addresses of all interfaces. */
export function localAddresses(): readonly LocalAddress[] {
  return Deno.networkInterfaces().flatMap(({ name, address, cidr }) => {
    const ip = parseIp(address.split("%")[0]);
    const prefix = Number(cidr.split("/")[1]);
    return ip && Number.isInteger(prefix) ? [{ interface: name, address: ip, prefix }] : [];
  });
}

/** `IFF_UP` of an interface's flags (Linux, include/uapi/linux/if.h). */
const IS_UP = 1;

/** The interfaces by name, with or without addresses, and whether each is up. */
export function localInterfaces(): ReadonlyMap<string, boolean> {
  const folder = "/sys/class/net";
  try {
    const names = Array.from(Deno.readDirSync(folder), ({ name }) => name);
    const flagsOf = (name: string) => Number((readKernelFile(`${folder}/${name}/flags`) ?? "0").trim());
    return new Map(names.map((name) => [name, (flagsOf(name) & IS_UP) !== 0]));
  } catch {
    return new Map();
  }
}

/** A setting of the kernel, by its name as sysctl(8) has it, where interfaces' names may hold no dot. */
export function sysctl(name: string): string | undefined {
  return readKernelFile(`/proc/sys/${name.replaceAll(".", "/")}`)?.trim();
}

/** Permission bits of a file. */
export function fileMode(path: string): number | undefined {
  try {
    const { mode } = Deno.statSync(path);
    return mode === null ? undefined : mode & 0o7777;
  } catch {
    return undefined;
  }
}

/** Whether there is surely nothing at that path; what may not be looked at may be there. */
export function isMissing(path: string): boolean {
  try {
    Deno.statSync(path);
    return false;
  } catch (error) {
    return error instanceof Deno.errors.NotFound;
  }
}

/** The kernel's release: `6.1.0-18-amd64`. */
export function kernelRelease(): string {
  return readKernelFile("/proc/sys/kernel/osrelease")?.trim() ?? "";
}

/** Modules that are loaded or built in, and those that could be loaded. */
export interface KernelModules {
  readonly present: ReadonlySet<string>;
  readonly loadable: ReadonlySet<string>;
}

/** Returns the kernel's modules by their names, with underscores, as /proc/modules has them. */
export function kernelModules(): KernelModules {
  const folder = `/lib/modules/${kernelRelease()}`;
  const named = (text: string) =>
    [...text.matchAll(/([^/\s]+)\.ko(?:\.[a-z0-9]+)?(?=:|\s|$)/g)].map(([, name]) => name.replaceAll("-", "_"));
  const listed = (file: string) => textOf(`${folder}/${file}`);
  const loaded = (readKernelFile("/proc/modules") ?? "").split("\n").map((line) => line.split(" ")[0]);
  const loadable = listed("modules.dep").split("\n").flatMap((line) => named(line.split(":")[0]));
  return { present: new Set([...loaded, ...named(listed("modules.builtin"))]), loadable: new Set(loadable) };
}

/** Whether the kernel was built with an option; `undefined` where its configuration is not beside it. */
export function hasKernelOption(option: string): boolean | undefined {
  const release = kernelRelease();
  const text = textOf(`/boot/config-${release}`) || textOf(`/lib/modules/${release}/config`);
  return text === "" ? undefined : new RegExp(`^${option}=[ym]$`, "m").test(text);
}

/** Modules of IPVS that are no schedulers. */
const OTHER_IPVS_MODULES: ReadonlySet<string> = new Set(["ftp", "pe_sip"]);

/** Returns the schedulers that the kernel has or can load; none where it does not say. */
export function schedulers(): ReadonlySet<string> {
  const { present, loadable } = kernelModules();
  const names = [...present, ...loadable].flatMap((module) => /^ip_vs_(.+)$/.exec(module)?.[1] ?? []);
  return new Set(names.filter((name) => !OTHER_IPVS_MODULES.has(name)));
}

function textOf(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}

/** Whether OpenSSL's library is here. */
export function hasOpenSsl(): boolean {
  return OPENSSL_LIBRARIES.some((name) => {
    try {
      Deno.dlopen(name, {}).close();
      return true;
    } catch {
      return false;
    }
  });
}

const EXECUTABLE = 0o111;

/** How what OpenSSL reads begins. */
const PEM = { certificate: /^-----BEGIN [A-Z0-9 ]*CERTIFICATE-----/m, key: /^-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/m };

/** Why a file is surely of no use for that, in words that follow its name. */
export function whyUnusable(path: string, use: FileUse): string | undefined {
  if (isMissing(path)) return IS_MISSING;
  try {
    const { isDirectory, mode } = Deno.statSync(path);
    if (use === "folder") return isDirectory ? undefined : "is no folder";
    if (isDirectory) return "is a folder";
    if (use === "program") return ((mode ?? 0) & EXECUTABLE) === 0 ? "is not executable" : undefined;
    if (use === "script") return undefined;
    return PEM[use].test(Deno.readTextFileSync(path)) ? undefined : `holds no ${use} in PEM form`;
  } catch {
    // What may not be looked at may be right.
    return undefined;
  }
}
