import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { Ipvsadm } from "../../../src/ipvs/ipvsadm/program.ts";
import { NetlinkIpvs } from "../../../src/ipvs/netlink/driver.ts";
import { decodeRules, encodeRules } from "../../../src/ipvs/ipvsadm/rules.ts";
import type { Plan } from "../../../src/model/plan.ts";
import type { IpvsTable, TableService } from "../../../src/model/table.ts";
import { readKernelFile } from "../../../src/system/kernel_file.ts";
import { findAccount } from "../../../src/system/privileges.ts";
import { scenario } from "../world/scenario.ts";
import { normalised } from "../world/table.ts";
import { poll } from "../world/wait.ts";

// The system's library is opened at its first use and stays open: no test is to be blamed for that.
readKernelFile("/proc/self/comm");
findAccount("root");

/** A virtual service of each kind, with real servers of each kind. */
const RULES = `-A -t 192.0.2.1:80 -s wrr
-a -t 192.0.2.1:80 -r 10.0.0.1:80 -m -w 1
-a -t 192.0.2.1:80 -r 10.0.0.2:8080 -m -w 65535
-A -u 192.0.2.1:53 -s sh -o -b flag-2
-a -u 192.0.2.1:53 -r 10.0.0.1:53 -g -w 0
-A -t [2001:db8::1]:443 -s mh -p 50 -M 64 -b flag-1,flag-2
-a -t [2001:db8::1]:443 -r [fd00::1]:443 -g -w 2
-A -f 7 -6 -s rr
-a -f 7 -6 -r [fd00::2]:0 -g -w 2
-A -f 4294967295 -s wlc -p 300 -M 255.255.255.0
-a -f 4294967295 -r 10.0.0.1:0 -i -w 3
-a -f 4294967295 -r 10.0.0.2:0 -i --tun-type gue --tun-port 6080 -w 3
-a -f 4294967295 -r 10.0.0.3:0 -i --tun-type gre -w 1
`;

function adding(table: IpvsTable): Plan {
  return [...table.values()].flatMap((service) => [
    { do: "add-service", service } as const,
    ...[...service.destinations.values()].map((destination) =>
      ({ do: "add-destination", service, destination }) as const
    ),
  ]);
}

function removing(table: IpvsTable): Plan {
  return [...table.values()].map((service) => ({ do: "delete-service", service }) as const);
}

Deno.test("netlink: the kernel takes the changes, and both ways read the same table", async () => {
  const [netlink, ipvsadm] = [new NetlinkIpvs(), new Ipvsadm()];
  const plan = adding(decodeRules(RULES));
  deepStrictEqual(await netlink.apply(plan), plan.map(() => ({ taken: true })));
  const read = await netlink.read();
  strictEqual(normalised(encodeRules(read)), normalised(RULES));
  strictEqual(normalised(encodeRules(await ipvsadm.read({ thresholds: true }))), normalised(RULES));
  const thresholds = { upperThreshold: 100, lowerThreshold: 50 };
  const [service] = read.values();
  const changes = [...service.destinations.values()].map((destination) =>
    ({ do: "edit-destination", service, destination: { ...destination, weight: 4, ...thresholds } }) as const
  );
  await netlink.apply([{ do: "edit-service", service: { ...service, scheduler: "wlc", persistence: 60 } }, ...changes]);
  const key = [...read.keys()][0];
  const byDriver = await Promise.all([netlink.read(), ipvsadm.read({ thresholds: true })]);
  const changed = byDriver.map((table) => sorted(table.get(key)!));
  deepStrictEqual(changed[0], changed[1]);
  strictEqual(changed[0].persistence, 60);
  deepStrictEqual(changed[0].destinations[0][1].upperThreshold, 100);
  const outcomes = await netlink.apply(removing(read));
  strictEqual(outcomes.every(({ taken }) => taken === true), true);
  strictEqual((await netlink.read()).size, 0);
});

function sorted(service: TableService) {
  return { ...service, destinations: [...service.destinations].sort(([a], [b]) => a < b ? -1 : 1) };
}

Deno.test("netlink: each change that the kernel refuses has its reason, and stops none of the others", async () => {
  const netlink = new NetlinkIpvs();
  const [service] = decodeRules(RULES).values();
  const [one, two] = service.destinations.values();
  const elsewhere = { ...service, address: { ...service.address, port: 81 } } as TableService;
  const rows: [action: Plan[number], reason: string | undefined][] = [
    [{ do: "add-service", service }, undefined],
    [{ do: "add-service", service }, "Service already exists"],
    [{ do: "add-destination", service, destination: one }, undefined],
    [{ do: "add-destination", service, destination: one }, "Destination already exists"],
    [{ do: "edit-destination", service, destination: two }, "No such destination"],
    [{ do: "delete-destination", service, destination: two }, "No such destination"],
    [{ do: "edit-service", service: elsewhere }, "No such service"],
    [{ do: "delete-service", service: elsewhere }, "No such service"],
    [{ do: "add-destination", service: elsewhere, destination: one }, "Service not defined"],
    [
      { do: "add-service", service: { ...elsewhere, scheduler: "nosuch" } },
      "the kernel has no scheduler nosuch (module ip_vs_nosuch)",
    ],
    [{ do: "add-destination", service, destination: two }, undefined],
    [{ do: "delete-service", service }, undefined],
  ];
  const outcomes = await netlink.apply(rows.map(([action]) => action));
  const refused = ([, reason]: typeof rows[number]) =>
    reason === undefined ? { taken: true } : { taken: false, reason };
  deepStrictEqual(outcomes, rows.map(refused));
});

