/**
 * What happens in one run: made from a seed, and a plain list, so that it can be printed and shortened.
 */

import type { VirtualSketch } from "../director/fixture.ts";
import { Random } from "../random.ts";

/** What the table does wrong from some time on. */
export const FAULTS = [
  /** It cannot be read. */
  "read-fails",
  /** It reads empty. */
  "read-empty",
  /** Its list ends too early. */
  "read-cut",
  /** It reads as it was some time ago. */
  "read-stale",
  /** It refuses some changes and says so. */
  "refuses",
  /** It dies within a batch: the first changes are made, the others are not. */
  "dies",
  /** Each batch and each read takes seconds. */
  "slow",
] as const;

/** One of {@link FAULTS}. */
export type Fault = typeof FAULTS[number];

/** Faults by which a read shows what is not there. */
export const LIES: readonly Fault[] = ["read-empty", "read-cut", "read-stale"];

/** Something that happens at a time, in milliseconds. */
export type SimulatedEvent =
  & { readonly at: number }
  & (
    /** A real server lives or dies; its rounds take so long. */
    | { readonly do: "server"; readonly real: string; readonly up: boolean; readonly takes: number }
    /** A configuration, by its number. */
    | { readonly do: "reload"; readonly to: number }
    | { readonly do: "crash" | "restart" | "activate" | "deactivate" }
    | { readonly do: "order"; readonly virtual: string; readonly real: string; readonly order: Ordered }
    | { readonly do: "maintain"; readonly files: readonly string[] }
    /** `ipvsadm -C`, by hand. */
    | { readonly do: "clear" }
    /** `ipvsadm -e`, `-d`, `-a` by hand: what is there gets that weight, is removed, or else is added. */
    | { readonly do: "hand"; readonly virtual: string; readonly real: string; readonly weight: number | "remove" }
    /** `ipvsadm -D` by hand of one virtual service. */
    | { readonly do: "delete"; readonly virtual: string }
    /** Another program changes a virtual service of its own: that many real servers, each with that weight; 0 = it goes. */
    | { readonly do: "other"; readonly virtual: string; readonly reals: number; readonly weight: number }
    /** Until some milliseconds later; each call is hit once in so many times. */
    | { readonly do: "fault"; readonly fault: Fault; readonly lasts: number; readonly oneIn: number }
  );

/** What an operator orders. */
export type Ordered = "drain" | "disable" | "weight 0" | "weight 5" | "enable";

/** One run. */
export interface Scenario {
  readonly seed: number;
  /** Configurations; the first is that of the start. */
  readonly configs: readonly (readonly VirtualSketch[])[];
  readonly standby: boolean;
  /** Our virtual services that an earlier run has left in the table, with real servers. */
  readonly left: readonly number[];
  readonly happenings: readonly SimulatedEvent[];
}

/** Milliseconds in which everything happens; what is done by hand may come later by half of it. */
export const LENGTH = 60_000;

export const VIRTUALS = ["192.0.2.1:80", "192.0.2.2:80", "192.0.2.3:80"];
export const REALS = ["10.0.0.1:80", "10.0.0.2:80", "10.0.0.3:80", "10.0.0.4:80"];
const FALLBACKS = [undefined, "127.0.0.1:80", REALS[0]];

/** Virtual services of another program. */
export const OTHERS = ["203.0.113.9:80", "192.0.2.1:443"];

/** Quorums are drawn apart, so that what else happens with a seed does not depend on them. */
const QUORUMS = 0x51f0;

/** The same for mh, with which real servers have their places from the beginning. */
const SCHEDULERS = 0x3a91;

/** What may be changed by hand in a virtual service, one that no configuration has among it. */
const BY_HAND = [...REALS, "127.0.0.1:80", "198.51.100.7:80"];

/** What a run leaves out. */
export interface Less {
  /** Whatever the table does wrong. */
  readonly calm?: boolean;
  /** Whatever is done by hand or by others, `ipvsadm -C` excepted. */
  readonly handsOff?: boolean;
}

