/**
 * The text form of an IPVS table, one rule a line: what `ipvsadm -S -n` prints and `ipvsadm -R` reads (ipvsadm(8)).
 */

import { formatEndpoint, type IpAddress, parseIp } from "../../model/address.ts";
import type { Action, Plan } from "../../model/plan.ts";
import { atOnce, everySoOften, type Steps } from "../../model/steps.ts";
import {
  type Destination,
  type DestinationKey,
  destinationKey,
  type Forwarding,
  type IpvsTable,
  type Method,
  parseMethod,
  type ServiceAddress,
  type ServiceSettings,
  type TableService,
  type Transport,
  type VirtualKey,
  virtualKey,
} from "../../model/table.ts";
import { IpvsUnavailable } from "../driver.ts";
import { canonicalSettings } from "../canonical.ts";

const SERVICE_FLAGS: Record<Transport, string> = { tcp: "-t", udp: "-u", sctp: "--sctp-service" };
const TRANSPORTS = Object.keys(SERVICE_FLAGS) as readonly Transport[];
const FORWARDING_FLAGS: Record<Forwarding, string> = { gate: "-g", masq: "-m", ipip: "-i" };
const VERBS: Record<Action["do"], string> = {
  "add-service": "-A",
  "edit-service": "-E",
  "delete-service": "-D",
  "add-destination": "-a",
  "edit-destination": "-e",
  "delete-destination": "-d",
};

/** One action as a line for `ipvsadm -R`, without the newline. The same words are arguments for ipvsadm itself. */
export function encodeAction(action: Action): string {
  const words = [VERBS[action.do], ...addressWords(action.service.address)];
  switch (action.do) {
    case "add-service":
    case "edit-service":
      words.push(...settingsWords(action.service));
      break;
    case "delete-service":
      break;
    case "delete-destination":
      words.push("-r", destinationKey(action.destination));
      break;
    default:
      words.push(...destinationWords(action.destination));
  }
  return words.join(" ");
}

/** All actions as such lines, in steps. */
export function* encodeInSteps(plan: Plan): Steps<string[]> {
  const lines: string[] = [];
  for (const action of plan) {
    if (everySoOften(lines.length)) yield;
    lines.push(encodeAction(action));
  }
  return lines;
}

/** The whole table as rules, services in the table's order. The inverse of {@link decodeRules}, thresholds apart. */
export function encodeRules(table: IpvsTable): string {
  const lines: string[] = [];
  for (const service of table.values()) {
    lines.push(encodeAction({ do: "add-service", service }));
    for (const destination of service.destinations.values()) {
      lines.push(encodeAction({ do: "add-destination", service, destination }));
    }
  }
  return lines.map((line) => `${line}\n`).join("");
}

/**
 * Reads what `ipvsadm -S -n` printed. What newer versions add is skipped: it is not ours to touch.
 *
 * @throws {IpvsUnavailable} where a line is none of ipvsadm's.
 */
export function decodeRules(text: string): IpvsTable {
  return atOnce(decodeRulesInSteps(text));
}

/** The same in steps. */
export function* decodeRulesInSteps(text: string): Steps<IpvsTable> {
  const table = new Map<VirtualKey, Written>();
  for (const [i, line] of text.split("\n").entries()) {
    if (everySoOften(i)) yield;
    if (line.trim() === "") continue;
    const rule = decodeRule(line) ?? unreadable(line);
    const key = virtualKey(rule.address);
    if (!rule.destination) {
      table.set(key, { ...canonicalSettings(rule.settings), destinations: new Map() });
    } else {
      const service = table.get(key) ?? unreadable(line);
      service.destinations.set(destinationKey(rule.destination), rule.destination);
    }
  }
  return table;
}

/** A virtual service while it is read. */
interface Written extends TableService {
  readonly destinations: Map<DestinationKey, Destination>;
}

/** Characters of a line that is cited. */
const CITED = 80;

function unreadable(line: string): never {
  throw new IpvsUnavailable(
    `ipvsadm's list of the kernel's table cannot be read: ${JSON.stringify(line.slice(0, CITED))}`,
  );
}

/**
 * Adds the thresholds that `ipvsadm -L -n --thresholds` printed to a table that was read without.
 * Its lines name the services as `TCP 192.0.2.1:80 …` or `FWM 7 IPv6 …`, the destinations as `-> 10.0.0.1:80 UPPER LOWER …`.
 */
export function decodeThresholds(text: string, table: IpvsTable): IpvsTable {
  return atOnce(decodeThresholdsInSteps(text, table));
}

/** The same in steps. */
export function* decodeThresholdsInSteps(text: string, table: IpvsTable): Steps<IpvsTable> {
  const result = new Map<VirtualKey, Written>();
  for (const [key, service] of table) {
    yield;
    result.set(key, { ...service, destinations: new Map(service.destinations) });
  }
  let destinations: Map<DestinationKey, Destination> | undefined;
  for (const [i, line] of text.split("\n").entries()) {
    if (everySoOften(i)) yield;
    const words = line.trim().split(/\s+/);
    if (words[0] !== "->") {
      const address = listedAddress(words);
      destinations = address && result.get(virtualKey(address))?.destinations;
      continue;
    }
    const key = words[1] as DestinationKey;
    const destination = destinations?.get(key);
    const [upperThreshold, lowerThreshold] = [Number(words[2]), Number(words[3])];
    if (!destination || !Number.isInteger(upperThreshold) || !Number.isInteger(lowerThreshold)) continue;
    destinations?.set(key, { ...destination, upperThreshold, lowerThreshold });
  }
  return result;
}

