/**
 * `deno task demo`: watch a director at work for half a minute.
 *
 * It runs under the lab's kernel, an ordinary process of this machine's; with `--kernel` under this machine's own, in
 * network namespaces that are gone afterwards. Where neither can be, the table is in memory.
 */

import { runInUml, sweepLeftOvers } from "../tests/lab/uml/boot.ts";
import { build } from "../tools/build.ts";
import { installStage } from "../tools/setup.ts";
import { dim, fail, green, isColourful, say, step, yellow } from "../tools/terminal.ts";
import { MemoryStage } from "./memory_stage.ts";
import { play } from "./play.ts";

const ROOT = new URL("..", import.meta.url).pathname;
const CONFIG = `${ROOT}demo/demo.cf`;
const STAGE = [Deno.execPath(), "run", "-A", "--no-check", "--cached-only", `${ROOT}demo/kernel_stage.ts`];
const LIMIT_SECONDS = 180;

const obstacle = await installStage();
await build();
step("The configuration, demo/demo.cf");
say(Deno.readTextFileSync(CONFIG).trim().split("\n").map((line) => `    ${line}`).join("\n"));
step("The director at work");

if (Deno.args.includes("--kernel")) await playUnderThisKernel();
else if (obstacle) await playInMemory(obstacle);
else if (!await playUnderUml()) await playInMemory("the lab's kernel (User-Mode Linux) does not run on this machine");
say(`\n${green("done")} ${dim("Everything that was started is gone again.")}`);

/** Says whether the kernel ran; ends the program when it did, and the director did not do its work. */
async function playUnderUml(): Promise<boolean> {
  await sweepLeftOvers();
  const status = await runInUml({
    command: [...STAGE, "Linux 6.1 as a process (User-Mode Linux), IPVS and network namespaces in it"],
    directory: ROOT,
    environment: { HOME: Deno.env.get("HOME") ?? "/root", ...denoDirectory(), ...colours() },
    seconds: LIMIT_SECONDS,
    memory: "1G",
  }, say);
  if (status !== undefined && status !== 0) fail("the director did not do what the demonstration shows: see above");
  return status === 0;
}

/** The stage's files and network are in namespaces of their own: what it does, this machine does not see. */
async function playUnderThisKernel(): Promise<void> {
  if (Deno.uid() !== 0) fail("--kernel needs root");
  if (obstacle) fail(obstacle);
  await new Deno.Command("modprobe", { args: ["ip_vs"], stderr: "null" }).output();
  if (!await Deno.stat("/proc/net/ip_vs").catch(() => undefined)) {
    fail("this kernel has no IPVS (modprobe ip_vs failed). Without --kernel the lab's kernel is used");
  }
  const privately =
    "mount -t tmpfs none /run && mount -t tmpfs none /var/log && mkdir /var/log/nginx && ip link set lo up";
  const { success } = await new Deno.Command("unshare", {
    args: [
      "--net",
      "--mount",
      "sh",
      "-c",
      `${privately} && exec "$@"`,
      "sh",
      ...STAGE,
      "this machine's own, in namespaces",
    ],
    cwd: ROOT,
    env: colours(),
    stdin: "null",
  }).spawn().status;
  if (!success) fail("the director did not do what the demonstration shows: see above");
}

async function playInMemory(reason: string): Promise<void> {
  say(yellow(`${reason}. So the table is in memory; director and checks are the real ones.`));
  const stage = new MemoryStage();
  try {
    await play(stage);
  } finally {
    await stage.close();
  }
}

function colours(): Record<string, string> {
  return isColourful() ? { FORCE_COLOR: "1" } : { NO_COLOR: "1" };
}

function denoDirectory(): Record<string, string> {
  const directory = Deno.env.get("DENO_DIR");
  return directory ? { DENO_DIR: directory } : {};
}
