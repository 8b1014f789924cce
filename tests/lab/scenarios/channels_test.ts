/** What a director says of itself, through every channel at the same time. */

import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { GATEWAY } from "../world/addresses.ts";
import { run } from "../world/command.ts";
import { BY_IPVSADM, PROGRAM } from "../world/director.ts";
import { scenario, type World } from "../world/scenario.ts";
import { SITE_UP } from "../world/site.ts";
import { poll } from "../world/wait.ts";

const PAGE = `${GATEWAY.v4}:9780`;
const COMMAND = "/run/is-well";

const SITE = `
    checktimeout = 2
    checkinterval = 1
    quiescent = no
    statuspage = ${PAGE}
    notify = /run/tell
    virtual = 192.0.2.10:80
            real = 10.0.0.11:80 masq
            real = 10.0.0.12:80 masq
            checktype = external
            checkcommand = ${COMMAND}
            scheduler = rr
            servicename = shop
`;

/** The operator's check: a real server is well while its file is there. */
async function writeCommand(seconds = 0): Promise<void> {
  const text = `#!/bin/sh\nsleep ${seconds}\ntest ! -e /run/dead-$3\n`;
  await Deno.writeTextFile(`${COMMAND}.new`, text, { mode: 0o755 });
  await Deno.rename(`${COMMAND}.new`, COMMAND);
}

async function prepare(): Promise<void> {
  for (const real of ["10.0.0.11", "10.0.0.12"]) await Deno.remove(`/run/dead-${real}`).catch(() => {});
  await Deno.remove("/run/told").catch(() => {});
  const tell = `#!/bin/sh\necho "$2 $3 $4 $LDIRECTORD_SERVING/$LDIRECTORD_REALS" >> /run/told\n`;
  await Deno.writeTextFile("/run/tell", tell, { mode: 0o755 });
  await writeCommand();
}

/** What each channel says now. */
async function channels({ director }: World) {
  const get = async (path: string) => {
    try {
      const answer = await fetch(`http://${PAGE}${path}`, { signal: AbortSignal.timeout(5_000) });
      return `${await answer.text()}\n${answer.status}`.trim();
    } catch {
      return "";
    }
  };
  const document = await director.status();
  const metrics = await get("/metrics");
  const value = (name: string) => Number(new RegExp(`^${name}(?:\\{[^\\n]*\\})? (\\S+)$`, "m").exec(metrics)?.[1]);
  const pulse = await director.tool("check-pulse", "www");
  return {
    inStep: document?.table.inStep,
    states: document?.virtuals[0].reals.map(({ state }) => state).join(" "),
    why: document?.virtuals[0].reals[0].why ?? "",
    virtual: document?.virtuals[0].state,
    counts: document?.counts,
    head: (await director.tool("www", "status", "--long")).stdout.split("\n")[0],
    healthz: (await get("/healthz")).split("\n").at(-1),
    healthzOfShop: (await get("/healthz/shop")).split("\n").at(-1),
    healthzOfDirector: (await get("/healthz?director")).split("\n").at(-1),
    metrics: [
      value("ldirectord_table_in_step"),
      value("ldirectord_virtual_reals_serving"),
      value("ldirectord_virtual_reals_unknown"),
    ],
    pulse: pulse.stdout.split(":")[0],
    pulseLine: pulse.stdout,
  };
}

type Channels = Awaited<ReturnType<typeof channels>>;

/** Asks all channels until they say what they should, for some seconds. */
async function say(world: World, expected: Partial<Channels>, seconds = 40): Promise<Channels> {
  const known = (all: Channels) =>
    Object.fromEntries(Object.keys(expected).map((key) => [key, all[key as keyof Channels]]));
  const isRight = (all: Channels) => JSON.stringify(known(all)) === JSON.stringify(expected);
  const last = await poll(() => channels(world), isRight, seconds);
  deepStrictEqual(known(last), expected, JSON.stringify(last, undefined, 1));
  return last;
}

const told = () => Deno.readTextFile("/run/told").catch(() => "");

const WELL: Partial<Channels> = {
  inStep: true,
  states: "up up",
  virtual: "up",
  healthz: "200",
  healthzOfShop: "200",
  healthzOfDirector: "200",
  metrics: [1, 2, 0],
  pulse: "OK",
};

