/**
 * Prints the verdict on a server that the driver gives up, and whatever else is printed when what is left of that is
 * collected: to be run with `--v8-flags=--expose-gc`.
 */

import { ASKED, tooOld } from "./oracle_listener.ts";
import { checkOf, round, withPeer } from "./peers.ts";

await withPeer(tooOld, async (peer) => {
  const { result } = await round(checkOf({ ...ASKED, ...peer }), "negotiate");
  console.log(result.up ? "up" : `down (${result.why})`);
});

// What is found to be garbage in one turn of the event loop is reported in another.
for (let turns = 0; turns < 20; turns++) {
  (globalThis as unknown as { gc(): void }).gc();
  await new Promise((resolve) => setTimeout(resolve, 10));
}
