import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { ipvsLines, ipvsReport } from "../../../src/cli/inspect/ipvs_table.ts";
import { NONE } from "../../../src/ipvs/counters.ts";
import { decodeRules } from "../../../src/ipvs/ipvsadm/rules.ts";
import type { DestinationKey, VirtualKey } from "../../../src/model/table.ts";
import { realStatus, statusWith } from "../../web/example_status.ts";

const TABLE = decodeRules(`-A -t 192.0.2.10:80 -s wrr -p 300
-a -t 192.0.2.10:80 -r 10.0.0.11:80 -m -w 3
-a -t 192.0.2.10:80 -r 10.0.0.99:80 -i -w 0
-A -f 7 -6 -s sh -b flag-2
-a -f 7 -6 -r [fd00::1]:0 -g -w 1
`);

const COUNTED = { weight: 3, active: 12, inactive: 4, totals: { ...NONE, bytesIn: 2 ** 40 }, rates: NONE };

const REPORT = ipvsReport({
  driver: "netlink",
  table: TABLE,
  counters: new Map([["tcp:192.0.2.10:80" as VirtualKey, {
    totals: NONE,
    rates: NONE,
    destinations: new Map([["10.0.0.11:80" as DestinationKey, COUNTED]]),
  }]]),
  directors: [statusWith(realStatus())],
});

Deno.test("ipvs: the table as ipvsadm has it, and beside what is ours its state, its name and why", () => {
  deepStrictEqual(ipvsLines(REPORT), [
    "IP Virtual Server (netlink)",
    "Prot LocalAddress:Port Scheduler Flags",
    "  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn  STATE NAME WHY",
    "TCP  192.0.2.10:80 wrr persistent 300 [shop, /etc/ha.d/www]",
    "  -> 10.0.0.11:80                 Masq    3      12         4          up    web1 200 OK",
    "  -> 10.0.0.99:80                 Tunnel  0      0          0",
    "FWM  7 (IPv6) sh (flag-2)",
    "  -> [fd00::1]:0                  Route   1      0          0",
  ]);
});

Deno.test("ipvs --json: what is ours names its director; what is not says nothing", () => {
  const [ours, theirs] = REPORT.services;
  strictEqual(ours.keptBy, "/etc/ha.d/www");
  strictEqual(ours.destinations[0].totals.bytesIn, 2 ** 40);
  deepStrictEqual(ours.destinations.map(({ state }) => state), ["up", null]);
  deepStrictEqual([theirs.keptBy, theirs.family, theirs.protocol], [null, 6, "fwm"]);
});
