/**
 * Runs the lab's test files, each under a kernel of its own:  `deno task lab [word…]` runs those with one
 * of the words in their name. Those with a name that begins with `systemd` run under systemd as process 1.
 */

import { fail, say } from "../../tools/terminal.ts";
import { addTallies, NO_TALLY, parseTally, sayTally, type Tally } from "../../tools/tally.ts";
import { measurePace } from "./pace.ts";
import { runInUml, sweepLeftOvers } from "./uml/boot.ts";

const ROOT = new URL("../..", import.meta.url).pathname;
const SCENARIOS = `${ROOT}tests/lab/scenarios`;

/** Kernels at a time: each has one processor, and checks that run late are failures. */
const KERNELS = Math.max(1, Math.min(2, navigator.hardwareConcurrency));

/** No test file may take longer, in a lab of the usual pace. */
const LIMIT_SECONDS = 1200;

/**
 * Runs the test files that `words` select, two at a time, and prints their lines as they come.
 *
 * @param pace how many times slower than usual the lab is: limits are so many times longer.
 */
export async function runLab(words: readonly string[], pace: number): Promise<Tally> {
  const waiting = testFiles(words);
  if (waiting.length === 0) fail(`no scenario's file has '${words.join("' or '")}' in its name`);
  await sweepLeftOvers();
  const interruption = new AbortController();
  const interrupt = () => interruption.abort();
  Deno.addSignalListener("SIGINT", interrupt);
  Deno.addSignalListener("SIGTERM", interrupt);
  const tallies: Tally[] = [];
  const worker = async (processor: number) => {
    for (let file = waiting.shift(); file && !interruption.signal.aborted; file = waiting.shift()) {
      tallies.push(await runFile(file, processor, pace, interruption.signal));
    }
  };
  await Promise.all(Array.from({ length: KERNELS }, (_, i) => worker(i)));
  Deno.removeSignalListener("SIGINT", interrupt);
  Deno.removeSignalListener("SIGTERM", interrupt);
  if (interruption.signal.aborted) fail("interrupted");
  return addTallies(tallies);
}

async function runFile(file: string, processor: number, pace: number, signal: AbortSignal): Promise<Tally> {
  const seconds = Math.ceil(LIMIT_SECONDS * pace);
  const name = file.replace(/_test\.ts$/, "");
  const output: string[] = [];
  const show = (line: string) => {
    output.push(line);
    say(`${name.padEnd(14)} | ${line}`);
  };
  const status = await runInUml(
    {
      command: [Deno.execPath(), "test", "-A", "--no-check", "--cached-only", `${SCENARIOS}/${file}`],
      directory: ROOT,
      environment: { ...passedOn(), LAB_PACE: String(pace) },
      seconds,
      processor,
      memory: "3G",
      underSystemd: file.startsWith("systemd"),
    },
    show,
    signal,
  );
  const tally = parseTally(output);
  if (status !== undefined && tally) return tally;
  const trouble = `the lab's kernel ended before the tests did (limit: ${seconds} s)`;
  show(trouble);
  return { ...NO_TALLY, failed: 1, failures: [`${file}: ${trouble}`] };
}

/** What tests may know of the environment that they are started in. */
function passedOn(): Record<string, string> {
  const names = ["HOME", "DENO_DIR", "LAB_BINARY"];
  const values = names.flatMap((name) => Deno.env.get(name) === undefined ? [] : [[name, Deno.env.get(name)!]]);
  return { NO_COLOR: "1", ...Object.fromEntries(values) };
}

function testFiles(words: readonly string[]): string[] {
  const files = [...Deno.readDirSync(SCENARIOS)].map(({ name }) => name).filter((name) => name.endsWith("_test.ts"));
  return files.filter((name) => words.length === 0 || words.some((word) => name.includes(word))).sort();
}

if (import.meta.main) {
  const tally = await runLab(Deno.args, await measurePace());
  sayTally(tally);
  Deno.exit(tally.failed === 0 && tally.passed > 0 ? 0 : 1);
}
