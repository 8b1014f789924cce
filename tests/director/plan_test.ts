import { deepStrictEqual } from "node:assert/strict";
import type { DesiredDestination, DesiredService, DesiredTable, Role } from "../../src/director/desired.ts";
import { plan, taken } from "../../src/director/plan.ts";
import { isInEffect } from "../../src/ipvs/change_table.ts";
import type { Plan } from "../../src/model/plan.ts";
import type { IpvsTable } from "../../src/model/table.ts";
import { decodeRules, encodeAction } from "../../src/ipvs/ipvsadm/rules.ts";
import type { VirtualKey } from "../../src/model/table.ts";

interface Row {
  readonly name: string;
  readonly reconcile?: boolean;
  readonly readd?: boolean;
  /** What we wanted before; absent = start. */
  readonly previous?: string;
  readonly current: string;
  readonly desired: string;
  readonly expected: string;
}

/** `V` is our virtual service, `R1` to `R3` its real servers, `F` its fallback. */
function rules(text: string): string {
  return text.replaceAll("V", "-t 192.0.2.1:80").replace(/R(\d)/g, "-r 10.0.0.$1:80 -m")
    .replaceAll("F", "-r 127.0.0.1:80 -g");
}

/** A wanted table: destinations at weight 0 are quiescent. */
function wanted(text: string, readdQuiescent: boolean): DesiredTable {
  const table = new Map<VirtualKey, DesiredService>();
  for (const [key, service] of decodeRules(rules(text))) {
    const destinations = [...service.destinations].map(([destination, real]) => {
      const role: Role = real.weight === 0 ? "quiescent" : "serving";
      return [destination, { ...real, role } satisfies DesiredDestination] as const;
    });
    table.set(key, { ...service, destinations: new Map(destinations), readdQuiescent });
  }
  return table;
}

const ONE = "-A V -s wrr\n-a V R1 -w 1";
const TWO = "-A V -s wrr\n-a V R1 -w 1\n-a V R2 -w 1";

const ROWS: Row[] = [
  { name: "start on an empty table adds all", reconcile: true, current: "", desired: TWO, expected: TWO },
  { name: "start on the wanted table does nothing", reconcile: true, current: TWO, desired: TWO, expected: "" },
  {
    name: "real servers that enter together do so in the configuration's order: sh and mh choose by it",
    previous: "-A V -s mh\n-a V R2 -w 1",
    current: "-A V -s mh\n-a V R2 -w 1",
    desired: "-A V -s mh\n-a V R1 -w 1\n-a V R2 -w 1\n-a V R3 -w 1\n-a V R4 -w 1",
    expected: "-a V R1 -w 1\n-a V R3 -w 1\n-a V R4 -w 1",
  },
  {
    name: "start edits an existing virtual service and does not recreate it",
    reconcile: true,
    current: "-A V -s rr\n-a V R1 -w 1",
    desired: ONE,
    expected: "-E V -s wrr",
  },
  {
    name: "start purges real servers that the configuration does not list",
    reconcile: true,
    current: TWO,
    desired: ONE,
    expected: "-d V -r 10.0.0.2:80",
  },
  {
    name: "virtual services of others are never touched",
    reconcile: true,
    current: "-A -t 198.51.100.9:443 -s lc\n-a -t 198.51.100.9:443 -r 10.9.9.9:443 -m -w 7\n-A -f 5 -s rr",
    desired: ONE,
    expected: ONE,
  },
  {
    name: "a weight set by hand stays while we want what we wanted",
    previous: ONE,
    current: "-A V -s wrr\n-a V R1 -w 9",
    desired: ONE,
    expected: "",
  },
  {
    name: "a reload sets it back",
    reconcile: true,
    previous: ONE,
    current: "-A V -s wrr\n-a V R1 -w 9",
    desired: ONE,
    expected: "-e V R1 -w 1",
  },
  {
    name: "a real server removed by hand stays away",
    previous: ONE,
    current: "-A V -s wrr",
    desired: ONE,
    expected: "",
  },
  {
    name: "a stranger added by hand stays until a reload",
    previous: ONE,
    current: "-A V -s wrr\n-a V R1 -w 1\n-a V R3 -w 1",
    desired: ONE,
    expected: "",
  },
  {
    name: "down with quiescent=no: removed",
    previous: TWO,
    current: TWO,
    desired: ONE,
    expected: "-d V -r 10.0.0.2:80",
  },
  {
    name: "down with quiescent=yes: weight 0",
    previous: TWO,
    current: TWO,
    desired: "-A V -s wrr\n-a V R1 -w 1\n-a V R2 -w 0",
    expected: "-e V R2 -w 0",
  },
  {
    name: "the fallback comes before the last real server goes",
    previous: ONE,
    current: ONE,
    desired: "-A V -s wrr\n-a V F -w 1",
    expected: "-a V F -w 1\n-d V -r 10.0.0.1:80",
  },
  {
    name: "the returning real server comes before the fallback goes",
    previous: "-A V -s wrr\n-a V F -w 1",
    current: "-A V -s wrr\n-a V F -w 1",
    desired: ONE,
    expected: "-a V R1 -w 1\n-d V -r 127.0.0.1:80",
  },
  {
    name: "a quiescent real server that was removed by hand is not put back at weight 0",
    previous: ONE,
    current: "-A V -s wrr",
    desired: "-A V -s wrr\n-a V R1 -w 0",
    expected: "",
  },
  {
    name: "with readdquiescent it is",
    readd: true,
    previous: ONE,
    current: "-A V -s wrr",
    desired: "-A V -s wrr\n-a V R1 -w 0",
    expected: "-a V R1 -w 0",
  },
  {
    name: "a quiescent real server that was never there is added at weight 0",
    previous: "-A V -s wrr",
    current: "-A V -s wrr",
    desired: "-A V -s wrr\n-a V R1 -w 0",
    expected: "-a V R1 -w 0",
  },
  {
    name: "a virtual service that was removed by hand is made again, whole, when something of it changes",
    previous: ONE,
    current: "",
    desired: TWO,
    expected: TWO,
  },
  {
    name: "a virtual service that left the configuration is purged, one by one",
    reconcile: true,
    previous: ONE,
    current: ONE,
    desired: "",
    expected: "-d V -r 10.0.0.1:80\n-D V",
  },
  {
    name: "another forwarding method is an edit",
    reconcile: true,
    previous: ONE,
    current: ONE,
    desired: "-A V -s wrr\n-a V -r 10.0.0.1:80 -g -w 1",
    expected: "-e V -r 10.0.0.1:80 -g -w 1",
  },
  {
    name: "raises come before cuts",
    previous: TWO,
    current: TWO,
    desired: "-A V -s wrr\n-a V R1 -w 0\n-a V R2 -w 5",
    expected: "-e V R2 -w 5\n-e V R1 -w 0",
  },
];

