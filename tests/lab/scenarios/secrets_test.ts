import { deepStrictEqual, match, ok } from "node:assert/strict";
import { askOnce } from "../../../src/control/client.ts";
import { ControlClient } from "../../../src/control/client.ts";
import { scenario } from "../world/scenario.ts";
import { poll } from "../world/wait.ts";

const SECRETS = [
  "hunter2-of-joe",
  "hunter2-shared",
  "hunter2-header",
  btoa("hunter2-of-joe"),
  btoa("\0joe\0hunter2-of-joe"),
];

/** A port of 10.0.0.12 with a server that greets like all that greet, and repeats whatever it is sent. */
const ECHO = 7;

/** Services that get a secret, on real servers that answer something else or nothing. */
const SERVICES = ["ftp", "imap", "ldap", "mysql", "pgsql", "pop", "radius", "redis", "smtp"];

const section = (service: string, i: number) => `
    virtual = 192.0.2.10:${7000 + i}
            real = 10.0.0.11:80 masq
            real = 10.0.0.12:${ECHO} masq
            service = ${service}
            login = "joe"
            passwd = "hunter2-of-joe"
            secret = "hunter2-shared"
            ${service === "redis" ? "" : 'request = "SELECT 1"'}`;

const CONFIG = `
    checktimeout = 2
    negotiatetimeout = 2
    checkinterval = 5
    quiescent = no
    virtual = 192.0.2.10:80
            real = 10.0.0.11:80 masq
            service = http
            requestheader = "Authorization: Bearer hunter2-header"
    ${SERVICES.map(section).join("")}
`;

/** The command lines of all processes, as every user of the host can read them. */
function processList(): string {
  const lines: string[] = [];
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      lines.push(Deno.readTextFileSync(`/proc/${name}/cmdline`), Deno.readTextFileSync(`/proc/${name}/environ`));
    } catch {
      // It has just ended, or is the kernel's.
    }
  }
  return lines.join("\n");
}

/** All that the daemon shows of its checks, their conversations too. */
async function conversations(): Promise<string> {
  const client = await ControlClient.connect("/run/ldirectord.www.sock");
  try {
    return JSON.stringify(await client.ask("status", { conversation: true }));
  } finally {
    client.close();
  }
}

scenario("secrets stand in no log, no process list, no status, no conversation and no error", async (world) => {
  const { director, reals } = world;
  await reals.are(["10.0.0.11", "10.0.0.12"]);
  await reals.repeatsEverything("10.0.0.12", ECHO);
  await director.configure(CONFIG);
  director.startInDebug("/run/debug.out");
  const checked = (output: string) =>
    SERVICES.every((_, i) => output.includes(`10.0.0.11:80 (192.0.2.10:${7000 + i}) by`));
  const said = [await poll(() => Deno.readTextFile("/run/debug.out").catch(() => ""), checked, 20)];
  ok(checked(said[0]), "every service was checked");
  said.push(processList());

  for (
    const words of [["www", "status", "--long"], ["www", "status", "--json"], ["probe", "www"], [
      "probe",
      "www",
      "--json",
    ]]
  ) {
    const { stdout, stderr } = await director.tool(...words);
    said.push(stdout, stderr);
  }
  const detailed = await conversations();
  match(detailed, /"> PASS \*\*\*"/);
  match(detailed, /"< .*PASS \*\*\*/, "the server that repeats everything was heard");
  said.push(detailed);
  const document = JSON.stringify(
    await askOnce("/run/ldirectord.www.sock", "status", { detail: true, conversation: true }),
  );
  match(document, /"conversation":\[\{/);
  const history = await director.tool("history", "--json", "--config", "www");
  match(history.stdout, /"kind":"down"/);
  said.push(document, history.stdout);
  await director.configure(CONFIG.replaceAll('joe"', "joe").replaceAll('header"', "header"));
  const reload = await director.try("reload");
  match(reload.stderr, /the closing quote is missing/);
  said.push(reload.stdout, reload.stderr);

  await director.signal("SIGHUP");
  await director.signal("SIGTERM");
  await director.isGone();
  said.push(await Deno.readTextFile("/run/debug.out"));
  deepStrictEqual(SECRETS.filter((secret) => said.some((text) => text.includes(secret))), []);
});
