/**
 * Short digests of what a director has: two that are the same say that two directors hold the same table, or have the same
 * configuration, without a look at either.
 *
 * What is in a digest is in the status document as well, connection thresholds apart. No secret is in it: a short
 * digest of a password would be found by trying.
 */

import { createHash } from "node:crypto";
import type { DigestStatus, VirtualDigestStatus } from "../../control/status.ts";
import { canonicalSettings } from "../../ipvs/canonical.ts";
import { fallbackFlag } from "../../model/fallback_flag.ts";
import { everySoOften, type Steps } from "../../model/steps.ts";
import {
  type Destination,
  type DestinationKey,
  type IpvsTable,
  methodText,
  type ServiceSettings,
  type TableService,
  type VirtualKey,
} from "../../model/table.ts";
import { checksOf, type Model, type RealServer, type VirtualService } from "../../model/virtual_service.ts";

/** Hexadecimal digits of a digest: 48 bits, which a metric's value holds exactly. */
const DIGITS = 12;

/** The parts of a daemon that digests are made of. */
export interface Digested {
  readonly model: Model;
  /** The virtual services that are ours in the kernel's table; absent before anything is wanted there. */
  readonly wanted: Iterable<VirtualKey> | undefined;
  /** The kernel's table; absent where it is not known, or another director's. */
  readonly held: IpvsTable | undefined;
  /** The table is known in the order in which the kernel has it. */
  readonly isInOrder: boolean;
}

/** Digests of a whole director, and of each of its virtual services. */
export interface Digests {
  readonly whole: DigestStatus;
  readonly virtuals: ReadonlyMap<VirtualKey, VirtualDigestStatus>;
}

/** What was made of a virtual service that has not changed since. */
const configured = new WeakMap<VirtualService, string>();
const heldBefore = new WeakMap<TableService, Held>();

interface Held {
  readonly table: string;
  readonly order: string | null;
}

/** Returns the digests of a director, in steps. */
export function* digestsInSteps({ model, wanted, held, isInOrder }: Digested): Steps<Digests> {
  const virtuals = new Map<VirtualKey, VirtualDigestStatus>();
  for (const virtual of model.virtuals.values()) {
    yield;
    const service = held?.get(virtual.key);
    const { table, order } = service ? yield* heldInSteps(service) : { table: null, order: null };
    const configuration = yield* configurationInSteps(virtual);
    virtuals.set(virtual.key, { configuration, table, order: isInOrder ? order : null });
  }
  const configuration = digestOf(sorted(virtuals, ([key, digest]) => `${key} ${digest.configuration}`));
  return { whole: { configuration, table: held && wanted ? yield* wholeInSteps(wanted, held) : null }, virtuals };
}

/** All that is ours in the kernel's table, what a reload has removed and still drains included. */
function* wholeInSteps(wanted: Iterable<VirtualKey>, held: IpvsTable): Steps<string> {
  const lines: string[] = [];
  for (const key of wanted) {
    yield;
    const service = held.get(key);
    lines.push(`${key} ${service ? (yield* heldInSteps(service)).table : "-"}`);
  }
  return digestOf(lines.sort());
}

function* heldInSteps(service: TableService): Steps<Held> {
  const known = heldBefore.get(service);
  if (known) return known;
  const lines: string[] = [];
  let count = 0;
  for (const [key, destination] of service.destinations) {
    if (everySoOften(count++)) yield;
    lines.push(destinationText(key, destination));
  }
  const isByOrder = fallbackFlag(service.scheduler) !== undefined;
  const order = isByOrder ? digestOf(service.destinations.keys()) : null;
  const made = { table: digestOf([settingsText(service), ...lines.sort()]), order };
  heldBefore.set(service, made);
  return made;
}

function* configurationInSteps(virtual: VirtualService): Steps<string> {
  const known = configured.get(virtual);
  if (known !== undefined) return known;
  const { settings, reals, fallback, quiescent, quorum, hysteresis, failOpen } = virtual;
  const lines: string[] = [];
  let count = 0;
  for (const real of reals.values()) {
    if (everySoOften(count++)) yield;
    lines.push(realText(real));
  }
  const made = digestOf([
    settingsText(settings),
    `quiescent ${quiescent} quorum ${quorum} hysteresis ${hysteresis} failopen ${failOpen}`,
    fallback ? `fallback ${destinationText(fallback.key, fallback.destination)}` : "no fallback",
    ...lines.sort(),
  ]);
  configured.set(virtual, made);
  return made;
}

function realText({ key, destination, policy }: RealServer): string {
  const { upperThreshold, lowerThreshold } = destination;
  const checks = checksOf(policy).map(({ method, target: { service, address, port } }) =>
    `${method === "negotiate" ? service : method}:${address}:${port}`
  );
  const thresholds = `${upperThreshold}:${lowerThreshold}`;
  return [destinationText(key, destination), thresholds, policy.kind, ...checks].join(" ");
}

/** Without thresholds, which are not always read, and do not choose a real server. */
function destinationText(key: DestinationKey, destination: Destination): string {
  return `${key} ${methodText(destination)} ${destination.weight}`;
}

function settingsText(settings: ServiceSettings): string {
  const { scheduler, schedulerFlags, persistence = 0, netmask = "-", onePacket } = canonicalSettings(settings);
  return [scheduler, schedulerFlags.join(), persistence, netmask, onePacket].join(" ");
}

function sorted<T>(items: Iterable<T>, text: (item: T) => string): string[] {
  return Array.from(items, text).sort();
}

function digestOf(lines: Iterable<string>): string {
  const hash = createHash("sha256");
  for (const line of lines) hash.update(line).update("\n");
  return hash.digest("hex").slice(0, DIGITS);
}
