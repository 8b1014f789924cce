import { deepStrictEqual, match, ok } from "node:assert/strict";
import type { Facts } from "../../src/doctor/facts.ts";
import { examine, QUESTIONS } from "../../src/doctor/examine.ts";
import type { Finding } from "../../src/doctor/finding.ts";
import { decodeRules } from "../../src/ipvs/ipvsadm/rules.ts";
import type { IpAddress } from "../../src/model/address.ts";
import type { VirtualKey } from "../../src/model/table.ts";
import { model, pure, section } from "../config/fixture.ts";
import { saysFacts } from "../facts.ts";

const SITE = section("virtual = 192.0.2.10:80", "real = 10.0.0.1:80 masq", "service = http", "scheduler = wlc");

const SCTP_SITE = section(
  "virtual = 192.0.2.10:80",
  "real = 10.0.0.1:80 masq",
  "protocol = sctp",
  "scheduler = wlc",
);

const WITH_SCTP = { present: new Set(["ip_vs", "ip_vs_wlc"]), loadable: new Set(["sctp"]) };

/** A director in good order, its configuration included. */
const WELL: Facts = {
  configuration: {
    file: "/etc/ha.d/www",
    everybodyReads: [],
    problems: { error: 0, warning: 0 },
    model: model(SITE),
    running: true,
  },
  neighbours: [],
  release: "6.1.0-18-amd64",
  ipvsLoaded: true,
  modules: { present: new Set(["ip_vs", "ip_vs_wlc"]), loadable: new Set(["ip_vs", "ip_vs_wlc", "ip_vs_wrr"]) },
  driver: "netlink",
  ipvsadm: "/usr/sbin/ipvsadm",
  table: decodeRules("-A -t 192.0.2.10:80 -s wlc\n-a -t 192.0.2.10:80 -r 10.0.0.1:80 -m -w 1\n"),
  addresses: [
    { interface: "lo", address: "127.0.0.1" as IpAddress, prefix: 8 },
    { interface: "eth0", address: "192.0.2.10" as IpAddress, prefix: 24 },
    { interface: "eth1", address: "10.0.0.254" as IpAddress, prefix: 24 },
  ],
  interfaces: new Map([["lo", true], ["eth0", true], ["eth1", true], ["dummy1", false]]),
  birdc: true,
  sysctls: new Map([
    ["net.ipv4.ip_forward", "1"],
    ["net.ipv6.conf.all.disable_ipv6", "0"],
    ["net.ipv6.conf.all.forwarding", "0"],
    ["net.ipv4.vs.expire_quiescent_template", "1"],
    ["net.ipv4.vs.expire_nodest_conn", "1"],
    ["net.ipv4.vs.conntrack", "0"],
    ["net.ipv4.conf.all.rp_filter", "0"],
    ["net.ipv4.conf.eth0.rp_filter", "2"],
    ["net.ipv4.conf.all.send_redirects", "1"],
    ["net.ipv4.conf.eth0.send_redirects", "1"],
  ]),
  capabilities: 0x1ff_ffff_ffffn,
  helperUser: "nobody",
  openFiles: 1_048_576,
  keepers: [],
  sendmail: true,
  openssl: true,
};

/** The facts of another machine, with some settings and another configuration. */
function facts(change: Partial<Facts>, sysctls: Readonly<Record<string, string>> = {}, text = SITE): Facts {
  const configuration = { ...WELL.configuration!, model: model(text) };
  return { ...WELL, configuration, sysctls: new Map([...WELL.sysctls, ...Object.entries(sysctls)]), ...change };
}

/** What is not well, as `level question: what`. */
function complaints(given: Facts): readonly string[] {
  return examine(given).filter(({ level }) => level !== "ok").map(({ level, question, what }) =>
    `${level} ${question}: ${what}`
  );
}

pure("an address that is announced on an interface need not be on one", () => {
  const announced = facts({ addresses: [] }, {}, `${SITE}    announce = interface:eth0\n`);
  deepStrictEqual(complaints(announced), []);
});

pure("a director in good order has no finding", () => {
  deepStrictEqual(complaints(WELL), []);
  ok(examine(WELL).length >= 6);
});

const QUIET = "servicename = x";

const DATABASE = SITE.replace("service = http", 'service = mysql\n    login = "x"\n    request = "SELECT 1"');

