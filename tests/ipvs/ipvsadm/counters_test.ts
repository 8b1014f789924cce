import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { decodeCounters } from "../../../src/ipvs/ipvsadm/counters.ts";
import type { DestinationKey, VirtualKey } from "../../../src/model/table.ts";

const HEAD = "IP Virtual Server version 1.2.1 (size=4096)\n";

/** As ipvsadm 1.31 prints them. */
const LISTS = {
  connections: `${HEAD}Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
TCP  192.0.2.10:80 wrr persistent 300
  -> 10.0.0.11:80                 Masq    3      12         4
  -> 10.0.0.12:80                 Masq    0      1          0
TCP  [2001:db8::10]:80 rr
  -> [2001:db8:2::11]:80          Tunnel  1      0          7
FWM  4294967295 IPv6 wlc
  -> [2001:db8:2::11]:0           Route   1      0          0
FWM  7 wlc
  -> 10.0.0.13:0                  Route   1      2          0
`,
  totals: `${HEAD}Prot LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes
  -> RemoteAddress:Port
TCP  192.0.2.10:80                     500     3000     2500  1234567 98765432109876
  -> 10.0.0.11:80                      400     2400     2000  1000000 90000000000000
  -> 10.0.0.12:80                      100      600      500   234567  8765432109876
TCP  [2001:db8::10]:80                   7       42       35     4200    35000
  -> [2001:db8:2::11]:80                 7       42       35     4200    35000
FWM  7                                   2       10        0      900        0
  -> 10.0.0.13:0                         2       10        0      900        0
`,
  rates: `${HEAD}Prot LocalAddress:Port                 CPS    InPPS   OutPPS    InBPS   OutBPS
  -> RemoteAddress:Port
TCP  192.0.2.10:80                      12       72       60    30000   250000
  -> 10.0.0.11:80                       12       72       60    30000   250000
`,
};

const key = (text: string) => text as VirtualKey;
const real = (text: string) => text as DestinationKey;

Deno.test({
  name: "ipvsadm's lists: weights, connections, totals and rates of every service and destination",
  permissions: "none",
  fn: () => {
    const counters = decodeCounters(LISTS);
    deepStrictEqual([...counters.keys()], ["tcp:192.0.2.10:80", "tcp:[2001:db8::10]:80", "fwm6:4294967295", "fwm:7"]);
    const web = counters.get(key("tcp:192.0.2.10:80"))!;
    strictEqual(web.totals.bytesOut, 98765432109876);
    deepStrictEqual(web.destinations.get(real("10.0.0.11:80")), {
      weight: 3,
      active: 12,
      inactive: 4,
      totals: { connections: 400, packetsIn: 2400, packetsOut: 2000, bytesIn: 1000000, bytesOut: 90000000000000 },
      rates: { connections: 12, packetsIn: 72, packetsOut: 60, bytesIn: 30000, bytesOut: 250000 },
    });
    strictEqual(
      counters.get(key("tcp:[2001:db8::10]:80"))?.destinations.get(real("[2001:db8:2::11]:80"))?.inactive,
      7,
    );
  },
});

Deno.test({
  name: "ipvsadm's lists: an entry that only the first of them has counts nothing yet",
  permissions: "none",
  fn: () => {
    const late = decodeCounters(LISTS).get(key("fwm6:4294967295"))!;
    strictEqual(late.totals.connections, 0);
    strictEqual(late.destinations.get(real("[2001:db8:2::11]:0"))?.rates.bytesIn, 0);
  },
});
