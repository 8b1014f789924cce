import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { canonicalSettings } from "../../../src/ipvs/canonical.ts";
import { IpvsUnavailable } from "../../../src/ipvs/driver.ts";
import { decodeRules, decodeThresholds, encodeAction, encodeRules } from "../../../src/ipvs/ipvsadm/rules.ts";
import { parseIp } from "../../../src/model/address.ts";
import type { Action } from "../../../src/model/plan.ts";
import type { DestinationKey, ServiceAddress, ServiceSettings, VirtualKey } from "../../../src/model/table.ts";

const pure = { permissions: "none" } as const;

/** Printed by `ipvsadm -S -n` (1.31, Linux 6.1). */
const SAVED = `-A -f -1 -s rr
-A -t 10.0.0.100:80 -s wrr -p 300 -M 255.255.255.0
-a -t 10.0.0.100:80 -r 10.0.0.1:80 -g -w 0
-a -t 10.0.0.100:80 -r 10.0.0.2:8080 -m -w 3
-a -t 10.0.0.100:80 -r 10.0.0.3:80 -i -w 65535 --tun-type ipip
-A -t 10.0.0.100:81 -s wrr -b flag-1,flag-3
-A -u 10.0.0.100:53 -s sh -o -b sh-fallback,sh-port
-a -u 10.0.0.100:53 -r 10.0.0.1:53 -m -w 1
-A -t [2001:db8::1]:80 -s mh -p 360 -b mh-port
-a -t [2001:db8::1]:80 -r [2001:db8::2]:8080 -m -w 0
-A -f 7 -s rr -p 360
-a -f 7 -r 10.0.0.1:0 -g -w 1
-A -f 7 -6 -s rr -p 300 -M 64
-a -f 7 -6 -r [2001:db8::2]:80 -g -w 0
`;

/** Printed by `ipvsadm -L -n --thresholds` for the same table. */
const LISTED = `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port            Uthreshold Lthreshold ActiveConn InActConn 
  -> RemoteAddress:Port
FWM  -1 rr
TCP  10.0.0.100:80 wrr persistent 300 mask 255.255.255.0
  -> 10.0.0.1:80                  5          0          0          0         
  -> 10.0.0.2:8080                100        50         0          0         
TCP  [2001:db8::1]:80 mh (mh-port) persistent 360
  -> [2001:db8::2]:8080           7          3          0          0         
FWM  7 IPv6 rr persistent 300 mask 64
  -> [2001:db8::2]:80             9          0          0          0         
`;

Deno.test("tunnels of GUE and GRE are written as ipvsadm takes them, and read as it prints them", () => {
  const rules = "-A -t 10.0.0.100:80 -s wrr\n" +
    "-a -t 10.0.0.100:80 -r 10.0.0.1:80 -i --tun-type gue --tun-port 6080 -w 1\n" +
    "-a -t 10.0.0.100:80 -r 10.0.0.2:80 -i --tun-type gre -w 1\n";
  strictEqual(encodeRules(decodeRules(rules)), rules);
});

Deno.test({
  name: "decodeRules() reads every kind of virtual service that ipvsadm prints",
  ...pure,
  fn: () => {
    const table = decodeRules(SAVED);
    deepStrictEqual([...table.keys()], [
      "fwm:4294967295",
      "tcp:10.0.0.100:80",
      "tcp:10.0.0.100:81",
      "udp:10.0.0.100:53",
      "tcp:[2001:db8::1]:80",
      "fwm:7",
      "fwm6:7",
    ]);
    const web = table.get("tcp:10.0.0.100:80" as VirtualKey)!;
    strictEqual(web.persistence, 300);
    strictEqual(web.netmask, "255.255.255.0");
    deepStrictEqual([...web.destinations.values()].map((real) => [real.forwarding, real.port, real.weight]), [
      ["gate", 80, 0],
      ["masq", 8080, 3],
      ["ipip", 80, 65535],
    ]);
    strictEqual(table.get("udp:10.0.0.100:53" as VirtualKey)!.onePacket, true);
  },
});

Deno.test({
  name: "encodeRules() writes what decodeRules() reads as the same table",
  ...pure,
  fn: () => deepStrictEqual(decodeRules(encodeRules(decodeRules(SAVED))), decodeRules(SAVED)),
});

Deno.test({
  name: "encodeRules() never writes a mark as a negative number, which ipvsadm prints but does not accept",
  ...pure,
  fn: () => ok(encodeRules(decodeRules(SAVED)).startsWith("-A -f 4294967295 -s rr\n")),
});

Deno.test({
  name: "decodeThresholds() finds each destination's thresholds",
  ...pure,
  fn: () => {
    const table = decodeThresholds(LISTED, decodeRules(SAVED));
    const thresholds = (service: string, real: string) => {
      const found = table.get(service as VirtualKey)!.destinations.get(real as DestinationKey)!;
      return [found.upperThreshold, found.lowerThreshold];
    };
    deepStrictEqual(thresholds("tcp:10.0.0.100:80", "10.0.0.2:8080"), [100, 50]);
    deepStrictEqual(thresholds("tcp:10.0.0.100:80", "10.0.0.3:80"), [0, 0]);
    deepStrictEqual(thresholds("tcp:[2001:db8::1]:80", "[2001:db8::2]:8080"), [7, 3]);
    deepStrictEqual(thresholds("fwm6:7", "[2001:db8::2]:80"), [9, 0]);
  },
});

