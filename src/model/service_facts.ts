/**
 * Questions about one service that the table of protocols answers. Of `none` nothing is known.
 */

import type { Protocol, ServiceFacts } from "./protocol.ts";
import { type HelperService, PROTOCOLS, type Service, type ServiceOption, type SpokenService } from "./services.ts";

const PROTOCOL_OF: ReadonlyMap<string, Protocol<ServiceOption>> = new Map(
  PROTOCOLS.flatMap((protocol) => Object.keys(protocol.services).map((service) => [service, protocol] as const)),
);

/** Each service and what the table says of it, in the table's order. */
export const SERVICE_ROWS: readonly (readonly [SpokenService, ServiceFacts])[] = PROTOCOLS.flatMap(({ services }) =>
  Object.entries(services) as [SpokenService, ServiceFacts][]
);

/** Returns the protocol of a service, or of a word that may be one. */
export function protocolOf(service: string): Protocol<ServiceOption> | undefined {
  return PROTOCOL_OF.get(service);
}

/** Returns what sets a service apart from the others of its protocol. */
export function factsOf(service: string): ServiceFacts {
  return protocolOf(service)?.services[service] ?? {};
}

/** Whether the helper process asks a service (see helper/). */
export function isHelperService(service: Service): service is HelperService {
  return protocolOf(service)?.askedBy === "helper";
}

/** Whether a service begins with a TLS handshake. */
export function beginsWithTls(service: string): boolean {
  return factsOf(service).overTls === true;
}

/** Whether a service is asked for pages, by a path or a URL. */
export function isAskedForPages(service: string): boolean {
  return protocolOf(service)?.question?.kind === "page";
}

/** Returns the services with a check that looks at a directive; one that begins with TLS has no use for STARTTLS. */
export function servicesThatLookAt(option: ServiceOption): readonly SpokenService[] {
  const services = SERVICE_ROWS.filter(([service]) => protocolOf(service)!.options.includes(option));
  return services.filter(([, { overTls }]) => option !== "starttls" || !overTls).map(([service]) => service);
}

/** Returns the port that a service is checked at when no other is known; 0 where it has none of its own. */
export function checkPortOf(service: string): number {
  return factsOf(service).port ?? 0;
}

/** Returns the service that a virtual service's port stands for. */
export function serviceAt(port: number): Service {
  return SERVICE_ROWS.find(([, facts]) => facts.impliedByPort && facts.port === port)?.[0] ?? "none";
}
