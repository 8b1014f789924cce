/** Starting a process costs 20 ms in the lab, and its one processor is the director's too. */
const POLL_MS = 250;

/** Rests for a while. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/**
 * Asks again and again until the answer satisfies, at most for so many seconds.
 *
 * @returns the last answer, satisfying or not: the caller says what is wrong with it.
 */
export async function poll<T>(ask: () => Promise<T>, satisfies: (answer: T) => boolean, seconds: number): Promise<T> {
  const deadline = performance.now() + seconds * 1000;
  while (true) {
    const answer = await ask();
    if (satisfies(answer) || performance.now() > deadline) return answer;
    await sleep(POLL_MS);
  }
}
