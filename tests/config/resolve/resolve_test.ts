import { deepStrictEqual, notStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Check } from "../../../src/model/check.ts";
import { checksOf, type RealServer, type VirtualService } from "../../../src/model/virtual_service.ts";
import { line, load, model, pure, section, virtual } from "../fixture.ts";

const HEAD = "virtual = 192.0.2.1:80";
const REAL = "real = 10.0.0.1:80 gate";

/** Problems of one section whose head stands in line 2. */
function said(head: string, ...body: readonly string[]): readonly string[] {
  return load(section(head, ...body)).problems.map(line);
}

/** The check of a section's first real server. */
function check(head: string, ...body: readonly string[]): Check {
  const [real] = virtual(head, ...body).reals.values();
  return checkOf(real);
}

function checkOf({ policy }: RealServer): Check {
  if (policy.kind !== "checked") throw new Error(`not checked: ${policy.kind}`);
  return policy.check;
}

/** Real servers as `destination method weight`, with the configured port where it is another. */
function reals({ reals }: VirtualService): readonly string[] {
  return [...reals.values()].map(({ key, destination, configuredPort }) => {
    const mapped = configuredPort === destination.port ? "" : ` (${configuredPort})`;
    return `${key} ${destination.forwarding} ${destination.weight}${mapped}`;
  });
}

pure("the head of a section gives the virtual service", () => {
  const rows: readonly (readonly [head: string, key: string, label: string, ...body: readonly string[]])[] = [
    ["virtual = 192.0.2.1:80", "tcp:192.0.2.1:80", "192.0.2.1:80"],
    ["virtual = 192.0.2.1:080", "tcp:192.0.2.1:80", "192.0.2.1:80"],
    ["virtual = vip.example:http", "tcp:192.0.2.1:80", "192.0.2.1:80"],
    ["virtual = 192.0.2.1:53", "udp:192.0.2.1:53", "192.0.2.1:53"],
    ["virtual = 192.0.2.1:domain", "udp:192.0.2.1:53", "192.0.2.1:53"],
    ["virtual = 192.0.2.1:53", "tcp:192.0.2.1:53", "192.0.2.1:53", "protocol = tcp"],
    ["virtual = 192.0.2.1:123", "udp:192.0.2.1:123", "192.0.2.1:123", "protocol = udp"],
    ["virtual = 192.0.2.1:0", "tcp:192.0.2.1:0", "192.0.2.1:0", "persistent = 60"],
    ["virtual = 7", "fwm:7", "7"],
    ["virtual = 7", "fwm:7", "7", "protocol = fwm"],
    ["virtual = 4294967295", "fwm:4294967295", "4294967295"],
    ["virtual6 = 7", "fwm6:7", "7 (IPv6)"],
    ["virtual6 = [2001:DB8:0::1]:80", "tcp:[2001:db8::1]:80", "[2001:db8::1]:80"],
    ["virtual6 = vip.example:80", "tcp:[2001:db8::1]:80", "[2001:db8::1]:80"],
  ];
  for (const [head, key, label, ...body] of rows) {
    const { key: found, label: shown, line } = virtual(head, ...body);
    deepStrictEqual([found, shown, line], [key, label, 2]);
  }
});

pure("what is wrong with a section's head or servers is an error at its place", () => {
  const rows: readonly (readonly [head: string, body: readonly string[], said: string])[] = [
    ["virtual = nosuch:80", [], "2:11+6 invalid address for virtual service: nosuch has no IPv4 address"],
    ["virtual = 192.0.2.1:nosuch", [], "2:21+6 invalid port (nosuch): /etc/services has no such name for tcp"],
    ["virtual = 0.0.0.0:80", [], "2:11+7 no client can connect to 0.0.0.0"],
    ["virtual = [::1]:80", [], "2:11+5 cannot specify an IPv6 address here"],
    ["virtual6 = 192.0.2.1:80", [], "2:12+9 cannot specify an IPv4 address here"],
    ["virtual = 7", ["protocol = tcp"], "3:16+3 protocol must be fwm if the virtual service is a fwmark (a number)"],
    [
      HEAD,
      ["protocol = fwm"],
      "3:16+3 protocol must be tcp or udp if the virtual service is an address and port",
    ],
    ["virtual = 192.0.2.1:0", ["service = http"], "2:11+11 port 0 (all ports) needs a persistent virtual service"],
    [HEAD, ["real6 = [::1]:80 gate"], '3:13+13 cannot specify "real6" here'],
    [HEAD, ["fallback6 = [::1]:80"], '3:17+8 cannot specify "fallback6" here'],
    ["virtual6 = [::1]:80", ["real = 10.0.0.1:80 gate"], '3:12+16 cannot specify "real" here'],
    [HEAD, ["real = [::1]:80 gate"], "3:12+5 cannot specify an IPv6 address here"],
    [HEAD, ["real = 10.0.0.1:nosuch gate"], "3:21+6 invalid port (nosuch): /etc/services has no such name for tcp"],
    [
      HEAD,
      ["real = 10.0.0.3->10.0.0.1:80 gate"],
      "3:12+18 Invalid Range: the range ends before it begins: write 10.0.0.1->10.0.0.3",
    ],
    [HEAD, ["real = 10.0.0.0->10.1.0.0:80 gate"], "3:12+18 Invalid Range: the range has more than 65536 addresses"],
    [HEAD, ["persistent = 5", "netmask = 24"], "4:15+2 invalid netmask: dotted quad notation is required"],
    [
      "virtual6 = [::1]:80",
      ["persistent = 5", "netmask = 255.255.255.0"],
      "4:15+13 invalid netmask: a prefix length is required for IPv6",
    ],
    [HEAD, ["schedflags = sh-port"], "3:18+7 sh-port is no flag of the scheduler wrr"],
    [HEAD, ["scheduler = sh", "schedflags = sh-port, flag-3"], "4:18+15 flag-3 is no flag of the scheduler sh"],
    [HEAD, ["service = mysql", 'request = "SELECT 1"'], "3:15+5 service mysql needs a login"],
    [HEAD, ["service = pgsql", "login = x"], "3:15+5 service pgsql needs a request"],
    [HEAD, ['receive = "a)"'], "3:17+1 invalid receive expression: Unmatched ) in regex"],
    [HEAD, ["receive = a)", "checktype = on"], "3:16+1 invalid receive expression: Unmatched ) in regex"],
    [HEAD, ["receive = ab**"], "3:18+1 invalid receive expression: Nested quantifiers in regex"],
    [
      HEAD,
      ['real = 10.0.0.1:80 gate 1 "x", "é(b"'],
      "3:38+2 invalid receive expression: Unmatched ( in regex",
    ],
  ];
  for (const [head, body, expected] of rows) {
    const { model, problems } = load(section(head, ...body));
    const errors = problems.filter(({ severity }) => severity === "error").map(line);
    deepStrictEqual([errors, model], [[`error ${expected}`], undefined]);
  }
});

