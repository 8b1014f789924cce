/**
 * The event loop's turn: while one goes on, nothing else is read, started or timed out. What a server sends must not
 * make it long.
 */

/** Milliseconds after which work gives way to the rest. */
const LONG = 8;

let began = performance.now();

/** Notes that a turn begins. */
export function beginTurn(): void {
  began = performance.now();
}

/** Whether the turn has taken so long that work which goes on for long should await {@link nextTurn}. */
export function isLongTurn(): boolean {
  return performance.now() - began > LONG;
}

/** Resolves in the next turn. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) =>
    setTimeout(() => {
      beginTurn();
      resolve();
    }, 0)
  );
}
