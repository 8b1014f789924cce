/**
 * What is due next. A binary heap of due times; no clock inside.
 */

/** A key with the time at which it is due; none while it is out. */
interface Slot<K> {
  readonly key: K;
  due: number | undefined;
}

interface Entry<K> {
  readonly slot: Slot<K>;
  readonly due: number;
}

/** Keys with the times at which they are due. A key stands there once; setting it again moves it. */
export class Schedule<K> {
  readonly #heap: Entry<K>[] = [];
  /** Keys that were taken out stay: a table that changes with every round costs V8 more than the round. */
  readonly #slots = new Map<K, Slot<K>>();

  /** Makes the key due at that time, and no longer at any other. */
  set(key: K, due: number): void {
    let slot = this.#slots.get(key);
    if (!slot) this.#slots.set(key, slot = { key, due });
    slot.due = due;
    this.#push({ slot, due });
  }

  /** Forgets the key. */
  delete(key: K): void {
    const slot = this.#slots.get(key);
    if (slot) slot.due = undefined;
    this.#slots.delete(key);
  }

  /** When the next key is due; `undefined` when none waits. */
  nextDue(): number | undefined {
    this.#dropStale();
    return this.#heap[0]?.due;
  }

  /** Takes out all keys that are due by that time, the longest overdue first. */
  takeDue(now: number): K[] {
    const taken: K[] = [];
    for (this.#dropStale(); this.#heap.length > 0 && this.#heap[0].due <= now; this.#dropStale()) {
      const { slot } = this.#pop();
      slot.due = undefined;
      taken.push(slot.key);
    }
    return taken;
  }

  /** Entries of moved and forgotten keys stay in the heap until they come to its top. */
  #dropStale(): void {
    while (this.#heap.length > 0 && this.#heap[0].slot.due !== this.#heap[0].due) this.#pop();
  }

  #push(entry: Entry<K>): void {
    const heap = this.#heap;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (heap[parent].due <= entry.due) break;
      heap[at] = heap[parent];
      at = parent;
    }
    heap[at] = entry;
  }

  #pop(): Entry<K> {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop()!;
    if (heap.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1].due < heap[child].due) child++;
      if (heap[child].due >= last.due) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = last;
    return top;
  }
}

/**
 * By how much the i-th of n checks that began together is to run ahead of the last of them in the end, so that their
 * rounds are spread evenly over the interval. In the interval's unit.
 */
export function spreadLead(i: number, n: number, interval: number): number {
  return interval * (1 - (i + 1) / n);
}

/** The most that one interval is shortened by: spreading must not double the load of the first rounds. */
const SHORTEN = 1 / 4;

/** The delay from the start of one round to that of the next, and what is left of the lead then. */
export function nextRound(interval: number, lead: number): { readonly delay: number; readonly lead: number } {
  const cut = Math.min(lead, interval * SHORTEN);
  return { delay: interval - cut, lead: lead - cut };
}
