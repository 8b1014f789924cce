/**
 * A status document that another host has told: what a comparison looks at, each part of it checked. It may come from anywhere,
 * so a field of a wrong type makes it no status document, and its texts are made harmless.
 */

import { harmlessLine } from "../../model/harmless_text.ts";

/** What a director holds, as far as directors are compared. */
export interface ToldStatus {
  readonly isStandby: boolean;
  /** What keeps its table from being known, or from being as wanted. */
  readonly trouble: string | null;
  readonly digest: ToldDigest;
  /** By their identities. */
  readonly virtuals: ReadonlyMap<string, ToldVirtual>;
  /** Real servers that an operator has removed: virtual service as logs name it, a blank, real server. */
  readonly removed: ReadonlySet<string>;
}

/** Digests, as `DigestStatus` has them. */
export interface ToldDigest {
  readonly configuration: string;
  readonly table: string | null;
}

/** A virtual service. */
export interface ToldVirtual {
  readonly virtual: string;
  /** What the configuration says of it, by what that is called. */
  readonly settings: ReadonlyMap<string, string>;
  readonly fallbackServes: boolean;
  readonly digest: ToldDigest & { readonly order: string | null };
  readonly reals: ReadonlyMap<string, ToldReal>;
}

/** A real server. */
export interface ToldReal {
  /** What the configuration says of it, by what that is called. */
  readonly settings: ReadonlyMap<string, string>;
  readonly isAddedByHand: boolean;
  readonly state: string;
  readonly why: string;
  /** The weight in the kernel's table; null: it is not there. */
  readonly weight: number | null;
  /** The weight that an operator has given. */
  readonly ordered: number | null;
}

/** The text is no status document. */
export class NoStatus extends Error {}

/**
 * Returns what a text in JSON says.
 *
 * @throws {NoStatus} with the reason.
 */
export function parseStatus(text: string): ToldStatus {
  return statusIn(parsed(text));
}

/**
 * Returns what a status document says.
 *
 * @throws {NoStatus} with the reason.
 */
export function statusIn(document: unknown): ToldStatus {
  const status = objectIn(document, "it");
  if (status.version !== 1) throw new NoStatus('it has no "version": 1');
  if (status.digest === undefined) throw new NoStatus("it has no digests: it is of an older version");
  const { table, daemon, byHand } = fields(status, "table", "daemon", "byHand");
  const removed = listIn(byHand.removed, "byHand.removed").map((each) => objectIn(each, "byHand.removed"));
  return {
    isStandby: daemon.state === "standby",
    trouble: orNull(table.trouble, textIn, "table.trouble"),
    digest: digestIn(status.digest),
    virtuals: byName(listIn(status.virtuals, "virtuals"), "key", virtualIn),
    removed: new Set(removed.map(({ virtual, real }) => `${textIn(virtual, "virtual")} ${textIn(real, "real")}`)),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new NoStatus("it is not JSON");
  }
}

type Fields = Readonly<Record<string, unknown>>;

function virtualIn(virtual: Fields): ToldVirtual {
  const fallback = orNull(virtual.fallback, objectIn, "fallback");
  const digest = objectIn(virtual.digest, "digest");
  return {
    virtual: textIn(virtual.virtual, "virtual"),
    settings: new Map([
      ["scheduler", textIn(virtual.scheduler, "scheduler")],
      [
        "schedflags",
        listIn(virtual.schedulerFlags, "schedulerFlags").map((flag) => textIn(flag, "flag")).join() || "none",
      ],
      ["persistent", saidIn(virtual.persistence)],
      ["netmask", saidIn(virtual.netmask)],
      ["ops", saidIn(virtual.onePacket)],
      ["quiescent", saidIn(virtual.quiescent)],
      ["fallback", fallback ? textIn(fallback.real, "fallback.real") : "none"],
    ]),
    fallbackServes: fallback?.active === true,
    digest: { ...digestIn(digest), order: orNull(digest.order, textIn, "order") },
    reals: byName(listIn(virtual.reals, "reals"), "real", realIn),
  };
}

function realIn(real: Fields): ToldReal {
  const { weight, orders } = fields(real, "weight", "orders");
  const checks = listIn(real.checks, "checks").map((check) => objectIn(check, "check"));
  const asked = checks.map(({ kind, address, port }) =>
    `${textIn(kind, "kind")} ${textIn(address, "address")}:${numberIn(port, "port")}`
  );
  return {
    settings: new Map([
      ["forwarding", textIn(real.forwarding, "forwarding")],
      ["configured weight", String(numberIn(weight.configured, "weight"))],
      ["checked by", asked.join(", ") || "nothing"],
    ]),
    isAddedByHand: real.origin === "operator",
    state: textIn(real.state, "state"),
    why: textIn(real.why, "why"),
    weight: orNull(weight.kernel, numberIn, "weight.kernel"),
    ordered: orNull(orders.weight, (order) => numberIn(objectIn(order, "orders").weight, "orders.weight"), "orders"),
  };
}

function digestIn(value: unknown): ToldDigest {
  const { configuration, table } = objectIn(value, "digest");
  return { configuration: textIn(configuration, "digest"), table: orNull(table, textIn, "digest") };
}

/** Items by one of their fields. */
function byName<T>(items: readonly unknown[], field: string, read: (item: Fields) => T): ReadonlyMap<string, T> {
  return new Map(items.map((item) => {
    const object = objectIn(item, field);
    return [textIn(object[field], field), read(object)];
  }));
}

function fields<Name extends string>(object: Fields, ...names: Name[]): Record<Name, Fields> {
  return Object.fromEntries(names.map((name) => [name, objectIn(object[name], name)])) as Record<Name, Fields>;
}

function objectIn(value: unknown, what: string): Fields {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  throw new NoStatus(`${what} is not an object`);
}

function listIn(value: unknown, what: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new NoStatus(`${what} is not a list`);
}

function textIn(value: unknown, what: string): string {
  if (typeof value === "string") return harmlessLine(value);
  throw new NoStatus(`${what} is not a text`);
}

function numberIn(value: unknown, what: string): number {
  if (typeof value === "number") return value;
  throw new NoStatus(`${what} is not a number`);
}

function orNull<T>(value: unknown, read: (value: unknown, what: string) => T, what: string): T | null {
  return value === null ? null : read(value, what);
}

/** A setting as a configuration has it. */
function saidIn(value: unknown): string {
  if (value === null) return "none";
  if (typeof value === "boolean") return value ? "yes" : "no";
  return harmlessLine(String(value));
}
