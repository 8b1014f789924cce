import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { IpvsUnavailable } from "../../src/ipvs/driver.ts";
import { MemoryIpvs } from "../../src/ipvs/memory.ts";
import { encodeRules } from "../../src/ipvs/ipvsadm/rules.ts";
import type { IpvsTable } from "../../src/model/table.ts";
import { readKernelFile } from "../../src/system/kernel_file.ts";
import { statusNow, TestDaemon } from "./daemon_fixture.ts";

/** A director leaves timers behind. */
const LENIENT = { sanitizeOps: false, sanitizeResources: false };

const SITE = `
quiescent = yes
virtual = 192.0.2.10:80
        real = 127.0.0.1:9 masq
        checktype = on
`;

const TABLE = "-A -t 192.0.2.10:80 -s wrr\n-a -t 192.0.2.10:80 -r 127.0.0.1:9 -m -w 1\n";

/** Has the daemon read this configuration, and gives what it says of the reload. */
async function reload({ daemon, folder }: TestDaemon, config: string) {
  const before = daemon.lastReload;
  await Deno.writeTextFile(`${folder}/test.cf`, config);
  daemon.reload();
  while (daemon.lastReload === before) await new Promise((resolve) => setTimeout(resolve, 10));
  return daemon.lastReload!;
}

const tableOf = async ({ table }: TestDaemon) => encodeRules(await table.read());

for (const [what, text] of [["nothing", ""], ["blanks and comments", "\n  \n# a comment\n"]]) {
  Deno.test(`a reload of a file with ${what} in it purges nothing`, LENIENT, async () => {
    await using test = await TestDaemon.start(SITE);
    const { ok, trouble } = await reload(test, text);
    strictEqual(ok, false);
    match(trouble!, /is empty: nothing was changed/);
    strictEqual(await tableOf(test), TABLE);
    strictEqual((await reload(test, SITE)).ok, true);
  });
}

Deno.test("a reload without the last virtual service purges it", LENIENT, async () => {
  await using test = await TestDaemon.start(SITE);
  strictEqual((await reload(test, "quiescent = yes\n")).ok, true);
  strictEqual(await tableOf(test), "");
});

/** A table that says nothing at its first look until it is let go. */
class Hesitant extends MemoryIpvs {
  readonly #gate = Promise.withResolvers<void>();
  #looks = 0;

  letGo(): void {
    this.#gate.resolve();
  }

  override async read(): Promise<IpvsTable> {
    if (this.#looks++ === 0) await this.#gate.promise;
    return super.read();
  }
}

Deno.test("a reload that is asked for during a start counts, however slow the start", LENIENT, async () => {
  const [table, folder] = [new Hesitant(), await Deno.makeTempDir()];
  const other = SITE.replace(":9 ", ":10 ");
  let reloaded: ReturnType<typeof reload> | undefined;
  await using test = await TestDaemon.start(SITE, { table, folder }, (test) => {
    reloaded = reload(test, other);
    Promise.race([reloaded, new Promise((resolve) => setTimeout(resolve, 200))]).then(() => table.letGo());
  });
  strictEqual((await reloaded!).ok, true);
  strictEqual(await tableOf(test), TABLE.replace(":9 ", ":10 "));
});

Deno.test("a stop during a start is obeyed", LENIENT, async () => {
  const [table, folder] = [new Hesitant(), await Deno.makeTempDir()];
  let stopped: Promise<void> | undefined;
  await using test = await TestDaemon.start(SITE, { table, folder }, ({ daemon }) => {
    stopped = daemon.stop();
    table.letGo();
  });
  await stopped;
  strictEqual(test.daemon.state, "stopping");
  strictEqual(await tableOf(test), "");
});

/** A table that is out of reach now and then. */
class Flighty extends MemoryIpvs {
  outOfReach = false;

  override read(): Promise<IpvsTable> {
    return this.outOfReach ? Promise.reject(new IpvsUnavailable("no ipvsadm")) : super.read();
  }
}

Deno.test("a reload that the table stood in the way of is complained of once, and made later", LENIENT, async () => {
  const [table, folder] = [new Flighty(), await Deno.makeTempDir()];
  await using test = await TestDaemon.start(SITE, { table, folder });
  table.outOfReach = true;
  const { ok, trouble } = await reload(test, SITE.replace(":9 ", ":10 "));
  deepStrictEqual([ok, trouble], [
    false,
    "Cannot reload now: no ipvsadm; the configuration in force stays; trying again",
  ]);
  test.daemon.reload();
  await new Promise((resolve) => setTimeout(resolve, 50));
  strictEqual(test.log.filter((line) => line === trouble).length, 1);
  table.outOfReach = false;
  while (!test.daemon.lastReload?.ok) await new Promise((resolve) => setTimeout(resolve, 10));
  strictEqual(await tableOf(test), TABLE.replace(":9 ", ":10 "));
});

const DATABASE = `
quiescent = yes
virtual = 192.0.2.10:5432
        real = 127.0.0.1:9 masq
        service = pgsql
        login = "joe"
        passwd = "geheim"
        request = "SELECT 1"
`;

Deno.test(
  "the helper process runs while a check needs it, is shown, and ends with the last one",
  LENIENT,
  async () => {
    await using test = await TestDaemon.start(SITE);
    const helperNow = async () => (await statusNow(test.daemon)).daemon.helper;
    const before = await helperNow();
    strictEqual(before === null || before.pid === null, true);
    strictEqual((await reload(test, DATABASE)).ok, true);
    while ((await helperNow())?.user === null) await new Promise((resolve) => setTimeout(resolve, 10));
    const { pid } = (await helperNow())!;
    strictEqual(readKernelFile(`/proc/${pid}/cmdline`)?.includes("__helper"), true);
    Deno.kill(pid!, "SIGKILL");
    const entries = () => test.daemon.history.since(0).entries.map(({ kind }) => kind);
    while (!entries().includes("helper-ended")) await new Promise((resolve) => setTimeout(resolve, 10));
    const { lastEnd, pid: next } = (await helperNow())!;
    match(lastEnd!.why, /SIGKILL/);
    strictEqual(next !== null && next !== pid, true);
    strictEqual((await reload(test, SITE)).ok, true);
    while ((await helperNow())!.pid !== null) await new Promise((resolve) => setTimeout(resolve, 10));
  },
);
