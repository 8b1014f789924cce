import { deepStrictEqual, doesNotMatch, match, ok, strictEqual } from "node:assert/strict";
import { LOG } from "../world/director.ts";
import { isThere } from "../world/files.ts";
import type { Host } from "../world/host.ts";
import { scenario } from "../world/scenario.ts";
import { ONLY_11_UP, SITE_UP } from "../world/site.ts";
import { poll } from "../world/wait.ts";

const SYSLOG = "/run/syslog";
const SYSLOG_PID = "/run/rsyslogd.pid";
const LOGROTATE = new URL("../../../packaging/logrotate", import.meta.url).pathname;

const FARM = `
checktimeout = 1
checkinterval = 1
quiescent = no
virtual = 192.0.2.10:80
        real = 10.0.0.11:80 masq
        real = 10.0.0.12:80 masq
        service = http
        scheduler = rr
`;

scenario(
  "syslog: a real syslogd has the lines with facility, severity and tag, and those after its restart",
  async (world) => {
    const { director, reals } = world;
    await Deno.writeTextFile("/run/rsyslog.conf", RSYSLOG);
    await startSyslog(director.host);
    await reals.are(["10.0.0.11", "10.0.0.12"]);
    await director.start(`logfile = local3${FARM}`);
    const tag = `ldirectord[${await director.pid()}]`;
    await says(SYSLOG, `local3.info ${tag}: Added real server: 10.0.0.11:80 (192.0.2.10:80) (Weight set to 1)\n`);

    reals.stop("10.0.0.11");
    await says(SYSLOG, `local3.warning ${tag}: Real server 10.0.0.11:80 (192.0.2.10:80) is down: `);

    await stopSyslog();
    await reals.start("10.0.0.11");
    await world.table.becomes(SITE_UP);
    await startSyslog(director.host);
    reals.stop("10.0.0.12");
    await says(SYSLOG, `local3.warning ${tag}: Real server 10.0.0.12:80 (192.0.2.10:80) is down: `);
    await stopSyslog();
  },
);

scenario("syslog: with logformat = rfc5424 a real syslogd has the fields, whatever a server says", async (world) => {
  const { director, reals } = world;
  await Deno.writeTextFile("/run/rsyslog.conf", RSYSLOG_OF_FIELDS);
  await startSyslog(director.host);
  await reals.are(["10.0.0.11", "10.0.0.12"]);
  await Deno.writeTextFile("/run/greeting", String.raw`554 "]\ [x@1 is="up"]` + "\u{202e}\r\n");
  await reals.types("10.0.0.11", "socat TCP-LISTEN:25,fork,reuseaddr SYSTEM:'cat /run/greeting' >/dev/null 2>&1 &");
  const mail = "virtual = 192.0.2.10:25\n        service = smtp\n        real = 10.0.0.11:25 masq\n";
  await director.start(`logfile = local3\nlogformat = rfc5424${FARM}${mail}`);
  const pid = await director.pid();
  await says(
    SYSLOG,
    `local3.info ${Deno.hostname()} ldirectord ${pid} table-changed ` +
      `[ldirectord@32473 configuration="www" event="table-changed" action="add-destination" virtual="192.0.2.10:80" ` +
      `real="10.0.0.11:80" weight="1"] Added real server: 10.0.0.11:80 (192.0.2.10:80) (Weight set to 1)\n`,
  );
  await says(SYSLOG, String.raw`\"\]\\ [x@1 is=\"up\"\]\\u{202e}`);
  await stopSyslog();
});

scenario(
  "syslog: where no log daemon listens a start says so once, and all is served",
  async ({ director, reals, table }) => {
    await reals.are(["10.0.0.11", "10.0.0.12"]);
    await director.configure(`logfile = local3${FARM}`);
    const { code, stderr } = await director.try("start");
    strictEqual(code, 0);
    deepStrictEqual(stderr.match(/no log daemon .*/g), ["no log daemon takes lines at /dev/log"]);
    await table.becomes(SITE_UP);
  },
);

scenario("loglevel: what matters less is not logged, and a reload changes that", async ({ director, reals, table }) => {
  await reals.are(["10.0.0.11", "10.0.0.12"]);
  await director.start(`loglevel = warning${FARM}`);
  await table.becomes(SITE_UP);
  reals.stop("10.0.0.11");
  await director.logs(/Real server 10\.0\.0\.11:80 \(192\.0\.2\.10:80\) is down/);
  doesNotMatch(await director.log(), /Starting|Added|Deleted/);

  await director.configure(`loglevel = notice${FARM}`);
  strictEqual((await director.tool("www", "reload")).code, 0);
  await reals.start("10.0.0.11");
  await director.logs(/Real server 10\.0\.0\.11:80 \(192\.0\.2\.10:80\) is up/);
  await table.becomes(SITE_UP);
  doesNotMatch(await director.log(), /Added/);
});