scenario(
  "an external check with a deleted command: unknown in every channel, and no real server is taken out",
  async (world) => {
    const { director, table } = world;
    await prepare();
    await director.start(SITE);
    await table.becomes(SITE_UP);
    await say(world, WELL);

    await Deno.remove(COMMAND);
    const { why, head, pulseLine } = await say(world, {
      states: "unknown unknown",
      virtual: "unknown",
      counts: { reals: 2, serving: 2, unknown: 2 },
      healthz: "200",
      metrics: [1, 2, 2],
      pulse: "WARNING",
    });
    match(why, /cannot be checked: .*is-well/);
    match(why, /up when last checked/);
    match(head, /2 of 2 real servers serve, 2 unknown/);
    match(pulseLine, /no real server of 192\.0\.2\.10:80 can be checked/);
    await director.logs(/Real server 10\.0\.0\.11:80 \(192\.0\.2\.10:80\) is unknown: cannot be checked/);
    match(await told(), /10\.0\.0\.11:80 up unknown 2\/2/);
    await table.becomes(SITE_UP);
    strictEqual((await director.tool("check-pulse", "--director", "www")).code, 0);
    strictEqual((await director.tool("check-pulse", "-w", "1", "-c", "300", "www")).code, 2);

    await writeCommand();
    await say(world, WELL);
  },
);

/** What all channels say where no check can be made from the start on. */
const NEVER_CHECKED: Partial<Channels> = {
  states: "unknown unknown",
  virtual: "down",
  counts: { reals: 2, serving: 0, unknown: 2 },
  healthz: "503",
  healthzOfShop: "503",
  healthzOfDirector: "200",
  metrics: [1, 0, 2],
  pulse: "WARNING",
};

scenario("an external check that can never be made: out of the table, unknown, and 503", async (world) => {
  const { director } = world;
  await prepare();
  await Deno.chmod(COMMAND, 0o644);
  await director.configure(SITE);
  match((await director.tool("check", "www")).stdout, /is-well.*not executable/);
  await director.does("start");
  const { why } = await say(world, NEVER_CHECKED);
  match(why, /cannot be checked: .*[Pp]ermission denied/);
  await Deno.chmod(COMMAND, 0o755);
  await say(world, WELL);
});

scenario("a tlscafile that is not there: unknown, with the reason, until it is there", async (world) => {
  const { director, reals } = world;
  await prepare();
  await reals.are(["10.0.0.11", "10.0.0.12"]);
  const caFile = "/run/ca.pem";
  await Deno.remove(caFile).catch(() => {});
  const checks =
    `service = https\n            tlsverify = yes\n            tlscafile = ${caFile}\n            checkport = 80`;
  await director.configure(SITE.replace("checktype = external", checks).replace(/checkcommand.*/, "request = /"));
  match((await director.tool("check", "www")).stdout, /ca\.pem.*not there/);
  await director.does("start");
  const { why } = await say(world, NEVER_CHECKED);
  match(why, /cannot be checked: .*ca\.pem/);
  await run([
    "openssl",
    "req",
    "-x509",
    "-nodes",
    "-newkey",
    "rsa:2048",
    "-subj",
    "/CN=ca",
    "-keyout",
    "/dev/null",
    "-out",
    caFile,
  ]);
  // Its servers speak no TLS, which is a verdict.
  await say(world, { states: "down down", counts: { reals: 2, serving: 0, unknown: 0 } });
});

scenario("an external check of two seconds: nothing is announced before the first round is over", async (world) => {
  const { director, table } = world;
  await prepare();
  await writeCommand(1.5);
  await director.start(SITE.replace("checktimeout = 2", "checktimeout = 10"));
  await table.becomes(SITE_UP);
  await poll(told, (text) => text.split("\n").length > 2, 5);
  deepStrictEqual((await told()).trim().split("\n").map((line) => line.replace(/ \S+$/, "")).sort(), [
    "10.0.0.11:80 unknown up",
    "10.0.0.12:80 unknown up",
  ]);
  ok(!/No real server is up|has a real server again/.test(await director.log()), await director.log());
});

scenario("drain, disable and maintenance are states of their own in every channel", async (world) => {
  const { director, table } = world;
  await prepare();
  await Deno.mkdir("/run/maintenance", { recursive: true });
  await Deno.remove("/run/monitor").catch(() => {});
  await director.start(
    SITE.replace("servicename", "monitorfile = /run/monitor\n            servicename")
      .replace("checktimeout", "maintenancedir = /run/maintenance\n    checktimeout"),
  );
  await table.becomes(SITE_UP);
  await director.tool("drain", "10.0.0.11");
  await say(world, { states: "drained up", virtual: "degraded", healthz: "200", metrics: [1, 1, 0], pulse: "OK" });
  await director.logs(/Real server 10\.0\.0\.11:80 \(192\.0\.2\.10:80\) is drained by the operator/);
  match(await told(), /10\.0\.0\.11:80 up drained 1\/2/);
  await director.tool("disable", "10.0.0.12");
  await say(world, {
    states: "drained disabled",
    virtual: "down",
    healthz: "503",
    metrics: [1, 0, 0],
    pulse: "WARNING",
  });
  match(await told(), /10\.0\.0\.12:80 up disabled 0\/2[^]*- up down 0\/2/);
  await director.tool("enable", "10.0.0.11");
  await director.tool("enable", "10.0.0.12");
  await say(world, WELL);
  await Deno.writeTextFile("/run/maintenance/10.0.0.11", "");
  await say(world, { states: "maintenance up" });
  const monitor = () => Deno.readTextFile("/run/monitor");
  match(await poll(monitor, (text) => text.includes("maintenance"), 10), /10\.0\.0\.11:80 \[down\] maintenance: file/);
  const { stdout } = await director.tool("history", "-n", "0");
  for (const kind of ["drained", "disabled", "maintenance"]) match(stdout, new RegExp(` ${kind} +10\\.0\\.0\\.`));
  await Deno.remove("/run/maintenance/10.0.0.11");
});

