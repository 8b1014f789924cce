/** The kernel's table as ipvsadm lays it out, with what the directors of this machine say of its entries beside it. */

import type { RealStatus, Status, VirtualStatus } from "../../control/status.ts";
import type { Counters, Traffic } from "../../ipvs/counters.ts";
import { NONE } from "../../ipvs/counters.ts";
import {
  type Destination,
  type DestinationKey,
  type IpvsTable,
  methodText,
  serviceFamily,
  serviceLabel,
  type TableService,
  type VirtualKey,
} from "../../model/table.ts";

/** What is known of the table. */
export interface IpvsView {
  readonly driver: string;
  readonly table: IpvsTable;
  readonly counters: Counters;
  /** What the directors that run here say. */
  readonly directors: readonly Status[];
}

/** One virtual service, for programs. */
interface ServiceReport {
  readonly virtual: string;
  readonly protocol: string;
  readonly family: 4 | 6;
  readonly scheduler: string;
  readonly schedulerFlags: readonly string[];
  readonly persistence: number | null;
  readonly netmask: string | null;
  readonly onePacket: boolean;
  readonly totals: Traffic;
  readonly rates: Traffic;
  /** The configuration of the director that keeps it; null for what is none's. */
  readonly keptBy: string | null;
  readonly name: string | null;
  readonly destinations: readonly DestinationReport[];
}

/** One destination, for programs. */
interface DestinationReport extends Omit<Destination, "address" | "port" | "forwarding" | "tunnel"> {
  /** `masq`, `ipip:gue:6080`, … */
  readonly forwarding: string;
  readonly real: string;
  readonly active: number;
  readonly inactive: number;
  readonly totals: Traffic;
  readonly rates: Traffic;
  readonly names: readonly string[];
  /** As its director says: `up`, `drained`, …; `fallback`; null where no director says anything of it. */
  readonly state: string | null;
  readonly why: string | null;
}

/** The whole table, for programs. */
export interface IpvsReport {
  readonly version: 1;
  readonly driver: string;
  readonly services: readonly ServiceReport[];
}

/** Puts together what the kernel has and what the directors say. */
export function ipvsReport({ driver, table, counters, directors }: IpvsView): IpvsReport {
  const kept = new Map<string, { readonly file: string; readonly virtual: VirtualStatus }>();
  for (const { daemon, virtuals } of directors) {
    for (const virtual of virtuals) kept.set(virtual.key, { file: daemon.config, virtual });
  }
  const services = [...table].map(([key, service]) => serviceReport(key, service, counters, kept.get(key)));
  return { version: 1, driver, services };
}

function serviceReport(
  key: VirtualKey,
  service: TableService,
  counters: Counters,
  kept: { readonly file: string; readonly virtual: VirtualStatus } | undefined,
): ServiceReport {
  const counted = counters.get(key);
  const reals = new Map(kept?.virtual.reals.map((real) => [real.real, real]));
  return {
    virtual: serviceLabel(service.address),
    protocol: service.address.kind,
    family: serviceFamily(service.address),
    scheduler: service.scheduler,
    schedulerFlags: service.schedulerFlags,
    persistence: service.persistence ?? null,
    netmask: service.netmask ?? null,
    onePacket: service.onePacket,
    totals: counted?.totals ?? NONE,
    rates: counted?.rates ?? NONE,
    keptBy: kept?.file ?? null,
    name: kept?.virtual.name ?? null,
    destinations: [...service.destinations].map(([real, destination]) => {
      const { weight, upperThreshold, lowerThreshold } = destination;
      const own = counted?.destinations.get(real);
      return {
        real,
        weight,
        forwarding: methodText(destination),
        upperThreshold,
        lowerThreshold,
        active: own?.active ?? 0,
        inactive: own?.inactive ?? 0,
        totals: own?.totals ?? NONE,
        rates: own?.rates ?? NONE,
        ...reportOf(real, reals.get(real), kept?.virtual),
      };
    }),
  };
}

function reportOf(
  key: DestinationKey,
  real: RealStatus | undefined,
  virtual: VirtualStatus | undefined,
): Pick<DestinationReport, "names" | "state" | "why"> {
  const isFallback = virtual?.fallback?.real === key && virtual.fallback.active;
  if (isFallback) return { names: real?.names ?? [], state: "fallback", why: "no real server is left" };
  return { names: real?.names ?? [], state: real?.state ?? null, why: real?.why ?? null };
}

/** The width of a destination's address in ipvsadm's lists. */
const ADDRESS = 28;

/** The methods' names in ipvsadm's lists. */
const FORWARDING: Readonly<Record<string, string>> = { gate: "Route", masq: "Masq", ipip: "Tunnel" };

/** The table, line by line. What no director says anything of has nothing beside it. */
export function ipvsLines({ driver, services }: IpvsReport): string[] {
  const destinations = services.flatMap((each) => each.destinations);
  const longest = (least: number, texts: readonly string[]) => Math.max(least, ...texts.map(({ length }) => length));
  const state = longest("STATE".length, destinations.map((each) => each.state ?? ""));
  const name = longest("NAME".length, destinations.map((each) => each.names.join(" ")));
  const row = (address: string, numbers: readonly string[], said: readonly string[]) => {
    const [forward, weight, active, inactive] = numbers;
    const kernel = [forward.padEnd(7), weight.padEnd(6), active.padEnd(10), inactive.padEnd(10)].join(" ");
    const [itsState, itsName, why] = said;
    return `  -> ${address.padEnd(ADDRESS)} ${kernel} ${itsState.padEnd(state)} ${itsName.padEnd(name)} ${why}`
      .trimEnd();
  };
  const lines = [
    `IP Virtual Server (${driver})`,
    "Prot LocalAddress:Port Scheduler Flags",
    row("RemoteAddress:Port", ["Forward", "Weight", "ActiveConn", "InActConn"], ["STATE", "NAME", "WHY"]),
  ];
  for (const service of services) {
    lines.push(serviceLine(service));
    for (const { real, forwarding, weight, active, inactive, state, names, why } of service.destinations) {
      const numbers = [
        FORWARDING[forwarding] ?? forwarding.replace("ipip", "Tunnel"),
        String(weight),
        String(active),
        String(inactive),
      ];
      lines.push(row(real, numbers, [state ?? "", names.join(" "), why ?? ""]));
    }
  }
  return lines;
}

function serviceLine(service: ServiceReport): string {
  const { protocol, virtual, scheduler, schedulerFlags, persistence, netmask, onePacket, name, keptBy } = service;
  const kept = keptBy === null ? [] : [`[${[name, keptBy].filter((each) => each !== null).join(", ")}]`];
  return [
    protocol.toUpperCase(),
    "",
    virtual,
    scheduler,
    ...schedulerFlags.length === 0 ? [] : [`(${schedulerFlags.join(",")})`],
    ...persistence === null ? [] : [`persistent ${persistence}`],
    ...netmask === null ? [] : [`mask ${netmask}`],
    ...onePacket ? ["ops"] : [],
    ...kept,
  ].join(" ");
}