scenario("logrotate: with the file that is installed the log goes on in a new one", async ({ director, reals }) => {
  await reals.are(["10.0.0.11", "10.0.0.12"]);
  await director.start(FARM);
  const before = await director.log();
  // logrotate refuses a file that others than root may write, as a checkout may have it.
  await Deno.copyFile(LOGROTATE, "/run/logrotate");
  await Deno.chmod("/run/logrotate", 0o644);
  await director.host.run("logrotate", "--force", "--state", "/run/logrotate.state", "/run/logrotate");
  strictEqual(await Deno.readTextFile(`${LOG}.1`), before);

  reals.stop("10.0.0.11");
  await director.logs(/^\[.*\] Deleted real server: 10\.0\.0\.11:80/m);
  ok(!(await director.log()).includes("Starting Linux Director"));
  strictEqual((await Deno.stat(LOG)).mode! & 0o777, 0o640);
  await Deno.remove(`${LOG}.1`);
});

scenario(
  "logformat = json: each line is an object that says which server, what and why",
  async ({ director, reals }) => {
    await reals.are(["10.0.0.11", "10.0.0.12"]);
    await director.start(`logformat = json${FARM}`);
    reals.stop("10.0.0.11");
    await director.logs(/"is":"down"/);
    const lines = (await director.log()).trim().split("\n").map((line) => JSON.parse(line));
    // A server that is killed may refuse, or hang up in the middle.
    const { time, reason, ...transition } = lines.find(({ is }) => is === "down");
    match(time, /^\d{4}-\d\d-\d\dT/);
    deepStrictEqual(transition, {
      severity: "warning",
      configuration: "www",
      pid: await director.pid(),
      message: `Real server 10.0.0.11:80 (192.0.2.10:80) is down: ${reason}`,
      event: "transition",
      virtual: "192.0.2.10:80",
      real: "10.0.0.11:80",
      was: "up",
      is: "down",
    });
  },
);

scenario(
  "the reader of the log on a standard stream may be stuck, as when its disk is full: the checks go on",
  async (world) => {
    const { director, reals, table } = world;
    await reals.are(["10.0.0.11", "10.0.0.12"]);
    await director.host.run("mkfifo", "/run/stuck");
    // F_SETPIPE_SZ: one page, which the start alone nearly fills.
    director.host.start(
      "python3",
      "-c",
      'import fcntl, signal; pipe = open("/run/stuck"); fcntl.fcntl(pipe, 1031, 4096); signal.pause()',
    );
    await director.configure(FARM.replaceAll("10.0.0.11:80", "10.0.0.11->10.0.0.40:80"));
    director.startInDebug("/run/stuck");
    await table.becomes(SITE_UP);
    const checked = async () => Number(/checks=(\d+)/.exec((await director.tool("check-pulse", "www")).stdout)?.[1]);
    ok(await poll(checked, (checks) => checks > 150, 60) > 150, "the checks have come to an end");
    reals.stop("10.0.0.12");
    await table.becomes(ONLY_11_UP);
  },
);

scenario("notify: a script hears of every transition, and the director waits for no script", async (world) => {
  const { director, reals, table } = world;
  await Deno.writeTextFile("/run/notify", `#!/bin/sh\necho "$@" >> /run/notified\n[ $6 = up ] || exec sleep 60\n`, {
    mode: 0o755,
  });
  await reals.are(["10.0.0.11", "10.0.0.12"]);
  await director.start(`notify = /run/notify to ops${FARM}`);
  const told = () => Deno.readTextFile("/run/notified").catch(() => "");
  reals.stop("10.0.0.11");
  await table.becomes(`
    -A -t 192.0.2.10:80 -s rr
    -a -t 192.0.2.10:80 -r 10.0.0.12:80 -m -w 1
  `);
  reals.stop("10.0.0.12");
  await table.becomes("-A -t 192.0.2.10:80 -s rr\n");
  const first = "to ops 192.0.2.10:80 10.0.0.11:80 up down ";
  ok((await poll(told, (text) => text.includes(first), 15)).includes(first));
  await director.logs(/notify: \/run\/notify took longer than 10 s and was ended/, 20);
  const next = "to ops 192.0.2.10:80 10.0.0.12:80 up down ";
  ok((await poll(told, (text) => text.includes(next), 15)).includes(next));
});

async function startSyslog(host: Host): Promise<void> {
  host.start("rsyslogd", "-n", "-f", "/run/rsyslog.conf", "-i", SYSLOG_PID);
  ok(await poll(() => isThere("/dev/log"), Boolean, 10), "rsyslogd does not listen");
}

async function stopSyslog(): Promise<void> {
  Deno.kill(Number(await Deno.readTextFile(SYSLOG_PID)), "SIGTERM");
  ok(await poll(async () => !await isThere("/dev/log"), Boolean, 10), "rsyslogd still listens");
}

async function says(path: string, line: string): Promise<void> {
  const text = await poll(() => Deno.readTextFile(path).catch(() => ""), (text) => text.includes(line), 10);
  ok(text.includes(line), `no such line: ${line}${text}`);
}

const RSYSLOG = `
module(load="imuxsock" SysSock.Name="/dev/log")
template(name="line" type="string" string="%syslogfacility-text%.%syslogseverity-text% %syslogtag%%msg%\\n")
*.* action(type="omfile" file="${SYSLOG}" template="line")
`;

const RSYSLOG_OF_FIELDS = `
module(load="imuxsock" SysSock.Name="/dev/log" SysSock.UseSpecialParser="off")
template(name="line" type="string" string="%syslogfacility-text%.%syslogseverity-text% %hostname% %app-name% %procid% %msgid% %structured-data% %msg%\\n")
*.* action(type="omfile" file="${SYSLOG}" template="line")
`;