function addressWords(address: ServiceAddress): string[] {
  if (address.kind === "fwm") return ["-f", String(address.mark), ...(address.family === 6 ? ["-6"] : [])];
  return [SERVICE_FLAGS[address.kind], formatEndpoint(address.address, address.port)];
}

function settingsWords(settings: ServiceSettings): string[] {
  const words = ["-s", settings.scheduler];
  if (settings.persistence !== undefined) words.push("-p", String(settings.persistence));
  if (settings.netmask !== undefined) words.push("-M", settings.netmask);
  if (settings.onePacket) words.push("-o");
  if (settings.schedulerFlags.length > 0) words.push("-b", settings.schedulerFlags.join(","));
  return words;
}

function destinationWords(destination: Destination): string[] {
  const words = ["-r", destinationKey(destination), FORWARDING_FLAGS[destination.forwarding]];
  words.push(...tunnelWords(destination), "-w", String(destination.weight));
  if (destination.upperThreshold > 0) words.push("-x", String(destination.upperThreshold));
  if (destination.lowerThreshold > 0) words.push("-y", String(destination.lowerThreshold));
  return words;
}

function tunnelWords({ tunnel }: Destination): string[] {
  if (!tunnel) return [];
  return ["--tun-type", tunnel.type, ...tunnel.type === "gue" ? ["--tun-port", String(tunnel.port)] : []];
}

interface Rule {
  readonly address: ServiceAddress;
  readonly settings: ServiceSettings;
  readonly destination?: Destination;
}

function decodeRule(line: string): Rule | undefined {
  const words = line.trim().split(/\s+/);
  if (words[0] !== "-A" && words[0] !== "-a") return undefined;
  const after = (flag: string) => {
    const at = words.indexOf(flag, 1);
    return at < 0 ? undefined : words[at + 1];
  };
  const address = savedAddress(words, after);
  if (!address) return undefined;
  const persistence = after("-p");
  if (persistence !== undefined && !/^\d+$/.test(persistence)) return undefined;
  const scheduler = after("-s");
  if (words[0] === "-A" && scheduler === undefined) return undefined;
  const settings: ServiceSettings = {
    address,
    scheduler: scheduler ?? "wlc",
    schedulerFlags: after("-b")?.split(",") ?? [],
    persistence: persistence === undefined ? undefined : Number(persistence),
    netmask: after("-M"),
    onePacket: words.includes("-o"),
  };
  if (words[0] === "-A") return { address, settings };

  const real = endpoint(after("-r") ?? "");
  const weight = Number(after("-w") || NaN);
  if (!real || !Number.isInteger(weight)) return undefined;
  const method = savedMethod(words, after);
  if (!method) return undefined;
  return {
    address,
    settings,
    destination: { ...real, ...method, weight, upperThreshold: 0, lowerThreshold: 0 },
  };
}

/** Versions of ipvsadm before 1.31 say nothing of tunnels. */
function savedMethod(words: readonly string[], after: (flag: string) => string | undefined): Method | undefined {
  if (!words.includes("-i")) return { forwarding: words.includes("-m") ? "masq" : "gate" };
  const type = after("--tun-type") ?? "ipip";
  if (type === "ipip") return { forwarding: "ipip" };
  return parseMethod(type === "gue" ? `ipip:gue:${after("--tun-port")}` : `ipip:${type}`);
}

function savedAddress(
  words: readonly string[],
  after: (flag: string) => string | undefined,
): ServiceAddress | undefined {
  const mark = after("-f");
  if (mark !== undefined) return markAddress(mark, words.includes("-6"));
  const kind = TRANSPORTS.find((each) => words.includes(SERVICE_FLAGS[each]));
  const found = kind && endpoint(after(SERVICE_FLAGS[kind]) ?? "");
  return found && { kind: kind!, ...found };
}

/** The address in a virtual service's line of `ipvsadm -L -n`, as words; `undefined` for lines that are none. */
export function listedAddress(words: readonly string[]): ServiceAddress | undefined {
  if (words[0] === "FWM") return markAddress(words[1], words[2] === "IPv6");
  const kind = TRANSPORTS.find((each) => each.toUpperCase() === words[0]);
  const found = kind && endpoint(words[1] ?? "");
  return found && { kind: kind!, ...found };
}

/** ipvsadm prints marks as signed 32-bit numbers: 4294967295 comes back as -1. */
function markAddress(text: string, ipv6: boolean): ServiceAddress | undefined {
  if (!/^-?\d+$/.test(text)) return undefined;
  return { kind: "fwm", family: ipv6 ? 6 : 4, mark: Number(text) >>> 0 };
}

function endpoint(text: string): { address: IpAddress; port: number } | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(text);
  const address = match && parseIp(match[1] ?? match[2]);
  return address ? { address, port: Number(match[3]) } : undefined;
}
