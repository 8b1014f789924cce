/**
 * `deno task simulate [seeds] [first]`: plays so many scenarios; of one that breaks a promise it prints the shortest
 * timeline that still does, and ends with 1.
 */

import { shorten } from "./shorten.ts";
import { play } from "./run.ts";
import { scenarioOf } from "./scenario.ts";

const [count = "3000", first = "1", most = "3"] = Deno.args;
let [broken, start] = [0, performance.now()];
for (let seed = Number(first); seed < Number(first) + Number(count); seed++) {
  const scenario = scenarioOf(seed);
  const { violations } = await play(scenario);
  if (violations.length === 0) continue;
  Deno.exitCode = 1;
  if (++broken > Number(most)) {
    console.log(`seed ${seed}: ${violations[0]}`);
    continue;
  }
  const short = await shorten(scenario);
  const outcome = await play(short);
  console.log(`seed ${seed}:\n${JSON.stringify(short.configs, null, 1)}\nstandby ${short.standby}, left ${short.left}`);
  for (const line of outcome.timeline) console.log(line);
}
const seconds = (performance.now() - start) / 1000;
console.log(`${count} seeds from ${first} in ${seconds.toFixed(0)} s: ${broken} broke a promise`);
