/** What a running director prints, as the documents show it. */

import { assertShown, blocksOf, isOurs, replay, type Step, transcript } from "../../transcripts.ts";
import type { Director } from "../world/director.ts";
import { scenario, type World } from "../world/scenario.ts";
import { poll } from "../world/wait.ts";

const REALS = ["10.0.0.11", "10.0.0.12"];
const MONITOR = "/var/log/www.monitor";

/** The configuration of README's quick start, checked more often, with a file that the results of its checks go to. */
const QUICK_START = `checkinterval = 3\n${blocksOf("README.md")[0].text}\n        monitorfile = ${MONITOR}\n`;

/** Runs our commands on the director, and `others` of other programs, each of them once. */
function commandsOn(director: Director, ...others: string[]): (step: Step) => Promise<string | undefined> {
  const printed = new Map<string, string>();
  return async (step) => {
    const { command } = step;
    if (!isOurs(step) && !others.includes(command)) return undefined;
    if (command.endsWith(" start")) await Deno.remove(MONITOR).catch(() => {});
    if (!printed.has(command)) printed.set(command, await director.typed(command));
    if (command.endsWith(" start")) await isChecked(director);
    return printed.get(command);
  };
}

/** Waits until both real servers were checked since the start, and are in the table. */
async function isChecked(director: Director): Promise<void> {
  const results = () => Deno.readTextFile(MONITOR).catch(() => "");
  await poll(results, (lines) => REALS.every((real) => lines.includes(` ${real}:80 [up] `)), 15);
  await director.logs(/Added real server: 10\.0\.0\.12/);
}

/** The lines of the log that match, without the time in front of them. */
async function logged(director: Director, pattern: RegExp): Promise<readonly string[]> {
  const lines = (await director.log()).split("\n").map((line) => line.replace(/^\[[^\]]*\] /, ""));
  return lines.filter((line) => pattern.test(line));
}

/** The lines of a log in the order of their words: which of two checks ends first differs from run to run. */
function byWords(log: string): string {
  const words = (line: string) => line.slice(line.indexOf("]"));
  return log.trim().split("\n").toSorted((one, other) => words(one) < words(other) ? -1 : 1).join("\n");
}

/** The log since the last start. */
async function logSinceStart(director: Director): Promise<string> {
  const lines = (await director.log()).split("\n");
  return lines.slice(lines.findLastIndex((line) => line.includes("Starting Linux Director"))).join("\n");
}

scenario("documents: what a director prints is what they show", async (world) => {
  await world.reals.are(REALS);
  await quickStart(world);
  await takeover(world);
  await failure(world);
  await changes(world);
  await standby(world);
  await announcing(world);
});

async function quickStart({ director }: World): Promise<void> {
  await director.configure(QUICK_START);
  await replay(transcript("README.md", "# ldirectord check www"), commandsOn(director));
  const log = transcript("docs/heartbeat.md", "[Fri Nov 20");
  assertShown(log, byWords(log.text), byWords(await director.log()));
}

/** The daemon is killed, as the Perl program is: the new one adopts its table. */
async function takeover({ director }: World): Promise<void> {
  await director.crash();
  const run = commandsOn(director);
  await replay(transcript("docs/from-perl.md", "# cp dist/ldirectord"), run);
  await replay(transcript("docs/from-perl.md", "# kill -9"), run);
  await replay(transcript("docs/heartbeat.md", "node1# ldirectord www status --long"), run);
}

async function failure({ director, reals }: World): Promise<void> {
  reals.stop("10.0.0.11");
  await director.logs(/10\.0\.0\.11.* is down/);
  await replay(transcript("docs/getting-started.md", "# ldirectord www status --long"), commandsOn(director));
  await reals.start("10.0.0.11");
  await director.logs(/10\.0\.0\.11.* is down(.*\n)*.*10\.0\.0\.11.* is up/);
  const log = transcript("docs/getting-started.md", "Real server 10.0.0.11:80");
  assertShown(log, log.text, (await logged(director, /Real server 10\.0\.0\.11/)).slice(-2).join("\n"));
  const monitor = transcript("docs/hooks.md", "[Mon Nov 30");
  const results = (await Deno.readTextFile(MONITOR)).split("\n");
  assertShown(monitor, monitor.text, results.findLast((line) => line.includes("10.0.0.11:80"))!);
}

/** A configuration with an error, a plan, and a machine that lacks something. */
async function changes({ director }: World): Promise<void> {
  const run = commandsOn(director);
  await director.configure(QUICK_START.replace("3\n", "3\ncheckinterval = 2s\n"));
  await replay(transcript("docs/configuration.md", "# ldirectord www reload"), run);

  const before = QUICK_START.replace("11:80 masq", "11:80 masq 3").replace(/ +service/, "        persistent = 600\n$&");
  await director.reload(before);
  await director.logs(/Weight set to 3/);
  await director.configure(
    before.replace("masq 3", "masq 5").replace(/ +service/, "        real = 10.0.0.13:80 masq 2\n$&"),
  );
  await replay(transcript("docs/operating.md", "# ldirectord plan www"), run);

  await director.host.run("sysctl", "-qw", "net.ipv4.ip_forward=0");
  await replay(transcript("docs/operating.md", "# ldirectord doctor www"), run);
  await director.host.run("sysctl", "-qw", "net.ipv4.ip_forward=1");
}

async function standby({ director, reals }: World): Promise<void> {
  await director.stop();
  await director.configure(QUICK_START);
  await director.tool("www", "start", "--standby");
  await director.logs(/standing by(.*\n)*.*10\.0\.0\.11.* is up(.*\n)*.*10\.0\.0\.12.* is up/);
  await replay(transcript("docs/pacemaker.md", "node1# crm_mon"), commandsOn(director));
  reals.stop("10.0.0.12");
  await director.logs(/standing by(.*\n)*.*10\.0\.0\.12.* is down/);
  await director.tool("activate", "www");
  const log = transcript("docs/pacemaker.md", "[Fri Nov 20");
  assertShown(log, byWords(log.text), byWords(await logSinceStart(director)));
  await reals.start("10.0.0.12");
}

async function announcing({ director, reals }: World): Promise<void> {
  await director.host.run("ip", "link", "add", "dummy0", "type", "dummy");
  await director.host.run("ip", "link", "set", "dummy0", "up");
  const announced = QUICK_START.replace("192.0.2.10", "198.51.100.10") + "        announce = interface:dummy0\n";
  await director.reload(announced);
  await director.logs(/Announced/);
  const run = commandsOn(director, "ip -4 -br address show dev dummy0");
  await replay(transcript("docs/bgp.md", "director# ldirectord www status --long"), run);
  await replay(transcript("docs/many-directors.md", "director# ldirectord www status --long"), run);
  await director.host.run("ip", "link", "set", "dummy0", "down");
  await director.logs(/Cannot announce/);
  await director.host.run("ip", "link", "set", "dummy0", "up");
  for (const real of REALS) reals.stop(real);
  await director.logs(/Withdrew/);
  const log = transcript("docs/bgp.md", "Announced 198.51.100.10");
  const lines = await logged(director, /^(Announced|Withdrew|Cannot announce)/);
  assertShown(log, log.text, lines.join("\n"));
}
