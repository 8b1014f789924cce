import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { replay, transcript } from "../../transcripts.ts";
import { outcomeOf } from "../world/command.ts";
import { isThere } from "../world/files.ts";
import { scenario, type World } from "../world/scenario.ts";
import { SITE_UP } from "../world/site.ts";
import { SystemdUnit } from "../world/systemd_unit.ts";
import { poll } from "../world/wait.ts";

const FARM = `
checktimeout = 2
checkinterval = 1
quiescent = yes
virtual = 192.0.2.10:80
        service = http
        scheduler = rr
        real = 10.0.0.11:80 masq
        real = 10.0.0.12:80 masq
`;

/** One entry of the journal; what begins with an underscore is the journal's own. */
type Entry = Readonly<Record<string, string>>;

/** The journal's entries of the unit's process with these fields, as journalctl finds them. */
async function entriesOf(unit: SystemdUnit, ...matches: readonly string[]): Promise<readonly Entry[]> {
  const own = [`_SYSTEMD_UNIT=${unit.name}`, `_PID=${await unit.property("MainPID")}`];
  const { stdout } = await outcomeOf(["journalctl", "--output=json", ...own, ...matches]);
  return stdout.trim().split("\n").filter(Boolean).map((line) => JSON.parse(line) as Entry);
}

/** Waits until the journal has such an entry. */
async function finds(unit: SystemdUnit, ...matches: readonly string[]): Promise<Entry> {
  const entries = await poll(() => entriesOf(unit, ...matches), (found) => found.length > 0, 20);
  ok(entries.length > 0, `nothing with ${matches.join(" ")}: ${await unit.journal()}`);
  return entries.at(-1)!;
}

const PLACES = [
  ["logfile = journal", "logfile = journal", "3"],
  ["supervised = yes: standard output is the journal", "supervised = yes", "3"],
  ["a syslog facility where the journal listens at /dev/log", "logfile = local3", "19"],
] as const;

for (const [what, directive, facility] of PLACES) {
  scenario(`journal: ${what}: an entry has the event, the virtual service and the real server`, async (world) => {
    const unit = await start(world, `${directive}${FARM}`);
    world.reals.stop("10.0.0.12");
    const found = await finds(unit, "LDIRECTORD_REAL=10.0.0.12:80", "LDIRECTORD_IS=down");
    match(found.MESSAGE, /^Real server 10\.0\.0\.12:80 \(192\.0\.2\.10:80\) is down: /);
    const { PRIORITY, SYSLOG_FACILITY, SYSLOG_IDENTIFIER, _TRANSPORT, _UID } = found;
    const { LDIRECTORD_VIRTUAL, LDIRECTORD_CONFIG, LDIRECTORD_WAS, LDIRECTORD_IS } = found;
    deepStrictEqual(
      { PRIORITY, SYSLOG_FACILITY, SYSLOG_IDENTIFIER, _TRANSPORT },
      { PRIORITY: "4", SYSLOG_FACILITY: facility, SYSLOG_IDENTIFIER: "ldirectord", _TRANSPORT: "journal" },
    );
    deepStrictEqual(
      { LDIRECTORD_VIRTUAL, LDIRECTORD_CONFIG, LDIRECTORD_WAS, LDIRECTORD_IS },
      { LDIRECTORD_VIRTUAL: "192.0.2.10:80", LDIRECTORD_CONFIG: "www", LDIRECTORD_WAS: "up", LDIRECTORD_IS: "down" },
    );
    ok(Number(_UID) > 0, "the account of the unit may write there");
    strictEqual((await finds(unit, "LDIRECTORD_EVENT=table-changed", "LDIRECTORD_WEIGHT=0")).PRIORITY, "6");

    strictEqual((await world.director.tool("drain", "10.0.0.12:80", "--config", "www")).code, 0);
    await finds(unit, "LDIRECTORD_EVENT=order", "LDIRECTORD_REAL=10.0.0.12:80");
    // The first entries of the journal are those of the first place.
    if (directive === PLACES[0][1]) {
      const shown = transcript("docs/systemd.md", "# journalctl LDIRECTORD_REAL");
      await replay(shown, async ({ command }) => (await outcomeOf(["sh", "-c", command])).stdout);
    }
    await unit.does("stop");
  });
}

scenario("journal: loglevel hides lines, and a reload changes it", async (world) => {
  const { director, reals } = world;
  const unit = await start(world, `supervised = yes\nloglevel = warning${FARM}`);
  reals.stop("10.0.0.12");
  await finds(unit, "LDIRECTORD_IS=down");
  const graver = ["PRIORITY=4", "PRIORITY=3"];
  const ours = ["SYSLOG_IDENTIFIER=ldirectord"];
  deepStrictEqual(await entriesOf(unit, ...ours), await entriesOf(unit, ...ours, ...graver));

  await director.configure(`supervised = yes\nloglevel = debug${FARM}`);
  await unit.does("reload");
  await finds(unit, "LDIRECTORD_EVENT=round", "LDIRECTORD_REAL=10.0.0.11:80", "PRIORITY=7");
  await unit.does("stop");
});

scenario("journal: while it is stopped no check waits, and afterwards it has the lines again", async (world) => {
  const { reals, table } = world;
  const unit = await start(world, `supervised = yes\nloglevel = debug${FARM}`);
  await outcomeOf(["systemctl", "kill", "--signal=STOP", "systemd-journald"]);
  for (let i = 0; i < 2; i++) {
    reals.stop("10.0.0.12");
    await table.becomes(SITE_UP.replace("10.0.0.12:80 -m -w 1", "10.0.0.12:80 -m -w 0"));
    await reals.start("10.0.0.12");
    await table.becomes(SITE_UP);
  }
  await outcomeOf(["systemctl", "kill", "--signal=CONT", "systemd-journald"]);
  reals.stop("10.0.0.11");
  await finds(unit, "LDIRECTORD_REAL=10.0.0.11:80", "LDIRECTORD_IS=down");
  await unit.does("stop");
});

async function start({ director, reals, table }: World, configuration: string): Promise<SystemdUnit> {
  ok(await isThere("/run/systemd/journal/socket"), "no journal runs");
  await reals.are(["10.0.0.11", "10.0.0.12"]);
  await director.configure(configuration);
  const unit = await SystemdUnit.install(director.host.name);
  await unit.does("start");
  await table.becomes(SITE_UP);
  return unit;
}