/** An ipvsadm that changes nothing while a file is there. */
const REFUSING = `#!/bin/sh
case "$*" in
*-R*|*--restore*) test ! -e /run/refuse || { cat >/dev/null; exit 0; } ;;
esac
exec /run/ipvsadm "$@"
`;

scenario(
  "a table that has vanished and is not taken back: not in step, 503, 0, CRITICAL until it is",
  async (world) => {
    const { director, table } = world;
    await prepare();
    await run(["cp", "/usr/sbin/ipvsadm", "/run/ipvsadm"]);
    await Deno.writeTextFile("/run/refusing", REFUSING, { mode: 0o755 });
    await run(["mount", "--bind", "/run/refusing", "/usr/sbin/ipvsadm"]);
    try {
      await director.start(SITE);
      await table.becomes(SITE_UP);
      await say(world, WELL);
      await Deno.writeTextFile("/run/refuse", "");
      await director.host.run("/run/ipvsadm", "-C");
      const { head, pulseLine } = await say(world, {
        inStep: false,
        virtual: "down",
        counts: { reals: 2, serving: 0, unknown: 0 },
        healthz: "503",
        healthzOfShop: "503",
        healthzOfDirector: "503",
        metrics: [0, 0, 0],
        pulse: "CRITICAL",
      });
      match(head, /table not in step \(ipvsadm\), 0 of 2 real servers serve/);
      match(pulseLine, /the IPVS table lacks 192\.0\.2\.10:80/);
      await Deno.remove("/run/refuse");
      await say(world, WELL);
    } finally {
      await run(["umount", "/usr/sbin/ipvsadm"]);
    }
  },
  PROGRAM,
  BY_IPVSADM,
);

/** A sendmail that keeps the subject of each mail, and when it came. */
const SENDMAIL = `#!/bin/sh
awk '/^Subject: / { s = substr($0, 10); on = 1; next } on && /^[ \\t]/ { s = s $0; next } on { print s; on = 0 }' >> /run/mails
`;

scenario("mails: the first at once, the fallback and reminders by themselves, none of a drain", async (world) => {
  const { director, reals, table } = world;
  await Deno.writeTextFile("/run/keep-mail", SENDMAIL, { mode: 0o755 });
  await Deno.writeTextFile("/run/mails", "");
  await run(["mount", "--bind", "/run/keep-mail", "/usr/sbin/sendmail"]);
  const mails = async () => (await Deno.readTextFile("/run/mails")).split("\n").filter(Boolean);
  const mailed = async (expected: readonly string[], seconds = 15) => {
    const isThere = (all: readonly string[]) => expected.every((subject) => all.includes(subject));
    const all = await poll(mails, isThere, seconds);
    ok(isThere(all), all.join("\n"));
    return all;
  };
  try {
    await reals.are(["10.0.0.11", "10.0.0.12", "10.0.0.13"]);
    await director.start(`
      checktimeout = 2
      checkinterval = 1
      quiescent = no
      emailalert = ops@example.org
      emailalertstatus = running
      emailalertfreq = 5
      virtual = 192.0.2.10:80
              real = 10.0.0.11:80 masq
              real = 10.0.0.12:80 masq
              fallback = 10.0.0.13:80 masq
              service = http
              scheduler = rr
    `);
    await table.becomes(SITE_UP);
    reals.stop("10.0.0.12");
    const first = await mailed(["Deleted real server: 10.0.0.12:80 (192.0.2.10:80)"]);
    strictEqual(first.length, 1, first.join("\n"));
    await mailed(["Inaccessible real server: 10.0.0.12:80 (192.0.2.10:80)"]);
    await reals.start("10.0.0.12");
    await mailed(["Added real server: 10.0.0.12:80 (192.0.2.10:80) (Weight set to 1)"]);
    await Deno.writeTextFile("/run/mails", "");

    await director.tool("drain", "10.0.0.11");
    await director.tool("drain", "10.0.0.12");
    const all = await mailed(["Added fallback server: 10.0.0.13:80 (192.0.2.10:80) (Weight set to 1)"]);
    await director.tool("enable", "10.0.0.11");
    const last = await mailed(["Deleted fallback server: 10.0.0.13:80 (192.0.2.10:80)"]);
    deepStrictEqual([all.length, last.length], [1, 2], last.join("\n"));
  } finally {
    await run(["umount", "/usr/sbin/sendmail"]);
  }
});
