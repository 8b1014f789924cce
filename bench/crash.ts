/** (c) The crash: milliseconds from the death of a server's process until the server is out of the table. */

import { Host } from "../tests/lab/world/host.ts";
import { poll, sleep } from "../tests/lab/world/wait.ts";
import { say } from "../tools/terminal.ts";
import { DirectorHost } from "./director_host.ts";
import { GATEWAY, WAY_TO_CLIENTS } from "./farm.ts";
import { type Program, programs } from "./programs.ts";
import type { CrashResult, Duration } from "./result.ts";
import { everyReal, type Site } from "./site.ts";

/** One server for each crash. */
const SITE: Site = { virtuals: 1, realsEach: 12, interval: 10, timeout: 3 };

/** For the connections that wait for a crash to be made, and for checks to spread over their interval. */
const SETTLING_MS = 12_000;

/** Between two crashes: not in step with the checks, which are evenly spaced. */
const PAUSES_MS = [700, 1900, 1300];

/** A look at a table of a dozen entries costs little. */
const LOOK = { poll: 1, patience: 20 };

/** Measures ours without and with sentinels, and keepalived. */
export async function measureCrash(binary: string): Promise<readonly CrashResult[]> {
  const [ours, keepalived] = programs(binary, SITE);
  const [watchful] = programs(binary, { ...SITE, sentinel: true });
  const results: CrashResult[] = [];
  for (const program of [ours, { ...watchful, name: `${watchful.name}, sentinel = yes` }, keepalived]) {
    results.push({ name: program.name, outAfter: await crashAll(program) });
  }
  return results;
}

async function crashAll(program: Program): Promise<readonly Duration[]> {
  say(`a crash: ${program.name} …`);
  const host = await Host.create("victims", [
    `addr add ${GATEWAY}/24 dev eth0`,
    WAY_TO_CLIENTS,
    ...everyReal(SITE).map((address) => `addr add ${address}/32 dev lo`),
  ]);
  const pids = await Promise.all(everyReal(SITE).map((address) => startServer(host, address)));
  try {
    return await DirectorHost.with(program, async (director) => {
      await director.start(program);
      const allIn = await director.timeUntil(everyReal(SITE), true);
      if (!("seconds" in allIn)) throw new Error(`${program.name}: not all came in: ${JSON.stringify(allIn)}`);
      await sleep(SETTLING_MS);
      const outAfter: Duration[] = [];
      for (const [i, address] of everyReal(SITE).entries()) {
        Deno.kill(pids[i], "SIGKILL");
        outAfter.push(await director.timeUntil([address], false, LOOK));
        await sleep(PAUSES_MS[i % PAUSES_MS.length]);
      }
      say(`  out after: ${JSON.stringify(outAfter)}`);
      return outAfter;
    });
  } finally {
    await host.destroy();
  }
}

/** Starts a web server of one process at an address, and gives its process id. */
async function startServer(host: Host, address: string): Promise<number> {
  const [config, pidFile] = [`/run/victim-${address}.conf`, `/run/victim-${address}.pid`];
  await Deno.writeTextFile(
    config,
    `
    master_process off;
    pid ${pidFile};
    error_log /run/victims.errors;
    events { worker_connections 64; }
    http {
      access_log off;
      server {
        listen ${address}:80;
        location / { return 200 "Test Page\\n"; }
      }
    }
  `,
  );
  await Deno.remove(pidFile).catch(() => {});
  await host.run("nginx", "-c", config);
  return await poll(async () => Number(await Deno.readTextFile(pidFile).catch(() => "")), (pid) => pid > 0, 5);
}
