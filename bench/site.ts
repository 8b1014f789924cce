/** The real servers that are measured with, and how often each is checked. */
export interface Site {
  readonly virtuals: number;
  /** Real servers of each virtual service. */
  readonly realsEach: number;
  /** Seconds. */
  readonly interval: number;
  /** Seconds. */
  readonly timeout: number;
  /** Ours keeps an idle connection to each. */
  readonly sentinel?: true;
}

/** How many real servers a site has. */
export function sizeOf({ virtuals, realsEach }: Site): number {
  return virtuals * realsEach;
}

/** A real server's address: the J-th of virtual service V, both from 1. */
export function realAddress(virtual: number, real: number): string {
  return `10.1.${virtual}.${real}`;
}

/** The address of a virtual service, from 1. */
export function virtualAddress(virtual: number): string {
  return `192.0.2.${virtual}`;
}

/** The addresses of all real servers of a site. */
export function everyReal({ virtuals, realsEach }: Site): string[] {
  return each(virtuals, (virtual) => each(realsEach, (real) => realAddress(virtual, real))).flat();
}

/** What `make` gives for 1 to `count`. */
export function each<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, i) => make(i + 1));
}