Deno.test("netlink: a large table is read whole, and again while it is being changed", async () => {
  const netlink = new NetlinkIpvs();
  const [service] = decodeRules(RULES).values();
  const [model] = service.destinations.values();
  const many = Array.from({ length: 5_000 }, (_, i) => {
    const destination = { ...model, port: 1 + i };
    return { do: "add-destination", service, destination } as const;
  });
  const outcomes = await netlink.apply([{ do: "add-service", service }, ...many]);
  strictEqual(outcomes.filter(({ taken }) => taken).length, 5_001);
  const [[, table]] = await netlink.read();
  deepStrictEqual(
    [...table.destinations.values()].map(({ port }) => port),
    many.map(({ destination }) => destination.port),
  );
  const [, counters] = await Promise.all([
    netlink.apply(many.map((action) => ({ ...action, do: "delete-destination" }))),
    netlink.counters(),
  ]);
  strictEqual(counters.size, 1);
  strictEqual([...await netlink.read()][0][1].destinations.size, 0);
  await netlink.apply(removing(await netlink.read()));
});

Deno.test("netlink: synchronisation threads and timeouts are as ipvsadm sees them", async () => {
  const [netlink, ipvsadm] = [new NetlinkIpvs(), new Ipvsadm()];
  const daemon = { role: "master", interface: "lo", id: 7 } as const;
  await netlink.startSyncDaemon(daemon);
  deepStrictEqual(await netlink.syncDaemons(), [daemon]);
  deepStrictEqual(await ipvsadm.syncDaemons(), [daemon]);
  await netlink.stopSyncDaemon(daemon);
  deepStrictEqual(await netlink.syncDaemons(), []);
  await netlink.setTimeouts({ tcp: 1000, tcpFin: 100, udp: 200 });
  deepStrictEqual(await netlink.timeouts(), { tcp: 1000, tcpFin: 100, udp: 200 });
  deepStrictEqual(await ipvsadm.timeouts(), { tcp: 1000, tcpFin: 100, udp: 200 });
  await ipvsadm.setTimeouts({ tcp: 0, tcpFin: 0, udp: 300 });
  deepStrictEqual(await netlink.timeouts(), { tcp: 1000, tcpFin: 100, udp: 300 });
});

const SITE = `
    checktimeout = 2
    checkinterval = 1
    quiescent = no
    ipvstimeouts = 600 0 120
    virtual = 192.0.2.10:80
            real = 10.0.0.11:80 masq 2
            real = 10.0.0.12:80 masq
            service = http
            scheduler = wrr
            servicename = shop
            fallback = 127.0.0.1:80 gate
`;

const ALL = `
    -A -t 192.0.2.10:80 -s wrr
    -a -t 192.0.2.10:80 -r 10.0.0.11:80 -m -w 2
    -a -t 192.0.2.10:80 -r 10.0.0.12:80 -m -w 1
`;

const LEFT = `
    -A -t 192.0.2.10:80 -s wrr
    -a -t 192.0.2.10:80 -r 10.0.0.11:80 -m -w 2
`;

scenario("a machine without ipvsadm: the table is kept, put back, shown and purged all the same", async (world) => {
  const { director, reals } = world;
  const program = (await director.host.run("sh", "-c", "command -v ipvsadm")).trim();
  await director.host.run("mv", program, `${program}.away`);
  try {
    const saved = async () => normalised((await director.tool("ipvs", "--save")).stdout);
    const becomes = async (table: string) => {
      strictEqual(await poll(saved, (now) => now === normalised(table), 30), normalised(table));
    };
    await reals.are(["10.0.0.11", "10.0.0.12"]);
    await director.configure(SITE);
    await director.does("start");
    await becomes(ALL);
    await director.logs(/Set the kernel's timeouts of connections: tcp 600 s, tcp after a FIN 120 s, udp 120 s/);

    const shown = (await director.tool("ipvs")).stdout;
    match(shown, /^TCP {2}192\.0\.2\.10:80 wrr \[shop, .*www\]$/m);
    match(shown, /^ {2}-> 10\.0\.0\.11:80 +Masq +2 +\d+ +\d+ +up +200 OK/m);
    const { table } = (await director.status())!;
    deepStrictEqual([table.driver, table.inStep], ["netlink", true]);

    reals.stop("10.0.0.12");
    await becomes(LEFT);
    await director.host.run(`${program}.away`, "-C");
    await director.logs(/192\.0\.2\.10:80.*vanished|vanished.*192\.0\.2\.10:80/);
    await becomes(LEFT);
    match((await director.tool("doctor", "www")).stdout, /the table is read and changed by netlink/);
    await director.does("stop");
    await becomes("");
  } finally {
    await director.host.run("mv", `${program}.away`, program);
  }
});
