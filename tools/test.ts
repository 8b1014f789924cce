/**
 * `deno task test`: every test there is. Those of the code alone first, then those against a real kernel in the lab.
 * The last line says `N passed, N failed` over all of them.
 */

import { measurePace, TOO_SLOW, UNHURRIED } from "../tests/lab/pace.ts";
import { runLab } from "../tests/lab/run.ts";
import { lines } from "../tests/lab/uml/lines.ts";
import { build } from "./build.ts";
import { setup } from "./setup.ts";
import { addTallies, NO_TALLY, parseTally, sayTally, stuckTest, type Tally } from "./tally.ts";
import { fail, say, step } from "./terminal.ts";

const ROOT = new URL("..", import.meta.url).pathname;

await setup();
await build();
step("Checking types");
await checkTypes();
step("Tests of the code");
const unit = await unitTests();
step("Tests in the lab: a real kernel, real servers");
const pace = await measurePace();
const all = addTallies([unit, await runLab(scenarios(pace), pace)]);
sayTally(all);
Deno.exit(all.failed === 0 ? 0 : 1);

/** Words that select the scenarios that are run in a lab of that pace; none = all. */
function scenarios(pace: number): readonly string[] {
  if (pace <= TOO_SLOW) return [];
  const times = `${pace.toFixed(1)} times`;
  say(`The lab is ${times} slower on this machine than the one that the scenarios' times are made for. So only`);
  say(`these files of scenarios are run: ${UNHURRIED.join(", ")}. All of them: deno task lab`);
  return UNHURRIED.map((name) => `${name}_test.ts`);
}

async function checkTypes(): Promise<void> {
  const args = ["check", "--quiet", "."];
  const { success } = await new Deno.Command(Deno.execPath(), { args, cwd: ROOT, stdin: "null" }).spawn().status;
  if (!success) fail("the type check failed: see above");
}

async function unitTests(): Promise<Tally> {
  const args = ["test", "-A", "--no-check", "--ignore=tests/lab", "tests"];
  const stdio = { stdin: "null", stdout: "piped" } as const;
  const child = new Deno.Command(Deno.execPath(), { args, cwd: ROOT, env: { NO_COLOR: "1" }, ...stdio }).spawn();
  const output: string[] = [];
  for await (const line of lines(child.stdout)) {
    output.push(line);
    say(line);
    const stuck = stuckTest(line);
    if (!stuck) continue;
    child.kill("SIGKILL");
    return { ...NO_TALLY, failed: 1, failures: [stuck] };
  }
  const { success } = await child.status;
  return parseTally(output) ?? { ...NO_TALLY, failed: success ? 0 : 1 };
}