pure("the rest of a section whose address is wrong is looked at as well", () => {
  const text = section("virtual = nosuch:80", "receive = (", "real = 10.0.0.1:nosuch gate") +
    section("virtual = nosuch:80").replace(/^.*\n/, "");
  deepStrictEqual(load(text).problems.map(line), [
    "error 2:11+6 invalid address for virtual service: nosuch has no IPv4 address",
    "error 3:15+1 invalid receive expression: Unmatched ( in regex",
    "error 4:21+6 invalid port (nosuch): /etc/services has no such name for tcp",
    "error 5:11+6 invalid address for virtual service: nosuch has no IPv4 address",
  ]);
});

pure("what is only doubtful is a warning, and the model is there", () => {
  const rows: readonly (readonly [head: string, body: readonly string[], said: string])[] = [
    [
      HEAD,
      ["real = 10.0.0.1:8080 gate"],
      "3:21+4 port 80 is used, that of the virtual service, and not 8080: gate does not map ports",
    ],
    [
      HEAD,
      ["real = 10.0.0.1:80 gate", "real = 10.0.0.1:80 masq 5"],
      "4:12+18 real server 10.0.0.1:80 is given twice: this one counts, the one at line 3 does not",
    ],
    [
      HEAD,
      ["real = nosuch:80 gate"],
      "3:12+6 real server nosuch has no IPv4 address: it is down until its name resolves",
    ],
    [
      HEAD,
      ["fallback = nosuch"],
      "3:16+6 fallback server nosuch has no IPv4 address: there is no fallback until its name resolves",
    ],
    [HEAD, ["netmask = 255.255.255.0"], "3:15+13 netmask has no effect without persistent"],
    [HEAD, ["ops = yes"], "3:11+3 ops is for udp: it has no effect here"],
    [
      "virtual = 7",
      [],
      "2:11+1 a firewall mark does not tell the service: the real servers are not checked and always in",
    ],
    [HEAD, ["service = none"], "3:15+4 with service none the real servers are not checked and always in"],
    [
      "virtual = 192.0.2.1:8888",
      [],
      "2:11+14 no service is known for this port: the real servers are not checked and always in",
    ],
    [HEAD, ["httpmethod = HEAD", "receive = OK"], "4:15+2 an answer to HEAD has no body that receive could match"],
    ["virtual = 192.0.2.1:53", [], "2:11+12 service dns needs a request: the name to ask for"],
    [
      "virtual = 7",
      ["real = 10.0.0.1 gate", "checktype = connect"],
      "4:17+7 no port is known to check: these real servers stay down",
    ],
  ];
  for (const [head, body, expected] of rows) {
    deepStrictEqual(said(head, ...body), [`warning ${expected}`]);
    ok(load(section(head, ...body)).model, head);
  }
});

pure("an unset quiescent is warned of once", () => {
  const text = "virtual = 192.0.2.1:80\nvirtual = 192.0.2.2:80\n";
  deepStrictEqual(load(text).problems.map(line), [
    "warning 1:11+12 quiescent is not set: it is yes, as the manual says; the old program did as if it were no",
  ]);
  deepStrictEqual(load("virtual = 192.0.2.1:80\n\tquiescent = no\n").problems, []);
});

pure("a port's name that only the other protocol has is told as such", () => {
  const hint = (head: string, ...body: readonly string[]) => load(section(head, ...body)).problems[0].hint;
  strictEqual(
    hint("virtual = 192.0.2.1:http", "protocol = udp", "checktype = on"),
    "it has one for tcp: write protocol = tcp, or the number of the port",
  );
  strictEqual(hint("virtual = 192.0.2.1:nosuch", "checktype = on"), "write the number of the port");
});

pure("what is given in words that cannot be read is wrong, and not missing", () => {
  const rows: Readonly<Record<string, string>> = {
    "quiescent = maybe\nvirtual = 192.0.2.1:80\n": `error 1:13+5 quiescent must be 'yes' or 'no', not "maybe"`,
    "quiscent = no\nvirtual = 192.0.2.1:80\n": 'error 1:1+8 Unknown command "quiscent"',
    [section(HEAD, "service = mysql", "login = a", 'request = "SELECT 1')]:
      "error 5:15+1 request: the closing quote is missing",
    [section(HEAD, "service = mysql", "login =", 'request = "SELECT 1"')]: "error 4:5+5 login needs a value",
    [section("virtual = 192.0.2.1:0", "persistent = 5m", "checktype = on")]:
      'error 3:18+2 persistent: not a whole number: "5m"',
    [section("virtual = 7", "checktype = conect")]:
      'error 3:17+6 checktype must be connect, negotiate, external, external-perl, ping, on, off or a number, not "conect"',
    [section(HEAD, "persistent = 5m", "netmask = 255.255.255.0")]: 'error 3:18+2 persistent: not a whole number: "5m"',
  };
  for (const [text, said] of Object.entries(rows)) deepStrictEqual(load(text).problems.map(line), [said], text);
});

pure("duplicate virtual services are an error that names both lines", () => {
  const text =
    "quiescent = no\nvirtual = 192.0.2.1:80\n\nvirtual = 192.0.2.1:80\n    protocol = udp\n    service = http\n" +
    "virtual = vip.example:http\n";
  deepStrictEqual(load(text).problems.map(line), [
    "error 7:11+16 duplicate virtual server: 192.0.2.1:80 is at line 2 already",
  ]);
});

