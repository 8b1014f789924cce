import { deepStrictEqual, match, rejects, strictEqual } from "node:assert/strict";
import { IpvsUnavailable } from "../../../src/ipvs/driver.ts";
import { Ipvsadm } from "../../../src/ipvs/ipvsadm/program.ts";
import { decodeRules, encodeRules } from "../../../src/ipvs/ipvsadm/rules.ts";
import type { Plan } from "../../../src/model/plan.ts";
import { readKernelFile } from "../../../src/system/kernel_file.ts";

// The system's library is opened at its first use and stays open: no test is to be blamed for that.
readKernelFile("/proc/self/comm");

/** A program called ipvsadm that does what the script says, and a driver that finds it. */
async function withIpvsadm(
  script: string | undefined,
  work: (driver: Ipvsadm, folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    if (script !== undefined) {
      await Deno.writeTextFile(`${folder}/ipvsadm`, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    }
    await work(new Ipvsadm({ folders: ["/nonexistent", folder], deadline: 500 }), folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const TABLE = "-A -t 192.0.2.1:80 -s wrr\n-a -t 192.0.2.1:80 -r 10.0.0.1:80 -m -w 1\n";

const PLAN: Plan = [...decodeRules(TABLE).values()].flatMap((service) => [
  { do: "add-service", service } as const,
  ...[...service.destinations.values()].map((destination) =>
    ({ do: "add-destination", service, destination }) as const
  ),
]);

/** What is wrong with ipvsadm, and what an operator reads of it. */
const BROKEN: [name: string, script: string | undefined, says: RegExp][] = [
  ["is not installed", undefined, /ipvsadm is not installed .*apt-get install ipvsadm/],
  ["hangs", "exec sleep 60", /gave no answer within 0\.5 s and was killed/],
  ["waits for a program that hangs", "sleep 3; true", /gave no answer within 0\.5 s and was killed/],
  ["ends, and leaves a program that keeps its pipes", "sleep 3 &", /gave no answer within 0\.5 s and was killed/],
  [
    "finds no IPVS in the kernel",
    'echo "Can\'t initialize ipvs: Protocol not available" >&2; exit 2',
    /modprobe ip_vs/,
  ],
  ["is not run by root", 'echo "Can\'t initialize ipvs: Operation not permitted" >&2; exit 2', /run as root/],
  ["is cut in the middle of a line", "printf '%s' '-A -t 10.0.0.100:80 -s'", /not whole/],
  ["prints something else", "echo 'Segmentation fault'", /cannot be read: "Segmentation fault"/],
  ["crashes", "echo oops >&2; exit 139", /failed with status 139: oops/],
];

/** A program that is killed has not ended yet. */
const LENIENT = { sanitizeOps: false, sanitizeResources: false };

for (const [name, script, says] of BROKEN) {
  Deno.test(
    `an ipvsadm that ${name} is reported, and no table is made up`,
    LENIENT,
    () =>
      withIpvsadm(script, async (driver) => {
        await rejects(driver.read({ thresholds: false }), (error) => {
          strictEqual(error instanceof IpvsUnavailable, true);
          match((error as Error).message, says);
          return true;
        });
      }),
  );
}

Deno.test("read() takes the table that ipvsadm prints", () =>
  withIpvsadm(`printf '%s' '${TABLE}'`, async (driver) => {
    strictEqual(encodeRules(await driver.read({ thresholds: false })), TABLE);
  }));

Deno.test("apply() hands over a whole plan in one run, and no shell sees it", () =>
  withIpvsadm('cat >> "$0.seen"; echo "$@" >> "$0.args"; [ $1 = -R ] || cat "$0.seen"', async (driver, folder) => {
    deepStrictEqual(await driver.apply(PLAN), PLAN.map(() => ({ taken: true })));
    strictEqual(await Deno.readTextFile(`${folder}/ipvsadm.seen`), TABLE);
    strictEqual(await Deno.readTextFile(`${folder}/ipvsadm.args`), "-R\n-S -n\n");
  }));

Deno.test("apply() gives what the kernel refused", () =>
  withIpvsadm('cat > /dev/null; [ $1 = -R ] || exit 0; echo "No such service" >&2; exit 255', async (driver) => {
    const [first, ...others] = await driver.apply(PLAN);
    deepStrictEqual(first, { taken: false, reason: "No such service" });
    strictEqual(others.every(({ taken }) => taken === false), true);
  }));

Deno.test("apply() says which change the kernel refused where it complained as often as changes are missing", () => {
  const script = `cat > /dev/null; [ $1 = -R ] || { echo "-A -t 192.0.2.1:80 -s wrr"; exit 0; }
    echo "Memory allocation problem" >&2; exit 255`;
  return withIpvsadm(script, async (driver) => {
    deepStrictEqual(await driver.apply(PLAN), [{ taken: true }, { taken: false, reason: "Memory allocation problem" }]);
  });
});

Deno.test("apply() says of a change that is missing without a complaint that it is not known", () =>
  withIpvsadm("cat > /dev/null", async (driver) => {
    deepStrictEqual(await driver.apply(PLAN), PLAN.map(() => ({ taken: undefined })));
  }));

Deno.test("apply() sees one that enters with a weight and is set to 0 at once by what it is then", () => {
  const table = TABLE.replace("-w 1", "-w 0");
  const [service] = decodeRules(table).values();
  const [destination] = service.destinations.values();
  const quiescent = { do: "edit-destination", service, destination } as const;
  return withIpvsadm(`[ "$1" = -R ] || printf '%s' '${table}'`, async (driver) => {
    deepStrictEqual(await driver.apply([...PLAN, quiescent]), [...PLAN, quiescent].map(() => ({ taken: true })));
  });
});

Deno.test("apply() takes nothing for done when ipvsadm is killed in the middle of a batch", () =>
  withIpvsadm("read -r line; kill -KILL $$", async (driver) => {
    await rejects(driver.apply(PLAN), new IpvsUnavailable("ipvsadm -R was killed by SIGKILL"));
  }));

Deno.test("apply() goes on line by line behind one that this ipvsadm cannot parse", () => {
  const script = `while read -r line; do
    case "$line" in -A*) echo "invalid scheduler flag" >&2; exit 2;; esac
    echo "$line" >> "$0.done"
  done`;
  return withIpvsadm(script, async (driver, folder) => {
    const [first] = await driver.apply(PLAN);
    const reason = "invalid scheduler flag (-A -t 192.0.2.1:80 -s wrr)";
    deepStrictEqual(first, { taken: false, reason });
    strictEqual(await Deno.readTextFile(`${folder}/ipvsadm.done`), TABLE.split("\n")[1] + "\n");
  });
});
