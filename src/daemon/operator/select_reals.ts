import { RequestError } from "../../control/protocol.ts";
import { closest, nearest } from "../../config/language/closest.ts";
import { namesOf } from "../../director/maintenance.ts";
import { bracketed, parseIp } from "../../model/address.ts";
import { everySoOften, type Steps, walkFor } from "../../model/steps.ts";
import {
  givenNames,
  type Model,
  type RealServer,
  realServersIn,
  type VirtualService,
} from "../../model/virtual_service.ts";

/** A real server in one of its virtual services. */
export interface Selected {
  readonly virtual: VirtualService;
  readonly real: RealServer;
}

/**
 * Resolves with the real servers that an operator means: by `address:port`, `address`, or a name that the configuration gives, in all
 * virtual services or in one, which goes by its address and port, its mark, its key or its `servicename`.
 *
 * @throws {RequestError} when there is none.
 */
export async function selectReals(model: Model, word: string, virtualWord?: string): Promise<readonly Selected[]> {
  return await walkFor(realServersIn(model))(selectInSteps(model, word, virtualWord));
}

function* selectInSteps(model: Model, word: string, virtualWord: string | undefined): Steps<readonly Selected[]> {
  const virtuals = [...model.virtuals.values()];
  const among = virtualWord === undefined
    ? virtuals
    : virtuals.filter((each) => virtualNames(each).includes(virtualWord));
  if (among.length === 0 && virtualWord !== undefined) {
    throw new RequestError(
      "bad-argument",
      unknown("virtual service", virtualWord, virtuals.map(({ label, serviceName }) => serviceName ?? label)),
    );
  }
  const address = parseIp(word);
  const wanted = address ? bracketed(address) : word;
  const selected: Selected[] = [];
  const names = new Set<string>();
  let count = 0;
  for (const virtual of among) {
    for (const real of virtual.reals.values()) {
      if (everySoOften(count++)) yield;
      if (realNames(real, model).includes(wanted)) selected.push({ virtual, real });
      else if (selected.length === 0) names.add(givenNames(model, real)[0] ?? real.key);
    }
  }
  if (selected.length > 0) return selected;
  throw new RequestError("bad-argument", unknown("real server", word, [...names]));
}

/**
 * Returns the virtual service that an operator means, by its address and port, its mark, its key or its `servicename`.
 *
 * @throws {RequestError} when there is none, or more than one.
 */
export function selectVirtual({ virtuals }: Model, word: string): VirtualService {
  const all = [...virtuals.values()];
  const found = all.filter((each) => virtualNames(each).includes(word));
  if (found.length === 1) return found[0];
  const names = all.map(({ label, serviceName }) => serviceName ?? label);
  const keys = found.map(({ key }) => key).join(", ");
  throw new RequestError(
    "bad-argument",
    found.length > 1 ? `${word} is several: write one of ${keys}` : unknown("virtual service", word, names),
  );
}

function virtualNames({ key, label, serviceName, settings: { address } }: VirtualService): string[] {
  const mark = address.kind === "fwm" ? [String(address.mark)] : [];
  return [key, label, ...mark, ...serviceName === undefined ? [] : [serviceName]];
}

function realNames(real: RealServer, model: Model): string[] {
  return [real.key, ...namesOf(real, model.hostNames.get(real.destination.address) ?? [])];
}

/** Names that are listed where none is the right one. */
const MOST_NAMES = 5;

function unknown(what: string, word: string, known: readonly string[]): string {
  const meant = closest(word, known);
  if (meant !== undefined) return `no ${what} is called ${word}; did you mean ${meant}?`;
  const names = nearest(word, known, MOST_NAMES);
  const more = new Set(known).size - names.length;
  const listed = names.length === 0 ? "there are none" : `there are ${names.join(", ")}`;
  return `no ${what} is called ${word}; ${listed}${more > 0 ? ` and ${more} more` : ""}`;
}