pure("defaults are those of the manual", () => {
  const service = virtual(HEAD, REAL);
  deepStrictEqual(service.settings, {
    address: { kind: "tcp", address: "192.0.2.1", port: 80 },
    scheduler: "wrr",
    schedulerFlags: [],
    persistence: undefined,
    netmask: undefined,
    onePacket: false,
  });
  const { quiescent, readdQuiescent, cleanStop, failureCount, fallback, fallbackCommand, monitorFile } = service;
  deepStrictEqual(
    { quiescent, readdQuiescent, cleanStop, failureCount, fallback, fallbackCommand, monitorFile },
    {
      quiescent: true,
      readdQuiescent: false,
      cleanStop: true,
      failureCount: 1,
      fallback: undefined,
      fallbackCommand: undefined,
      monitorFile: undefined,
    },
  );
  deepStrictEqual(service.alerts, {
    to: [],
    from: undefined,
    planned: false,
    repeatEvery: 0,
    on: new Set(["starting", "running", "stopping", "reloading"]),
    smtp: undefined,
  });
  const { key: _, target, ...rest } = check(HEAD, REAL);
  deepStrictEqual(rest, {
    method: "negotiate",
    interval: 10,
    retryInterval: 10,
    checkTimeout: 5,
    negotiateTimeout: 30,
  });
  deepStrictEqual(target, {
    address: "10.0.0.1",
    port: 80,
    transport: "tcp",
    origin: undefined,
    service: "http",
    request: undefined,
    requestIsOwn: false,
    receive: undefined,
    httpMethod: "GET",
    dnsType: undefined,
    requestHeaders: undefined,
    requestBody: undefined,
    expectStatus: undefined,
    virtualHost: undefined,
    login: undefined,
    passwd: undefined,
    database: undefined,
    secret: undefined,
    pingCount: 1,
    tlsVerify: false,
    startTls: false,
    tlsServerName: undefined,
    tlsCaFile: undefined,
    tlsClient: undefined,
    certExpiryWarn: 0,
    dynamicWeight: false,
    command: [],
    commandArguments: [],
  });
  const { file, autoReload, callback, execute, logFile, supervised, maintenanceDir, checkInterval } = model("");
  deepStrictEqual(
    { file, autoReload, callback, execute, logFile, supervised, maintenanceDir, checkInterval },
    {
      file: "/etc/ha.d/test.cf",
      autoReload: false,
      callback: undefined,
      execute: [],
      logFile: "/var/log/ldirectord.log",
      supervised: false,
      maintenanceDir: undefined,
      checkInterval: 10,
    },
  );
});

pure("timeouts come from the nearest of four settings", () => {
  const rows: readonly (readonly [globals: string, own: string, check: number, negotiate: number])[] = [
    ["", "", 5, 30],
    ["checktimeout=1", "", 1, 1],
    ["negotiatetimeout=2", "", 2, 2],
    ["checktimeout=1 negotiatetimeout=2", "", 1, 2],
    ["checktimeout=1 negotiatetimeout=2", "checktimeout=3", 3, 3],
    ["checktimeout=1 negotiatetimeout=2", "negotiatetimeout=4", 4, 4],
    ["checktimeout=1 negotiatetimeout=2", "checktimeout=3 negotiatetimeout=4", 3, 4],
    ["", "checktimeout=3", 3, 3],
  ];
  for (const [globals, own, checkTimeout, negotiateTimeout] of rows) {
    const text = [
      ...globals.split(" "),
      "quiescent=yes",
      HEAD,
      `\t${REAL}`,
      ...own.split(" ").filter(Boolean).map((each) => `\t${each}`),
    ].join("\n");
    const [{ reals }] = model(text).virtuals.values();
    const found = checkOf([...reals.values()][0]);
    deepStrictEqual(
      [found.checkTimeout, found.negotiateTimeout],
      [checkTimeout, negotiateTimeout],
      `${globals} | ${own}`,
    );
  }
});

pure("a section's setting hides the global one, wherever the global one stands", () => {
  const text = `${HEAD}
    real = 10.0.0.1:80 gate
virtual = 192.0.2.2:80
    real = 10.0.0.1:80 gate
    checkinterval = 2
    failurecount = 2
    checkcount = 2
    quiescent = yes
    cleanstop = yes
    tlsverify = no
    fallback = 10.0.0.9:80 masq
    fallbackcommand = /own
    emailalert = own@b
    emailalertfreq = 2
    emailalertstatus = none
    smtp = own
    smtpuser = joe
    smtptls = no
    notify = /own/tell -v
checkinterval = 3
failurecount = 3
checkcount = 3
quiescent = no
readdquiescent = yes
cleanstop = no
tlsverify = yes
fallback = 127.0.0.1
fallbackcommand = /global
emailalert = global@b
emailalertfreq = 3
emailalertstatus = running
emailalertfrom = from@b
smtp = global
smtpuser = jim
smtppasswd = hunter2
smtptls = yes
notify = https://chat.example.org/hooks/hunter2
`;
  const summary = (service: VirtualService) => {
    const { interval, target } = checkOf([...service.reals.values()][0]);
    const { quiescent, readdQuiescent, cleanStop, failureCount, fallback, fallbackCommand, alerts, notify } = service;
    return [
      [interval, target.pingCount, target.tlsVerify],
      [
        quiescent,
        readdQuiescent,
        cleanStop,
        failureCount,
        fallback?.key,
        fallback?.destination.forwarding,
        fallbackCommand,
      ],
      [
        alerts.to,
        alerts.repeatEvery,
        [...alerts.on],
        alerts.from,
        alerts.smtp?.host,
        alerts.smtp?.tls,
        alerts.smtp?.login?.user,
      ],
      notify?.kind === "webhook" ? notify.url.reveal() : notify?.argv,
    ];
  };
  const [first, second] = [...model(text).virtuals.values()].map(summary);
  deepStrictEqual(first, [
    [3, 3, true],
    [false, true, false, 3, "127.0.0.1:80", "gate", ["/global"]],
    [["global@b"], 3, ["running"], "from@b", "global", "yes", "jim"],
    "https://chat.example.org/hooks/hunter2",
  ]);
  deepStrictEqual(second, [
    [2, 2, false],
    [true, true, true, 2, "10.0.0.9:80", "masq", ["/own"]],
    [["own@b"], 2, [], "from@b", "own", "no", "joe"],
    ["/own/tell", "-v"],
  ]);
});

pure("the service follows from the virtual service's port", () => {
  const rows: Readonly<Record<number, string>> = {
    21: "ftp",
    25: "smtp",
    80: "http",
    110: "pop",
    119: "nntp",
    143: "imap",
    389: "ldap",
    443: "https",
    587: "submission",
    636: "ldaps",
    993: "imaps",
    995: "pops",
    1812: "radius",
    3128: "http_proxy",
    5060: "sip",
  };
  for (const [port, service] of Object.entries(rows)) {
    strictEqual(check(`virtual = 192.0.2.1:${port}`, "real = 10.0.0.1 gate").target.service, service);
  }
  for (const [port, service] of [[1521, "oracle"], [3306, "mysql"], [5432, "pgsql"]]) {
    const { target } = check(`virtual = 192.0.2.1:${port}`, "real = 10.0.0.1 gate", "login = x", "request = x");
    strictEqual(target.service, service);
  }
  strictEqual(check("virtual = 192.0.2.1:53", "real = 10.0.0.1 gate", "request = x").target.service, "dns");
});

