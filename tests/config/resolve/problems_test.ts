import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { line, load, pure, section } from "../fixture.ts";
import { HEAD, said } from "./sections.ts";

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
