/**
 * Runs in a network and a mount namespace of this machine, and prints a line of JSON: whether intervals are sustained, and at
 * what cost. Not in the lab: under its kernel system calls cost so much that one processor makes some 400 checks
 * a second, whatever the interval. The web server counts the connections, so a check that was not made is not counted.
 */

import { run } from "../tests/lab/world/command.ts";
import { sleep } from "../tests/lab/world/wait.ts";
import { say } from "../tools/terminal.ts";
import { cpuSeconds, pssMegabytes } from "./processes.ts";
import type { Course, Pace } from "./result.ts";

const [BINARY, MARK, COURSES] = Deno.args;
/** For the first rounds, and for their spreading over the interval. */
const SETTLING_INTERVALS = 3;
const LEAST_SETTLING_SECONDS = 5;
const WINDOW_SECONDS = 15;

const STATUS = "http://127.0.0.9:8081/";
const NGINX = `
  user root;
  daemon on;
  master_process off;
  pid /run/nginx.pid;
  error_log /run/nginx.errors;
  worker_rlimit_nofile 8192;
  events { worker_connections 4096; }
  http {
    access_log off;
    server { listen 8080 backlog=4096; }
    server {
      listen 127.0.0.9:8081;
      location / { stub_status; }
    }
  }
`;

// The daemon's files are the namespace's own; nothing asks for a table in the kernel, and an ipvsadm that does nothing is one.
for (const folder of ["/run", "/var/lib"]) await run(["mount", "-t", "tmpfs", "none", folder]);
await Deno.mkdir("/var/lib/nginx");
await run(["ip", "link", "set", "lo", "up"]);
await Deno.writeTextFile("/run/ipvsadm", "#!/bin/sh\nexit 0\n", { mode: 0o755 });
await Deno.writeTextFile("/run/nginx.conf", NGINX);
await run(["nginx", "-c", "/run/nginx.conf"]);
const results: Pace[] = [];
for (const course of JSON.parse(COURSES) as Course[]) results.push(await measure(course));
say(MARK + JSON.stringify(results));
await run(["nginx", "-c", "/run/nginx.conf", "-s", "quit"]);

async function measure({ reals, interval }: Course): Promise<Pace> {
  await Deno.writeTextFile("/run/bench.cf", config({ reals, interval }));
  const director = new Deno.Command(BINARY, {
    args: ["--foreground", "/run/bench.cf", "start"],
    env: { PATH: `/run:${Deno.env.get("PATH")}` },
    stdout: "null",
    stderr: "null",
  }).spawn();
  await sleep(Math.max(LEAST_SETTLING_SECONDS, SETTLING_INTERVALS * interval) * 1000);
  const [before, cpuBefore, start] = [await connections(), cpuSeconds([director.pid]), performance.now()];
  await sleep(WINDOW_SECONDS * 1000);
  const after = await connections();
  const seconds = (performance.now() - start) / 1000;
  // The second question is a connection, too.
  const checks = after - before - 1;
  const cpuPerCheck = (cpuSeconds([director.pid]) - cpuBefore) / checks * 1000;
  const pss = pssMegabytes([director.pid]);
  director.kill("SIGTERM");
  await director.status;
  return {
    reals,
    interval,
    ratio: checks / (reals * seconds / interval),
    checksPerSecond: checks / seconds,
    cpuPerCheck,
    pssMegabytes: pss,
  };
}

function config({ reals, interval }: Course): string {
  const lines = Array.from({ length: reals }, (_, i) => `    real = 127.1.${i >> 8}.${i & 255}:8080 masq`);
  return [
    `checkinterval = ${interval}`,
    "checktimeout = 3",
    "quiescent = no",
    "supervised = yes",
    "ipvsdriver = ipvsadm",
    "virtual = 192.0.2.1:80",
    ...lines,
    "    checktype = connect",
    "",
  ].join("\n");
}

/** Connections that were accepted so far. */
async function connections(): Promise<number> {
  const response = await fetch(STATUS, { headers: { connection: "close" } });
  return Number(/^ (\d+) \d+ \d+/m.exec(await response.text())![1]);
}