pure("the check type and the service decide the method", () => {
  const rows: readonly (readonly [head: string, body: readonly string[], policy: string])[] = [
    [HEAD, [], "negotiate"],
    [HEAD, ["checktype = connect"], "connect"],
    [HEAD, ["checktype = ping"], "ping"],
    [HEAD, ["checktype = external"], "external"],
    [HEAD, ["checktype = external-perl"], "external-perl"],
    [HEAD, ["checktype = 3"], "negotiate every 4th"],
    [HEAD, ["checktype = 3", "service = none"], "connect"],
    [HEAD, ["checktype = connect", "service = none"], "connect"],
    [HEAD, ["checktype = on"], "on"],
    [HEAD, ["checktype = off"], "off"],
    [HEAD, ["service = none"], "on"],
    ["virtual = 192.0.2.1:8888", [], "on"],
    ["virtual = 7", [], "on"],
  ];
  for (const [head, body, expected] of rows) {
    const [{ policy }] = virtual(head, "real = 10.0.0.1:80 gate", ...body).reals.values();
    const found = policy.kind !== "checked" ? policy.kind : policy.check.method +
      (policy.check.connectsPerNegotiate ? ` every ${policy.check.connectsPerNegotiate + 1}th` : "");
    strictEqual(found, expected, `${head} ${body}`);
  }
});

pure("checktype = 0 negotiates in every check, as the old program did", () => {
  const body = ["service = http", "checktype = 0", "real = 10.0.0.1:80 gate"];
  deepStrictEqual(said(HEAD, ...body), ["warning 4:17+1 with checktype 0 every check negotiates"]);
  const [{ policy }] = virtual(HEAD, ...body).reals.values();
  deepStrictEqual(policy.kind === "checked" && [policy.check.method, policy.check.connectsPerNegotiate], [
    "negotiate",
    undefined,
  ]);
});

pure("the port that is checked", () => {
  const rows: readonly (readonly [head: string, body: readonly string[], port: number])[] = [
    [HEAD, ["real = 10.0.0.1:8080 masq"], 8080],
    [HEAD, ["real = 10.0.0.1:8080 gate"], 8080],
    [HEAD, ["real = 10.0.0.1:8080 masq", "checkport = 81"], 81],
    ["virtual = 192.0.2.1:8080", ["real = 10.0.0.1 masq", "service = http"], 8080],
    ["virtual = 7", ["real = 10.0.0.1 gate", "service = http"], 80],
    ["virtual = 7", ["real = 10.0.0.1:8080 gate", "service = http"], 8080],
    ["virtual = 7", ["real = 10.0.0.1:http gate", "service = https"], 80],
    ["virtual = 7", ["real = 10.0.0.1 gate", "service = submission"], 587],
    ["virtual = 7", ["real = 10.0.0.1 gate", "checktype = ping"], 0],
  ];
  for (const [head, body, port] of rows) strictEqual(check(head, ...body).target.port, port, `${head} ${body}`);
});

pure("the protocol that is checked", () => {
  const rows: readonly (readonly [head: string, service: string, protocol: string, transport: string])[] = [
    ["virtual = 192.0.2.1:53", "dns", "", "udp"],
    ["virtual = 192.0.2.1:53", "dns", "protocol = tcp", "tcp"],
    ["virtual = 192.0.2.1:5060", "sip", "", "tcp"],
    ["virtual = 192.0.2.1:5060", "sip", "protocol = udp", "udp"],
    ["virtual = 192.0.2.1:1812", "radius", "", "udp"],
    ["virtual = 7", "dns", "", "udp"],
    ["virtual = 7", "http", "", "tcp"],
  ];
  for (const [head, service, protocol, transport] of rows) {
    const body = ["real = 10.0.0.1 gate", `service = ${service}`, "request = x", ...protocol ? [protocol] : []];
    strictEqual(check(head, ...body).target.transport, transport, `${head} ${service} ${protocol}`);
  }
});

pure("the kernel's port is the configured one only where it maps ports", () => {
  const rows: readonly (readonly [head: string, real: string, expected: string])[] = [
    [HEAD, "10.0.0.1:80 gate 5", "10.0.0.1:80 gate 5"],
    [HEAD, "10.0.0.1:8080 gate", "10.0.0.1:80 gate 1 (8080)"],
    [HEAD, "10.0.0.1:8080 ipip", "10.0.0.1:80 ipip 1 (8080)"],
    [HEAD, "10.0.0.1:8080 masq", "10.0.0.1:8080 masq 1"],
    [HEAD, "127.0.0.2:8080 masq", "127.0.0.2:8080 masq 1"],
    [HEAD, "10.0.0.1 gate", "10.0.0.1:80 gate 1 (0)"],
    [HEAD, "10.0.0.1 masq", "10.0.0.1:0 masq 1"],
    ["virtual = 7", "10.0.0.1 gate", "10.0.0.1:0 gate 1"],
    ["virtual = 7", "10.0.0.1:8080 gate", "10.0.0.1:8080 gate 1"],
  ];
  for (const [head, real, expected] of rows) deepStrictEqual(reals(virtual(head, `real = ${real}`)), [expected]);
});

pure("a range names each address of it", () => {
  deepStrictEqual(reals(virtual(HEAD, "real = 59.154.201.255->59.154.202.1:81 masq 3")), [
    "59.154.201.255:81 masq 3",
    "59.154.202.0:81 masq 3",
    "59.154.202.1:81 masq 3",
  ]);
  deepStrictEqual(reals(virtual(HEAD, "real = web1->web-3:80 gate")), [
    "10.0.0.1:80 gate 1",
    "10.0.0.2:80 gate 1",
    "10.0.0.3:80 gate 1",
  ]);
  deepStrictEqual(reals(virtual("virtual6 = [::1]:80", "real6 = [2001:db8::ffff]->[2001:db8::1:0]:80 masq")), [
    "[2001:db8::ffff]:80 masq 1",
    "[2001:db8::1:0]:80 masq 1",
  ]);
  strictEqual(virtual(HEAD, "real = 10.0.0.0->10.0.255.255:80 gate").reals.size, 65_536);
});

