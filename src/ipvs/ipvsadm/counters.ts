import { type DestinationKey, type VirtualKey, virtualKey } from "../../model/table.ts";
import { type Counters, type DestinationCounters, NONE, type ServiceCounters, type Traffic } from "../counters.ts";
import { listedAddress } from "./rules.ts";

/** The three lists that the kernel's counters are printed as. */
export interface CounterLists {
  /** `ipvsadm -L -n` */
  readonly connections: string;
  /** `ipvsadm -L -n --stats --exact` */
  readonly totals: string;
  /** `ipvsadm -L -n --rate --exact` */
  readonly rates: string;
}

/** Reads the lists. An entry that came or went between them counts as far as it is known. */
export function decodeCounters(lists: CounterLists): Counters {
  const totals = trafficOf(lists.totals);
  const rates = trafficOf(lists.rates);
  const counters = new Map<VirtualKey, ServiceCounters & { destinations: Map<DestinationKey, DestinationCounters> }>();
  eachRow(lists.connections, (service, destination, words) => {
    const name = rowName(service, destination);
    const traffic = { totals: totals.get(name) ?? NONE, rates: rates.get(name) ?? NONE };
    if (destination === undefined) {
      counters.set(service, { ...traffic, destinations: new Map() });
      return;
    }
    // "-> 10.0.0.1:80 Masq 3 12 0"
    const [weight, active, inactive] = words.slice(3).map(Number);
    counters.get(service)?.destinations.set(destination, { weight, active, inactive, ...traffic });
  });
  return counters;
}

function trafficOf(list: string): Map<string, Traffic> {
  const traffic = new Map<string, Traffic>();
  eachRow(list, (service, destination, words) => {
    const [connections, packetsIn, packetsOut, bytesIn, bytesOut] = words.slice(-5).map(Number);
    if (!Number.isFinite(connections)) return;
    traffic.set(rowName(service, destination), { connections, packetsIn, packetsOut, bytesIn, bytesOut });
  });
  return traffic;
}

function rowName(service: VirtualKey, destination: DestinationKey | undefined): string {
  return destination === undefined ? service : `${service} ${destination}`;
}

/** Every virtual service's line, and below it those of its destinations. */
function eachRow(
  list: string,
  take: (service: VirtualKey, destination: DestinationKey | undefined, words: readonly string[]) => void,
): void {
  let service: VirtualKey | undefined;
  for (const line of list.split("\n")) {
    const words = line.trim().split(/\s+/);
    if (words[0] === "->") {
      if (service) take(service, words[1] as DestinationKey, words);
      continue;
    }
    const address = listedAddress(words);
    service = address && virtualKey(address);
    if (service) take(service, undefined, words);
  }
}