/** The facts in what is said, and those of the machine. */
const ROWS: readonly (readonly [said: string, given: Facts])[] = [
  [
    "problem ipvs: … 6.1.0-18-amd64 … IPVS … module ip_vs …",
    facts({ ipvsLoaded: false, modules: { present: new Set(), loadable: new Set() } }),
  ],
  ["advice ipvs: … module ip_vs …", facts({ ipvsLoaded: false })],
  ["problem schedulers: … scheduler mh", facts({}, {}, SITE.replace("wlc", "mh"))],
  [
    "problem helper process: … user ldirectord … nobody …",
    facts({ helperUser: undefined }, {}, DATABASE),
  ],
  [
    "problem helper process: … root … nobody … CAP_SETUID … CAP_SETGID …",
    facts({ isRoot: true, capabilities: 0x1000n | 0x2000n }, {}, DATABASE),
  ],
  [
    "advice fallback flags: 192.0.2.10:80: sh … sh-fallback … real … weight 0",
    facts(
      { modules: { present: new Set(["ip_vs", "ip_vs_sh"]), loadable: new Set() } },
      {},
      SITE.replace("scheduler = wlc", "scheduler = sh\n    schedflags = sh-port"),
    ),
  ],
  ["problem announcing: … no interface dummy0 …", facts({}, {}, `${SITE}    announce = interface:dummy0\n`)],
  ["problem announcing: … dummy1 is down", facts({}, {}, `${SITE}    announce = interface:dummy1\n`)],
  [
    "advice announcing: … 5.14.0 … 5.18 …",
    facts({ release: "5.14.0" }, {}, `${SITE}    announce = interface:eth0\n`),
  ],
  ["problem announcing: … birdc …", facts({ birdc: false }, {}, `${SITE}    announce = birdfile:/run/x.conf\n`)],
  ["problem driver: … ipvsadm …", facts({ driver: "ipvsadm", ipvsadm: undefined })],
  ["problem permission: … CAP_NET_ADMIN …", facts({ capabilities: 0n })],
  ["problem permission: … table … because", facts({ table: "because" })],
  [
    "advice permission: … CAP_NET_RAW …",
    facts({ capabilities: 1n << 12n }, {}, SITE.replace("service = http", "checktype = ping")),
  ],
  [
    "advice configuration: /etc/ha.d/www … 2 warnings",
    facts({ configuration: { ...WELL.configuration!, problems: { error: 0, warning: 2 } } }),
  ],
  [
    "problem configuration: /etc/ha.d/www … 1 error …",
    facts({ configuration: { ...WELL.configuration!, problems: { error: 1, warning: 2 }, model: undefined } }),
  ],
  [
    "problem configuration: /etc/ha.d/www … passwords … tokens …",
    facts({ configuration: { ...WELL.configuration!, everybodyReads: ["/etc/ha.d/www"] } }),
  ],
  ["problem forwarding: net.ipv4.ip_forward … 0", facts({}, { "net.ipv4.ip_forward": "0" })],
  [
    "problem forwarding: net.ipv6.conf.all.forwarding … 0",
    facts(
      {
        addresses: [...WELL.addresses, { interface: "eth0", address: "2001:db8::9" as IpAddress, prefix: 64 }],
      },
      {},
      section("virtual6 = [2001:db8::9]:80", "real6 = [2001:db8:1::1]:80 masq", "scheduler = wlc"),
    ),
  ],
  [
    "problem ipv6: net.ipv6.conf.all.disable_ipv6 … 1 … virtual6 … IPv6",
    facts({}, { "net.ipv6.conf.all.disable_ipv6": "1" }, section("virtual6 = 7", "scheduler = wlc")),
  ],
  ["advice sctp: … module sctp …", facts({ modules: WITH_SCTP }, {}, SCTP_SITE)],
  ["problem sctp: … no SCTP … module …", facts({}, {}, SCTP_SITE)],
  [
    "problem sctp: IPVS … CONFIG_IP_VS_PROTO_SCTP …",
    facts({ ipvsHasSctp: false }, {}, SCTP_SITE.replace("protocol = sctp", "protocol = sctp\n    checktype = ping")),
  ],
  [
    "problem virtual-addresses: … virtual address 192.0.2.99 … interface",
    facts({}, {}, SITE.replace("192.0.2.10", "192.0.2.99")),
  ],
  [
    "advice virtual-addresses: … virtual address 192.0.2.10 … interface",
    facts({ addresses: [], configuration: { ...WELL.configuration!, running: false } }),
  ],
  [
    "advice rp-filter: rp_filter … strict (1) … eth0, eth1",
    facts({}, {
      "net.ipv4.conf.all.rp_filter": "1",
      "net.ipv4.conf.eth0.rp_filter": "0",
    }),
  ],
  [
    "problem send-redirects: send_redirects … eth0 … virtual … real … network",
    facts({ table: new Map() }, {}, SITE.replace("10.0.0.1:80", "192.0.2.11:80")),
  ],
  [
    "problem quiescent-persistent: net.ipv4.vs.expire_quiescent_template … 0 … 192.0.2.10:80 … persistent … quiescent",
    facts({}, { "net.ipv4.vs.expire_quiescent_template": "0" }, `${SITE}    persistent = 600\n`),
  ],
  [
    "advice removed-servers: net.ipv4.vs.expire_nodest_conn … 0 … 192.0.2.10:80 … real … quiescent = no …",
    facts({}, { "net.ipv4.vs.expire_nodest_conn": "0" }, SITE.replace("= yes", "= no")),
  ],
  [
    "problem conntrack: … table … 60000 … 65536",
    facts({}, {
      "net.netfilter.nf_conntrack_max": "65536",
      "net.netfilter.nf_conntrack_count": "60000",
      "net.ipv4.vs.conntrack": "1",
    }),
  ],
  [
    "advice conntrack: … IPVS … net.ipv4.vs.conntrack … 0 …",
    facts({}, { "net.netfilter.nf_conntrack_max": "65536", "net.netfilter.nf_conntrack_count": "6" }),
  ],
  [
    "advice table: … table … 10.0.0.9:80 … 192.0.2.10:80 … /etc/ha.d/www … list",
    facts({ table: decodeRules("-A -t 192.0.2.10:80 -s wlc\n-a -t 192.0.2.10:80 -r 10.0.0.9:80 -m -w 1\n") }),
  ],
  [
    "problem neighbours: 192.0.2.10:80 … /etc/ha.d/shop … daemon …",
    facts({ neighbours: [{ file: "/etc/ha.d/shop", virtuals: new Set(["tcp:192.0.2.10:80" as VirtualKey]) }] }),
  ],
  ["advice keepers: keepalived …", facts({ keepers: ["keepalived"] })],
  [
    "problem mail: … sendmail … 192.0.2.10:80 …",
    facts({ sendmail: false }, {}, `${SITE}    emailalert = a@b\n`),
  ],
  [
    "problem openssl: OpenSSL … TLS",
    facts({ openssl: false }, {}, SITE.replace("= http", "= https")),
  ],
  ["problem open-files: … 64 … 1 … 102", facts({ openFiles: 64 })],
];