for (const row of ROWS) {
  Deno.test({
    name: `plan: ${row.name}`,
    permissions: "none",
    fn: () => {
      const steps = plan({
        current: decodeRules(rules(row.current)),
        desired: wanted(row.desired, row.readd ?? false),
        previous: row.previous === undefined ? undefined : wanted(row.previous, row.readd ?? false),
        reconcile: row.reconcile ?? false,
      });
      deepStrictEqual(steps.map(encodeAction), rules(row.expected).split("\n").filter((line) => line !== ""));
    },
  });
}

/** For each kind of change: what is wanted, over which table, and what the kernel has when it did not take it. */
const REFUSED: [name: string, previous: string | undefined, desired: string, kernel: string][] = [
  ["a new virtual service", undefined, ONE, ""],
  ["an edited virtual service", "-A V -s rr\n-a V R1 -w 1", ONE, "-A V -s rr\n-a V R1 -w 1"],
  ["a new real server", ONE, TWO, ONE],
  ["a new weight", ONE, "-A V -s wrr\n-a V R1 -w 0", ONE],
  ["a removal", TWO, ONE, TWO],
  ["a purge", ONE, "", ONE],
];

/** The changes that are not in effect. */
const open = (table: IpvsTable, tried: Plan) => tried.filter((action) => !isInEffect(action, table));

for (const [name, before, after, kernel] of REFUSED) {
  Deno.test({
    name: `plan: ${name} that the kernel refused is planned again, and no more once it is taken`,
    permissions: "none",
    fn: () => {
      const previous = before === undefined ? undefined : wanted(before, false);
      const desired = wanted(after, false);
      const current = decodeRules(rules(kernel));
      const first = plan({
        current,
        desired,
        previous,
        reconcile: previous === undefined || after === "" || name.includes("edited"),
      });
      const known = taken(desired, previous, open(current, first));
      deepStrictEqual(plan({ current, desired, previous: known, reconcile: false }), first);
      const done = taken(desired, known, open(decodeRules(rules(after)), first));
      deepStrictEqual(plan({ current: decodeRules(rules(after)), desired, previous: done, reconcile: false }), []);
    },
  });
}