/** The run of a seed. */
export function scenarioOf(seed: number, { calm = false, handsOff = false }: Less = {}): Scenario {
  const random = new Random(seed);
  const quorums = new Random(seed ^ QUORUMS);
  const schedulers = new Random(seed ^ SCHEDULERS);
  const configs = Array.from({ length: 1 + random.below(3) }, () => config(random, quorums, schedulers));
  const happenings = Array.from({ length: 2 + random.below(14) }, () => happening(random, configs.length));
  const hands = new Random(~seed);
  if (!handsOff) happenings.push(...Array.from({ length: hands.below(5) }, () => byHand(hands)));
  return {
    seed,
    configs,
    standby: random.oneIn(6),
    left: VIRTUALS.map((_, i) => i).filter(() => random.oneIn(3)),
    happenings: happenings.filter((each) => !calm || each.do !== "fault").sort((a, b) => a.at - b.at),
  };
}

function config(random: Random, quorums: Random, schedulers: Random): VirtualSketch[] {
  const virtuals = VIRTUALS.filter(() => !random.oneIn(3));
  return (virtuals.length === 0 ? VIRTUALS.slice(0, 1) : virtuals).map((at): VirtualSketch => ({
    at,
    reals: REALS.filter(() => !random.oneIn(3)).map((real) => random.oneIn(3) ? `${real} weight 3` : real),
    fallback: random.of(FALLBACKS),
    scheduler: schedulers.oneIn(3) ? "mh" : random.of(["wrr", "wlc"]),
    interval: random.of([1, 2, 5]),
    options: {
      quiescent: random.oneIn(2),
      cleanStop: !random.oneIn(3),
      failureCount: random.of([1, 1, 2]),
      riseCount: random.of([1, 1, 2]),
      slowStart: random.of([0, 0, 5]),
      quorum: quorums.of([1, 1, 2, 3, 5]),
      failOpen: quorums.of([0, 0, 0, 30, 60]),
      removalDrain: quorums.of([0, 0, 10]),
    },
  }));
}

function byHand(random: Random): SimulatedEvent {
  // The later half, when little else happens, is where its effect can be seen.
  const at = random.oneIn(2) ? random.below(LENGTH) : LENGTH / 2 + random.below(LENGTH);
  const virtual = random.of(VIRTUALS);
  switch (random.below(8)) {
    case 0:
      return { at, do: "delete", virtual };
    case 1:
      return { at, do: "other", virtual: random.of(OTHERS), reals: random.below(3), weight: random.below(3) };
    case 2:
    case 3:
    case 4:
      return { at, do: "hand", virtual, real: random.of(BY_HAND), weight: "remove" };
    default:
      return { at, do: "hand", virtual, real: random.of(BY_HAND), weight: random.of([0, 1, 9]) };
  }
}

function happening(random: Random, configs: number): SimulatedEvent {
  const at = random.below(LENGTH);
  const real = random.of(REALS);
  switch (random.below(13)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return { at, do: "server", real, up: random.oneIn(2), takes: random.of([1, 20, 700, 3_000]) };
    case 4:
    case 5:
      return { at, do: "reload", to: random.below(configs) };
    case 6:
      return { at, do: random.of(["crash", "restart"]) };
    case 7:
      return { at, do: random.of(["activate", "deactivate"]) };
    case 8: {
      const order = random.of<Ordered>(["drain", "disable", "weight 0", "weight 5", "enable"]);
      return { at, do: "order", virtual: random.of(VIRTUALS), real, order };
    }
    case 9:
      return random.oneIn(2) ? { at, do: "clear" } : { at, do: "maintain", files: REALS.filter(() => random.oneIn(4)) };
    default: {
      const fault = random.of(FAULTS);
      // A wrong read that is the same each time, for long, cannot be known to be wrong.
      const lasts = random.of(LIES.includes(fault) ? [50, 900] : [50, 1_000, 5_000, 20_000]);
      return { at, do: "fault", fault, lasts, oneIn: random.of([1, 2, 4]) };
    }
  }
}