Deno.test({
  name: "decodeThresholds() takes linear time: 30,000 destinations of one virtual service",
  ...pure,
  fn: () => {
    const reals = Array.from({ length: 30_000 }, (_, i) => `10.1.${i >> 8}.${i & 255}:80`);
    const saved = reals.map((real) => `-a -t 10.0.0.100:80 -r ${real} -m -w 1\n`);
    const listed = reals.map((real) => `  -> ${real} 7 3 0 0\n`);
    const table = decodeRules(`-A -t 10.0.0.100:80 -s wlc\n${saved.join("")}`);
    const [service] = decodeThresholds(`TCP 10.0.0.100:80 wlc\n${listed.join("")}`, table).values();
    strictEqual([...service.destinations.values()].filter(({ upperThreshold }) => upperThreshold === 7).length, 30_000);
  },
});

const web: ServiceAddress = { kind: "tcp", address: parseIp("192.0.2.1")!, port: 80 };
const settings: ServiceSettings = {
  address: web,
  scheduler: "sh",
  schedulerFlags: ["sh-port"],
  persistence: 60,
  netmask: "255.255.0.0",
  onePacket: false,
};
const real = {
  address: parseIp("10.0.0.1")!,
  port: 80,
  forwarding: "gate",
  weight: 5,
  upperThreshold: 100,
  lowerThreshold: 50,
} as const;

const LINES: [Action, string][] = [
  [{ do: "add-service", service: settings }, "-A -t 192.0.2.1:80 -s sh -p 60 -M 255.255.0.0 -b sh-port"],
  [{ do: "delete-service", service: { address: web } }, "-D -t 192.0.2.1:80"],
  [
    { do: "add-destination", service: { address: web }, destination: real },
    "-a -t 192.0.2.1:80 -r 10.0.0.1:80 -g -w 5 -x 100 -y 50",
  ],
  [
    {
      do: "edit-destination",
      service: { address: { kind: "fwm", family: 6, mark: 3 } },
      destination: {
        ...real,
        address: parseIp("2001:db8::1")!,
        forwarding: "ipip",
        upperThreshold: 0,
        lowerThreshold: 0,
      },
    },
    "-e -f 3 -6 -r [2001:db8::1]:80 -i -w 5",
  ],
  [
    { do: "delete-destination", service: { address: { ...web, kind: "udp" } }, destination: real },
    "-d -u 192.0.2.1:80 -r 10.0.0.1:80",
  ],
];

for (const [action, line] of LINES) {
  Deno.test({ name: `encodeAction() writes ${line}`, ...pure, fn: () => strictEqual(encodeAction(action), line) });
}

const CANONICAL: [name: string, given: Partial<ServiceSettings>, same: Partial<ServiceSettings>][] = [
  ["a flag by name and by number", { schedulerFlags: ["sh-port"] }, { schedulerFlags: ["flag-2"] }],
  ["flags in any order", { schedulerFlags: ["flag-3", "flag-1"] }, { schedulerFlags: ["flag-1", "flag-3"] }],
  ["a netmask that covers the whole address and none", { netmask: "255.255.255.255" }, { netmask: undefined }],
];

for (const [name, given, same] of CANONICAL) {
  Deno.test({
    name: `canonicalSettings() makes no difference between ${name}`,
    ...pure,
    fn: () =>
      deepStrictEqual(canonicalSettings({ ...settings, ...given }), canonicalSettings({ ...settings, ...same })),
  });
}

const GARBAGE: [name: string, text: string][] = [
  ["a rule that ends in the middle", SAVED.slice(0, -9)],
  ["a real server of no virtual service", "-a -t 10.0.0.100:80 -r 10.0.0.1:80 -g -w 0\n"],
  ["a weight that is none", "-A -t 10.0.0.100:80 -s rr\n-a -t 10.0.0.100:80 -r 10.0.0.1:80 -g -w 1\u0000\n"],
  ["an address that is none", "-A -t 10.0.0.x:80 -s rr\n"],
  ["another program's words", "Segmentation fault\n"],
];

for (const [name, text] of GARBAGE) {
  Deno.test({
    name: `decodeRules() takes no list with ${name}`,
    ...pure,
    fn: () => throws(() => decodeRules(text), IpvsUnavailable),
  });
}

Deno.test({
  name: "sctp has a long option alone, and a protocol's name in listings",
  ...pure,
  fn: () => {
    const saved = "-A --sctp-service 10.0.0.100:81 -s rr\n-a --sctp-service 10.0.0.100:81 -r 10.0.0.1:81 -m -w 1\n";
    const table = decodeRules(saved);
    deepStrictEqual([...table.keys()], ["sctp:10.0.0.100:81"]);
    strictEqual(encodeRules(table), saved);
    const listed = "SCTP 10.0.0.100:81 rr\n  -> 10.0.0.1:81                   9          3          0         0\n";
    const [{ destinations }] = decodeThresholds(listed, table).values();
    deepStrictEqual([...destinations.values()].map(({ upperThreshold }) => upperThreshold), [9]);
  },
});
