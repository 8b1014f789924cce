import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { checksOf } from "../../../src/model/virtual_service.ts";
import { saysFacts } from "../../facts.ts";
import { model, pure, virtual } from "../fixture.ts";
import { check, HEAD, REAL, said } from "./sections.ts";

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
    [HEAD, ["checktype = file", "checkfile = /x"], "file"],
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
  saysFacts(said(HEAD, ...body), ["warning 4:17+1 … checktype 0 …"]);
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
    ["virtual = 192.0.2.1:3868", "none", "protocol = sctp\n    checktype = connect", "sctp"],
    ["virtual = 192.0.2.1:3868", "http", "protocol = sctp\n    checkport = 8080", "tcp"],
    ["virtual = 192.0.2.1:3868", "radius", "protocol = sctp\n    checkport = 1812", "udp"],
  ];
  for (const [head, service, protocol, transport] of rows) {
    const body = ["real = 10.0.0.1 gate", `service = ${service}`, "request = x", ...protocol ? [protocol] : []];
    strictEqual(check(head, ...body).target.transport, transport, `${head} ${service} ${protocol}`);
  }
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

pure("an external command gets the virtual and the real server", () => {
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

pure("a dialogue has its lines in the order in which they stand, and a service that holds it needs one", () => {
  const lines = ["expect = b", "send = hunter2", 'expect = !"a"', "send = hex:00", "expect = hex:ff"];
  const { dialogue, transport } = check(HEAD, REAL, "service = dialogue", ...lines).target;
  const shown = dialogue!.map((step) => "send" in step ? step.send.reveal() : `${step.isUnwanted} ${step.label}`);
  deepStrictEqual([shown, transport], [["false /b/", "hunter2", "true /a/", "\0", "false hex:ff"], "tcp"]);
  const keyOf = (...body: readonly string[]) => check(HEAD, REAL, "service = dialogue", ...body).key;
  strictEqual(keyOf("send = a", "expect = b") === keyOf("expect = b", "send = a"), false);
  strictEqual(keyOf("send = a", "expect = b"), keyOf("send = a", "expect = b"));

  saysFacts(said(HEAD, REAL, "service = dialogue"), ["error 4:15+8 service dialogue … line …"]);
  saysFacts(said(HEAD, REAL, "alsocheck = dialogues:88"), ["error 4:17+12 service dialogues … line …"]);
  saysFacts(said(HEAD, REAL, "alsocheck = dialogue:88", "expect = a"), []);
  saysFacts(said(HEAD, REAL, "service = dialogue", "expect = a(b"), ["error 5:15+2 … expect … Unmatched ( …"]);
  saysFacts(said(HEAD, REAL, "service = dialogue", 'expect = !"a(b"'), ["error 5:17+2 … expect … Unmatched ( …"]);
  const udp = ["service = dialogue", "protocol = udp", "expect = a"];
  saysFacts(said(HEAD, REAL, ...udp, "send = b"), ["error 6:14+1 … udp … begins with send …"]);
  saysFacts(said(HEAD, REAL, "service = dialogues", "protocol = udp", "expect = a"), []);
});

pure("json: in receive is a condition where pages are asked for, and elsewhere a regular expression", () => {
  const json = 'receive = json:.items[2]["a b"].c == "x # y"';
  const { receive, receiveJson } = check(HEAD, REAL, json).target;
  deepStrictEqual([receive, receiveJson], [undefined, {
    source: 'json:.items[2]["a b"].c == "x # y"',
    place: '.items[2]["a b"].c',
    steps: ["items", 2, "a b", "c"],
    comparison: { operator: "==", value: "x # y" },
  }]);
  const other = check(HEAD, REAL, "service = memcached", json).target;
  deepStrictEqual([other.receive?.source, other.receiveJson], ['json:.items[2]["a b"].c == "x # y"', undefined]);
  const [one, two] = ["json:.a == 1", "json:.a == 2"].map((text) => check(HEAD, REAL, `receive = ${text}`).key);
  strictEqual(one === two, false);

  const further = virtual(
    HEAD,
    'real = 10.0.0.1:80 gate 1 "/a", "json:.a == "b c""',
    'alsocheck = https "/", "json:. < 3"',
  );
  const [{ policy }] = further.reals.values();
  deepStrictEqual(checksOf(policy).map(({ target }) => [target.receiveJson?.steps, target.receiveJson?.comparison]), [
    [["a"], { operator: "==", value: "b c" }],
    [[], { operator: "<", value: 3 }],
  ]);
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
  saysFacts(said("virtual = 192.0.2.1:80", "real = 10.0.0.1:80 masq", "checktype = on", "alsocheck = smtp"), [
    "error 5:17+4 alsocheck …",
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
  saysFacts(row("FLUSHALL"), ["error 5:15+10 … redis … PING … INFO"]);
});

pure("a file check goes to no port and shows what it looks at; real servers share none", () => {
  const body = ["checktype = file", "checkfile = /run/alive", "maxage = 2.5"];
  const reals = [...virtual(HEAD, "real = 10.0.0.1->10.0.0.2:80 gate", ...body).reals.values()];
  const checks = reals.flatMap(({ policy }) => checksOf(policy));
  deepStrictEqual(
    checks.map(({ target: { file, maxAge, port, address } }) => [file, maxAge, port, address]),
    [["/run/alive", 2.5, 0, "10.0.0.1"], ["/run/alive", 2.5, 0, "10.0.0.2"]],
  );
  strictEqual(new Set(checks.map(({ key }) => key)).size, 2);
});

pure("a weight file is read each second, or each checkinterval where that is shorter", () => {
  const weightChecks = (...body: readonly string[]) =>
    [...virtual(HEAD, REAL, "weightfile = /w", ...body).reals.values()].flatMap(({ policy }) =>
      checksOf(policy).slice(1)
    );
  const seen = ["10", "0.5"].flatMap((interval) => weightChecks(`checkinterval = ${interval}`));
  deepStrictEqual(seen.map(({ method, interval, target: { file } }) => [method, interval, file]), [
    ["weightfile", 1, "/w"],
    ["weightfile", 0.5, "/w"],
  ]);
});

pure("file checks and weight files: mistakes say what to write", () => {
  saysFacts(said(HEAD, REAL, "checktype = file"), ["error 4:17+4 checktype = file … checkfile …"]);
  saysFacts(said(HEAD, REAL, "checktype = file", "checkfile = alive"), ["error 5:17+5 checkfile: … absolute …"]);
  saysFacts(said(HEAD, REAL, "checktype = file", "checkfile = /a", "maxage = 0"), ["error 6:14+1 maxage …"]);
  saysFacts(said(HEAD, REAL, "checktype = on", "weightfile = /w"), ["error 5:18+2 weightfile … check …"]);
  saysFacts(said(HEAD, "real = 10.0.0.1:80 gate checkip:10.1.0.1", "checktype = file", "checkfile = /a"), [
    "warning 3:37+8 checkip … no effect … file",
  ]);
});

pure("of sctp a connection is checked, by whatever port, unless the section has another checktype", () => {
  for (const port of [80, 3868]) {
    const { method, target } = check(`virtual = 192.0.2.1:${port}`, `real = 10.0.0.1:${port} masq`, "protocol = sctp");
    deepStrictEqual([method, target.service, target.transport, target.port], ["connect", "none", "sctp", port]);
  }
  strictEqual(check(HEAD, REAL, "protocol = sctp", "checktype = ping").method, "ping");
  strictEqual(check(HEAD, REAL, "protocol = sctp", "checktype = external").method, "external");
});
