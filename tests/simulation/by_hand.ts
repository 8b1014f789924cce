/**
 * What has to become of changes by hand, the manual's rules once more: a weight that was set and a real server that was removed
 * or added stay until the health of that real server changes, or until a start or a reload. What cannot be known, because
 * something else went on at that time, may be so or so.
 */

/** Milliseconds for which what happens to a real server can still have its effect on the table: rounds, slow start. */
export const UNSETTLED = 20_000;

interface Change {
  readonly at: number;
  /** Its weight since; `undefined` = it was removed. */
  readonly weight: number | undefined;
  /** Something else that happens may have overridden it. */
  isOpen: boolean;
  /** Its health has changed since, or a reload has set it right. */
  isOver: boolean;
}

/** The changes by hand of destinations of our virtual services that have not been set right since. */
export class ByHand {
  readonly #changes = new Map<string, Map<string, Change>>();
  /** When something happened to a real server, or to all (`""`). */
  readonly #stirred = new Map<string, number>();

  /** A destination was changed by hand. */
  change(virtual: string, real: string, weight: number | undefined, at: number): void {
    const last = Math.max(...["", real].map((each) => this.#stirred.get(each) ?? -UNSETTLED));
    const changes = this.#changes.get(virtual) ?? new Map<string, Change>();
    this.#changes.set(virtual, changes.set(real, { at, weight, isOpen: at - last < UNSETTLED, isOver: false }));
  }

  /** Something happens to a real server, or to all, that may change what is wanted of it. */
  stir(real: string | undefined, at: number): void {
    const key = real ?? "";
    this.#stirred.set(key, Math.max(at, this.#stirred.get(key) ?? 0));
    for (const changes of this.#changes.values()) {
      for (const [key, change] of changes) if (real === undefined || key === real) change.isOpen = true;
    }
  }

  /** The state of a real server has changed in that virtual service; its fallback comes or goes with it perhaps. */
  turn(virtual: string, real: string, fallback: string | undefined): void {
    const changes = this.#changes.get(virtual);
    const change = changes?.get(real);
    if (change) change.isOver = true;
    const other = fallback === undefined ? undefined : changes?.get(fallback);
    if (other) other.isOpen = true;
  }

  /** Its quorum is lost or back, or all real servers are kept or no longer: any of them may have another weight. */
  turnAll(virtual: string): void {
    for (const change of this.#changes.get(virtual)?.values() ?? []) change.isOpen = true;
  }

  /** The virtual service is gone, and all that was in it. */
  forget(virtual: string): void {
    this.#changes.delete(virtual);
  }

  /** A start or a reload that began then has set right all that was changed before. */
  setRight(began: number, now: number): void {
    this.stir(undefined, now);
    for (const changes of this.#changes.values()) {
      for (const [real, change] of changes) {
        if (change.at >= began) continue;
        if (change.weight === undefined) [change.isOver, change.isOpen] = [true, false];
        else changes.delete(real);
      }
    }
  }

  /** Whether anything in that virtual service is as it was changed by hand. */
  has(virtual: string, real?: string): boolean {
    const changes = this.#changes.get(virtual);
    return changes !== undefined && (real === undefined ? changes.size > 0 : changes.has(real));
  }

  /** What was changed in that virtual service, for a message. */
  shown(virtual: string): string {
    const changes = [...this.#changes.get(virtual) ?? []];
    return changes.map(([real, { weight }]) => `; by hand: ${real} ${weight ?? "removed"}`).join("");
  }

  /** Whether a destination may have that weight where the configuration and health say another; `undefined` = it is not there. */
  allows(virtual: string, real: string, is: number | undefined, wanted: number | undefined): boolean {
    const change = this.#changes.get(virtual)?.get(real);
    if (!change) return is === wanted;
    // With `readdquiescent = no` one that was removed is not put back at weight 0.
    const asHealthSays = is === wanted || (wanted === 0 && is === undefined);
    if (change.isOpen) return asHealthSays || is === change.weight;
    return change.isOver ? asHealthSays : is === change.weight;
  }
}