pure("so many ranges that no memory would hold them are an error, and not the end", () => {
  const range = "real = 10.0.0.0->10.0.255.255:80 gate";
  const { model, problems } = load(section(HEAD, ...Array.from({ length: 2000 }, () => range)));
  strictEqual(model, undefined);
  ok(problems.some(({ line, text }) => line === 10 && text.startsWith("there are more than 500000 real servers")));
});

pure("thresholds are the destination's", () => {
  const [{ destination }] = virtual(HEAD, "real = 10.0.0.1:80 gate 5 l:3 u:7").reals.values();
  deepStrictEqual(destination, {
    address: "10.0.0.1",
    port: 80,
    forwarding: "gate",
    weight: 5,
    upperThreshold: 7,
    lowerThreshold: 3,
  });
});

pure("a real server's own request and receive replace those of the section, even when empty", () => {
  const section = ["request = /section", "receive = SECTION"];
  const rows: readonly (readonly [real: string, request: string | undefined, receive: string | undefined])[] = [
    ["real = 10.0.0.1:80 gate", "/section", "SECTION"],
    ['real = 10.0.0.1:80 gate "/own", "OWN"', "/own", "OWN"],
    ['real = 10.0.0.1:80 gate "", "OWN"', undefined, "OWN"],
    ['real = 10.0.0.1:80 gate "/own", ""', "/own", undefined],
  ];
  for (const [real, request, receive] of rows) {
    const { target } = check(HEAD, real, ...section);
    deepStrictEqual([target.request, target.receive?.source], [request, receive], real);
  }
});

pure("only a real server's own URL says where to ask", () => {
  const rows: readonly (readonly [real: string, isOwn: boolean])[] = [
    ["real = 10.0.0.1:80 gate", false],
    ['real = 10.0.0.1:80 gate "/own", "OWN"', false],
    ['real = 10.0.0.1:80 gate "http://10.0.0.9:81/", "OWN"', true],
    ['real = 10.0.0.1:80 gate "HTTPS://10.0.0.9", ""', true],
  ];
  for (const [real, isOwn] of rows) {
    strictEqual(check(HEAD, real, "request = http://www.example.com/").target.requestIsOwn, isOwn, real);
  }
});

