/** Starting a process costs 20 ms in the lab, and its one processor is the director's too. */
const POLL_MS = 250;

/** How many times slower than usual this lab is: every wait for something has so many times its limit. */
export const PACE = Number(Deno.env.get("LAB_PACE") ?? 1);

/** Rests for a while. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/**
 * Asks again and again until the answer satisfies, at most for so many seconds of a lab that has its usual pace.
 *
 * @returns the last answer, satisfying or not: the caller says what is wrong with it.
 */
export async function poll<T>(ask: () => Promise<T>, satisfies: (answer: T) => boolean, seconds: number): Promise<T> {
  return await askUntil(performance.now() + seconds * 1000 * PACE, ask, satisfies);
}

/** Asks again and again, for so many seconds, or until the answer satisfies no more. Returns the last answer. */
export async function watch<T>(ask: () => Promise<T>, satisfies: (answer: T) => boolean, seconds: number): Promise<T> {
  return await askUntil(performance.now() + seconds * 1000, ask, (answer) => !satisfies(answer));
}

async function askUntil<T>(
  deadline: number,
  ask: () => Promise<T>,
  isEnough: (answer: T) => boolean,
): Promise<T> {
  while (true) {
    const answer = await ask();
    if (isEnough(answer) || performance.now() > deadline) return answer;
    await sleep(POLL_MS);
  }
}