pure("what is not as it should be is found, and nothing else", () => {
  for (const [said, given] of ROWS) saysFacts(complaints(given), [said], said);
});

pure("what does not concern the configuration is not complained of", () => {
  const gate = section("virtual = 192.0.2.10:80", "real = 10.0.0.1:80 gate", "scheduler = wlc", QUIET);
  deepStrictEqual(complaints(facts({ openssl: false, sendmail: false }, { "net.ipv4.ip_forward": "0" }, gate)), []);
  const none = facts({ configuration: undefined }, { "net.ipv4.ip_forward": "0" });
  deepStrictEqual(complaints(none), []);
});

pure("every question has rows here, and every problem says what to type", () => {
  const gate = facts({}, {}, SITE.replace("masq", "gate"));
  const found = [gate, ...ROWS.map(([, given]) => given)].flatMap(examine);
  deepStrictEqual([...new Set(found.map(({ question }) => question))].sort(), Object.keys(QUESTIONS).sort());
  const commandless = /^the table cannot be read/;
  for (const { level, what, commands } of found as readonly Finding[]) {
    if (level !== "ok" && !commandless.test(what)) ok(commands && commands.length > 0, what);
  }
});

pure("a setting is set now and for the next boot", () => {
  const [problem] = examine(facts({}, { "net.ipv4.ip_forward": "0" }));
  deepStrictEqual(problem.commands, [
    "sysctl -w net.ipv4.ip_forward=1",
    "echo 'net.ipv4.ip_forward = 1' >> /etc/sysctl.d/90-ldirectord.conf",
  ]);
  match(problem.why!, /connections hang/);
});

pure("a setting of IPVS is there at a boot only when its module is", () => {
  const given = facts({}, { "net.ipv4.vs.expire_nodest_conn": "0" }, SITE.replace("quiescent = yes", "quiescent = no"));
  const found = examine(given).find(({ question }) => question === "removed-servers");
  deepStrictEqual(found?.commands?.at(-1), "echo ip_vs > /etc/modules-load.d/ip_vs.conf");
});