pure("everything a check may need reaches its target", () => {
  const { target } = check(
    HEAD,
    REAL,
    "httpmethod = head",
    'virtualhost = "www"',
    'login = "me"',
    'passwd = "pw"',
    'database = "db"',
    'secret = "sec"',
    "checkcount = 4",
  );
  deepStrictEqual(
    [target.httpMethod, target.virtualHost, target.login, target.passwd?.reveal(), target.database],
    ["HEAD", "www", "me", "pw", "db"],
  );
  deepStrictEqual([target.secret?.reveal(), target.pingCount], ["sec", 4]);
  const empty = check(HEAD, REAL, 'login = ""', 'passwd = ""', 'request = ""', 'receive = ""').target;
  deepStrictEqual([empty.login, empty.passwd, empty.request, empty.receive], [
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

pure("checkip: checks and the agent go to that address, clients and the kernel's table to the server's own", () => {
  const lines = ["service = http", "alsocheck = smtp:25", "agentport = 8888"];
  const rows: readonly (readonly [head: string, real: string, expected: readonly string[]])[] = [
    [HEAD, "real = 10.0.0.1:80 gate checkip:192.168.0.1", ["10.0.0.1:80 at 192.168.0.1"]],
    [HEAD, "real = 10.0.0.1:80 gate checkip:[2001:db8::1]", ["10.0.0.1:80 at 2001:db8::1"]],
    [HEAD, "real = 10.0.0.8->10.0.0.9:80 gate checkip:192.168.0.255->192.168.1.0", [
      "10.0.0.8:80 at 192.168.0.255",
      "10.0.0.9:80 at 192.168.1.0",
    ]],
    ["virtual6 = [2001:db8::1]:80", "real6 = [2001:db8::2]:80 gate checkip:10.1.0.2", ["[2001:db8::2]:80 at 10.1.0.2"]],
  ];
  for (const [head, real, expected] of rows) {
    const found = [...virtual(head, real, ...lines).reals.values()].map(({ key, policy }) => {
      const addresses = new Set(checksOf(policy).map(({ target }) => target.address));
      return `${key} at ${[...addresses].join(" and ")}`;
    });
    deepStrictEqual(found, expected);
  }
});

pure("checkmark: each real server's checks have their own mark, or else that of the section", () => {
  const { reals } = virtual(
    HEAD,
    "real = 10.0.0.1:80 gate checkip:192.0.2.1 checkmark:11",
    "real = 10.0.0.2:80 gate checkip:192.0.2.1 checkmark:12",
    "real = 10.0.0.3:80 gate",
    "service = http",
    "alsocheck = smtp:25",
    "agentport = 8888",
    "bindto = 10.0.0.254",
    "checkmark = 7",
  );
  const found = [...reals.values()].map(({ policy }) => checksOf(policy).map(({ target }) => target.origin));
  const from = (mark: number) => Array(3).fill({ address: "10.0.0.254", mark });
  deepStrictEqual(found, [from(11), from(12), from(7)]);
  const keys = [...reals.values()].flatMap(({ policy }) => checksOf(policy).map(({ key }) => key));
  strictEqual(new Set(keys).size, 9, "no two of them are the same check");
});

pure("checkip: a range needs as many addresses, and a command knows the server by its own", () => {
  deepStrictEqual(said(HEAD, "real = 10.0.0.1->10.0.0.3:80 gate checkip:10.1.0.1", "service = http"), [
    "error 3:47+8 checkip has 1 of the 3 addresses that are needed",
  ]);
  deepStrictEqual(said(HEAD, "real = 10.0.0.1:80 gate checkip:10.1.0.9->10.1.0.1", "service = http"), [
    "error 3:37+18 Invalid Range: the range ends before it begins: write 10.1.0.1->10.1.0.9",
  ]);
  const external = ["real = 10.0.0.1:80 gate checkip:10.1.0.1", "checktype = external"];
  deepStrictEqual(said(HEAD, ...external), ["warning 3:37+8 checkip has no effect with checktype external"]);
  deepStrictEqual(check(HEAD, ...external).target.commandArguments, ["192.0.2.1", "80", "10.0.0.1", "80"]);
});

pure("an external command is told of the virtual and the real server", () => {
  const body = ["checktype = external", 'checkcommand = "/bin/check -w 5"', "checkport = 99"];
  const rows: readonly (readonly [head: string, real: string, args: readonly string[]])[] = [
    [HEAD, "10.0.0.1:8080 masq", ["192.0.2.1", "80", "10.0.0.1", "8080"]],
    [HEAD, "10.0.0.1 gate", ["192.0.2.1", "80", "10.0.0.1", "80"]],
    ["virtual = 7", "10.0.0.1 gate", ["7", "0", "10.0.0.1", "0"]],
    ["virtual = 7", "10.0.0.1:81 gate", ["7", "0", "10.0.0.1", "81"]],
  ];
  for (const [head, real, args] of rows) {
    const { target } = check(head, `real = ${real}`, ...body);
    deepStrictEqual([target.command, target.commandArguments], [["/bin/check", "-w", "5"], args]);
  }
  deepStrictEqual(check(HEAD, REAL, "checktype = external").target.command, ["/bin/true"]);
});

pure("checks with the same parameters are one check, with others they are not", () => {
  const twice = (first: readonly string[], second: readonly string[], second_head = "virtual = 192.0.2.2:80") => {
    const text = `${section(HEAD, REAL, ...first)}${section(second_head, REAL, ...second).replace(/^.*\n/, "")}`;
    return [...model(text).virtuals.values()].map(({ reals }) => checkOf([...reals.values()][0]));
  };
  const [one, same] = twice(["checktimeout = 3", "passwd = x"], ["checktimeout = 3", "passwd = x"]);
  strictEqual(one, same);
  for (
    const other of [
      "checktype = connect",
      "checktype = 3",
      "checkinterval = 11",
      "checktimeout = 4",
      "negotiatetimeout = 31",
      "service = https",
      "request = /x",
      "receive = x",
      "httpmethod = HEAD",
      "virtualhost = x",
      "login = x",
      "passwd = x",
      "database = x",
      "secret = x",
      "checkport = 81",
      "checkcount = 2",
      "tlsverify = yes",
      "protocol = udp",
    ]
  ) {
    const [one, another] = twice([], [other]);
    notStrictEqual(one.key, another.key, other);
  }
  const [a, b] = twice(["passwd = a"], ["passwd = b"]);
  notStrictEqual(a.key, b.key);
  const [c, d] = twice(["checktype = external"], ["checktype = external"]);
  notStrictEqual(c.key, d.key, "an external check is told of its virtual service");
  const [e, f] = twice(["failurecount = 1"], ["failurecount = 3"]);
  strictEqual(e, f, "the failure count is each virtual service's own");
});

pure("a check's key tells no secret, and is the same at the next load", () => {
  const body = [REAL, 'passwd = "hunter2"', 'secret = "hunter3"'];
  const { key } = check(HEAD, ...body);
  ok(!/hunter/.test(key), key);
  strictEqual(check(HEAD, ...body).key, key);
  notStrictEqual(check(HEAD, REAL, 'passwd = "hunter3"', 'secret = "hunter2"').key, key);
});

pure("a global fallback serves the sections of its family", () => {
  const text = `quiescent = no
fallback = 127.0.0.1 masq
fallback6 = [::1]:8080 masq
virtual = 192.0.2.1:80
virtual = 7
    checktype = on
virtual6 = [2001:db8::1]:80
virtual6 = 7
    checktype = on
`;
  const fallbacks = [...model(text).virtuals.values()].map(({ key, fallback }) => [
    key,
    fallback?.key,
    fallback?.destination.forwarding,
    fallback?.destination.weight,
  ]);
  deepStrictEqual(fallbacks, [
    ["tcp:192.0.2.1:80", "127.0.0.1:80", "masq", 1],
    ["fwm:7", "127.0.0.1:0", "masq", 1],
    ["tcp:[2001:db8::1]:80", "[::1]:8080", "masq", 1],
    ["fwm6:7", "[::1]:8080", "masq", 1],
  ]);
});

pure("a fallback's port is the virtual service's own unless masq maps it", () => {
  const rows: readonly (readonly [head: string, fallback: string, key: string])[] = [
    [HEAD, "10.0.0.9", "10.0.0.9:80"],
    [HEAD, "10.0.0.9:81", "10.0.0.9:80"],
    [HEAD, "10.0.0.9:81 masq", "10.0.0.9:81"],
    [HEAD, "10.0.0.9 masq", "10.0.0.9:80"],
    [HEAD, "127.0.0.1:81 masq", "127.0.0.1:81"],
    ["virtual = 7", "10.0.0.9", "10.0.0.9:0"],
    ["virtual = 7", "10.0.0.9:81", "10.0.0.9:81"],
  ];
  for (const [head, fallback, key] of rows) {
    strictEqual(virtual(head, `fallback = ${fallback}`, "checktype = on").fallback?.key, key, `${head} ${fallback}`);
  }
});

pure("of a name with several addresses those are named that are not used", () => {
  const text = section("virtual = 10.0.0.9:80", "real = many:80 gate", "real = many:81 masq", "checktype = connect");
  const { problems } = load(text);
  deepStrictEqual(problems.map(({ text, hint }) => [text, hint]).filter(([text]) => text!.includes("many")), [
    [
      "many is 10.0.0.5 here, and its further addresses are not used: 10.0.0.6, 10.0.0.7",
      "write a line for each address",
    ],
  ]);
});

pure("names that do not resolve are kept for another look-up", () => {
  const text = section("virtual = vip.example:80", "real = nosuch:80 gate", "real = web1:80 gate", "fallback = gone");
  const { unresolved, hostNames, virtuals } = model(text);
  deepStrictEqual(unresolved, [
    { virtual: "tcp:192.0.2.1:80", host: "nosuch", line: 3 },
    { virtual: "tcp:192.0.2.1:80", host: "gone", line: 5 },
  ]);
  deepStrictEqual([...hostNames], [["192.0.2.1", ["vip.example"]], ["10.0.0.1", ["web1"]]]);
  const [service] = virtuals.values();
  deepStrictEqual(reals(service), ["10.0.0.1:80 gate 1"]);
});

pure("scheduling is as the kernel will print it", () => {
  const rows: readonly (readonly [body: readonly string[], flags: readonly string[]])[] = [
    [["scheduler = sh", "schedflags = sh-port,sh-fallback"], ["sh-fallback", "sh-port"]],
    [["scheduler = sh", "schedflags = flag-2,sh-port"], ["sh-port"]],
    [["scheduler = mh", "schedflags = flag-1"], ["mh-fallback"]],
    [["scheduler = sh"], ["sh-fallback"]],
    [["scheduler = mh"], ["mh-fallback"]],
    [["scheduler = sh", "schedflags = sh-port"], ["sh-port"]],
    [["scheduler = dh"], []],
    [["schedflags = flag-2, flag-1"], ["flag-1", "flag-2"]],
  ];
  for (const [body, flags] of rows) deepStrictEqual(virtual(HEAD, ...body).settings.schedulerFlags, flags);
  const { settings } = virtual("virtual6 = [::1]:80", "persistent = 9", "netmask = 64", "scheduler = lc");
  deepStrictEqual([settings.persistence, settings.netmask, settings.scheduler], [9, "64", "lc"]);
  strictEqual(virtual(HEAD, "persistent = 9", "netmask = 255.255.0.0").settings.netmask, "255.255.0.0");
  strictEqual(virtual(HEAD, "protocol = udp", "ops = yes").settings.onePacket, true);
  strictEqual(virtual("virtual = 7", "ops = yes", "checktype = on").settings.onePacket, true);
});

pure("what alert mails and the monitor say of a section", () => {
  const service = virtual(HEAD, "servicename = the shop", 'comment = "call Jo"', "monitorfile = /var/log/m");
  deepStrictEqual([service.serviceName, service.comment, service.monitorFile], ["the shop", "call Jo", "/var/log/m"]);
});

pure("global settings reach the model", () => {
  const { autoReload, callback, execute, logFile, supervised, maintenanceDir, checkInterval } = model(
    'autoreload = yes\ncallback = "/usr/local/sbin/lb_sync.sh"\nexecute = a\nlogfile = local0\nsupervised = yes\n' +
      "maintenancedir = /etc/ha.d/down\ncheckinterval = 7\nfork = yes\n",
  );
  deepStrictEqual(
    [autoReload, callback, execute, logFile, supervised, maintenanceDir, checkInterval],
    [true, "/usr/local/sbin/lb_sync.sh", ["a"], "local0", true, "/etc/ha.d/down", 7],
  );
});

pure("a configuration does not execute itself, by whatever path", () => {
  const { model, problems } = load("execute = a\nexecute = test.cf\nexecute = /elsewhere/test.cf\n");
  deepStrictEqual(model?.execute, ["a"]);
  deepStrictEqual(problems.map(line), [
    "warning 2:11+7 test.cf is this configuration itself: execute starts further ones",
    "warning 3:11+18 /elsewhere/test.cf is this configuration itself: execute starts further ones",
  ]);
});

pure("syncdaemon says which of the kernel's sync threads run, and needs an interface", () => {
  const rows: [text: string, daemons: string][] = [
    ["", ""],
    ["syncdaemon = off\nsyncinterface = eth0\n", ""],
    ["syncdaemon = master\nsyncinterface = eth0\n", "master eth0 0"],
    ["syncdaemon = backup\nsyncinterface = bond0.7\nsyncid = 255\n", "backup bond0.7 255"],
    ["syncdaemon = both\nsyncinterface = eth0\nsyncid = 3\n", "master eth0 3, backup eth0 3"],
  ];
  for (const [text, daemons] of rows) {
    const told = model(text).syncDaemons.map(({ role, interface: mcast, id }) => `${role} ${mcast} ${id}`);
    strictEqual(told.join(", "), daemons, text);
  }
  deepStrictEqual(load("quiescent = yes\nsyncdaemon = both\n").problems.map(line), [
    "error 2:14+4 syncdaemon needs syncinterface",
  ]);
});

pure("ipvsdriver and ipvstimeouts reach the model; what they cannot be is said", () => {
  strictEqual(model("ipvsdriver = auto\n").ipvsDriver, undefined);
  strictEqual(model("ipvsdriver = ipvsadm\n").ipvsDriver, "ipvsadm");
  deepStrictEqual(model("ipvstimeouts = 900 0 300\n").ipvsTimeouts, { tcp: 900, tcpFin: 0, udp: 300 });
  for (
    const wrong of ["ipvsdriver = perl", "ipvstimeouts = 900", "ipvstimeouts = 1 2 2147484", "ipvstimeouts = 1 2 -3"]
  ) {
    strictEqual(load(`${wrong}\n`).problems.some(({ severity }) => severity === "error"), true, wrong);
  }
});

pure("a request's headers and body, and the statuses that pass, reach the check; two bodies are two checks", () => {
  const section = (port: number, body: string) =>
    `virtual = 192.0.2.1:${port}\n    real = 10.0.0.1:80 masq\n    service = http\n    httpmethod = POST\n` +
    `    requestbody = "${body}"\n    requestheader = "Authorization: Bearer hunter2"\n    expectstatus = 200,401\n`;
  const { virtuals } = model(section(80, "ä") + section(81, "b") + section(82, "b"));
  const checks = [...virtuals.values()].map(({ reals }) => {
    const [{ policy }] = reals.values();
    return policy.kind === "checked" ? policy.check : undefined;
  });
  const target = checks[0]!.target;
  strictEqual(target.requestBody, "\u00c3\u00a4");
  deepStrictEqual(target.requestHeaders?.map(({ name, value }) => [name, value.reveal()]), [
    ["Authorization", "Bearer hunter2"],
  ]);
  deepStrictEqual(target.expectStatus, [{ from: 200, to: 200 }, { from: 401, to: 401 }]);
  strictEqual(checks[0]!.key === checks[1]!.key, false);
  strictEqual(checks[1], checks[2]);
  strictEqual(checks[0]!.key.includes("hunter2"), false);
});

pure(
  "alsocheck adds checks that share the section's settings, and the real servers of a section share none of each other's",
  () => {
    const { virtuals } = model(
      "virtual = 192.0.2.1:8080\n    real = 10.0.0.1:8081 masq\n    real = 10.0.0.2:8081 masq\n    service = http\n" +
        '    login = "joe"\n    alsocheck = smtp\n    alsocheck = connect\n    alsocheck = http:9000 "/health", "OK"\n',
    );
    const [{ reals }] = virtuals.values();
    const summary = [...reals.values()].map(({ policy }) =>
      checksOf(policy).map(({ method, target }) =>
        [method, target.service, target.address, target.port, target.request, target.receive?.source, target.login]
          .join(" ")
      )
    );
    const of = (address: string) => [
      `negotiate http ${address} 8081   joe`,
      `negotiate smtp ${address} 25   joe`,
      `connect none ${address} 8081   joe`,
      `negotiate http ${address} 9000 /health OK joe`,
    ];
    deepStrictEqual(summary, [of("10.0.0.1"), of("10.0.0.2")]);
  },
);

pure("alsocheck where nothing is checked is an error", () => {
  deepStrictEqual(said("virtual = 192.0.2.1:80", "real = 10.0.0.1:80 masq", "checktype = on", "alsocheck = smtp"), [
    "error 5:17+4 alsocheck needs a check that it is added to",
  ]);
});

pure("a section's client certificate does not go with a global key; each setting makes another check", () => {
  const text = "tlscertfile = /all.pem\ntlskeyfile = /all.key\ncertexpirywarn = 7\n" +
    "virtual = 192.0.2.1:443\n    real = 10.0.0.1:443 masq\n    tlsservername = www.example.org\n" +
    "virtual = 192.0.2.2:443\n    real = 10.0.0.1:443 masq\n    tlscertfile = /own.pem\n    certexpirywarn = 0\n" +
    "virtual = 192.0.2.3:443\n    real = 10.0.0.1:443 masq\n    tlsverify = yes\n    tlscafile = /ca.pem\n";
  const targets = [...model(text).virtuals.values()].map(({ reals }) => checksOf([...reals.values()][0].policy)[0]);
  deepStrictEqual(
    targets.map(({ target }) => [target.tlsServerName, target.tlsCaFile, target.tlsClient, target.certExpiryWarn]),
    [
      ["www.example.org", undefined, { certFile: "/all.pem", keyFile: "/all.key" }, 7],
      [undefined, undefined, { certFile: "/own.pem", keyFile: "/own.pem" }, 0],
      [undefined, "/ca.pem", { certFile: "/all.pem", keyFile: "/all.key" }, 7],
    ],
  );
  strictEqual(new Set(targets.map(({ key }) => key)).size, 3);
});

pure("a login at the mail server is a user and a password", () => {
  const head = ["virtual = 192.0.2.1:80", "real = 10.0.0.1:80 masq", "smtp = mail"] as const;
  deepStrictEqual(said(...head, "smtpuser = lb"), [
    "error 5:16+2 smtpuser has no effect without smtppasswd",
  ]);
  deepStrictEqual(said(...head, "smtppasswd = hunter2"), [
    "error 5:18+7 smtppasswd has no effect without smtpuser",
  ]);
});

pure("files for TLS that have nothing to go with are reported", () => {
  const head = ["virtual = 192.0.2.1:443", "real = 10.0.0.1:443 masq"] as const;
  deepStrictEqual(said(...head, "tlscafile = /ca.pem"), ["warning 4:17+7 tlscafile has no effect without tlsverify"]);
  deepStrictEqual(said(...head, "tlskeyfile = /own.key"), [
    "error 4:18+8 tlskeyfile needs the certificate that it belongs to",
  ]);
});

pure("bindto and checkmark make the origin of a section's checks, its agent's included", () => {
  const text = "bindto = 10.0.0.253\ncheckmark = 7\n" +
    "virtual = 192.0.2.1:80\n    real = 10.0.0.1:80 masq\n    agentport = 8888\n" +
    "virtual = 192.0.2.2:80\n    real = 10.0.0.1:80 masq\n    bindto = 10.0.0.254\n    checkmark = 8\n" +
    "virtual6 = [2001:db8::1]:80\n    real6 = [2001:db8::11]:80 masq\n";
  const checks = [...model(text).virtuals.values()].flatMap(({ reals }) => checksOf([...reals.values()][0].policy));
  deepStrictEqual(checks.map(({ method, target }) => [method, target.origin?.address, target.origin?.mark]), [
    ["negotiate", "10.0.0.253", 7],
    ["agent", "10.0.0.253", 7],
    ["negotiate", "10.0.0.254", 8],
    ["negotiate", undefined, 7],
  ]);
  strictEqual(new Set(checks.map(({ key }) => key)).size, 4);
});

pure("bindto of the other address family is pointed out", () => {
  deepStrictEqual(said("virtual = 192.0.2.1:80", "real = 10.0.0.1:80 masq", "bindto = 2001:db8::254"), [
    "warning 4:14+13 bindto has no effect: the real servers here have IPv4 addresses",
  ]);
  const text = "quiescent = yes\nbindto = 10.0.0.254\n" +
    "virtual6 = [2001:db8::1]:80\n    real6 = [2001:db8::11]:80 masq\n";
  deepStrictEqual(load(text).problems.map(line), [
    "warning 2:10+10 bindto has no effect on real servers that have IPv6 addresses",
  ]);
});

pure("redis and memcached are checked at their ports, which stand for no service by themselves", () => {
  const target = (...body: string[]) => {
    const [{ policy }] = virtual("virtual = 192.0.2.1:6379", "real = 10.0.0.1:6379 masq", ...body).reals.values();
    return checksOf(policy).map(({ target }) => [target.service, target.port]);
  };
  deepStrictEqual(target(), []);
  deepStrictEqual(target("service = redis", "alsocheck = memcached"), [["redis", 6379], ["memcached", 11211]]);
});

pure("starttls is the section's or else the global one; where there is no such thing it is pointed out", () => {
  const starttls = (...body: string[]) => {
    const [{ policy }] = virtual("virtual = 192.0.2.1:25", "real = 10.0.0.1:25 masq", ...body).reals.values();
    return checksOf(policy)[0].target.startTls;
  };
  deepStrictEqual([starttls(), starttls("starttls = yes"), starttls("starttls = no")], [false, true, false]);
  deepStrictEqual(said("virtual = 192.0.2.1:993", "real = 10.0.0.1:993 masq", "starttls = yes"), [
    "warning 4:16+3 starttls has no effect with service imaps",
  ]);
});

pure("agentport adds one agent to each real server, shared by all services that it serves", () => {
  const text = (port: number) =>
    `virtual = 192.0.2.1:${port}\n    real = 10.0.0.1:${port} masq\n    checktype = connect\n    agentport = 8888\n`;
  const { virtuals } = model(text(80) + text(443));
  const agents = [...virtuals.values()].map(({ reals }) => checksOf([...reals.values()][0].policy).at(-1)!);
  deepStrictEqual([agents[0].method, agents[0].target.port], ["agent", 8888]);
  strictEqual(agents[0], agents[1]);
});

pure("a redis check asks for nothing but PING and INFO", () => {
  const row = (request: string) =>
    said("virtual = 192.0.2.1:6379", "real = 10.0.0.1:6379 masq", "service = redis", `request = "${request}"`);
  for (const good of ["PING", "info", "INFO replication", ""]) deepStrictEqual(row(good), []);
  deepStrictEqual(row("FLUSHALL"), ["error 5:15+10 the request of a redis check is PING or INFO"]);
});
