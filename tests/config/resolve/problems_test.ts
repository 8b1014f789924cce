import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { saysFacts } from "../../facts.ts";
import { line, load, pure, section } from "../fixture.ts";
import { HEAD, said } from "./sections.ts";

pure("what is wrong with a section's head or servers is an error at its place", () => {
  const rows: readonly (readonly [head: string, body: readonly string[], said: string])[] = [
    ["virtual = nosuch:80", [], "2:11+6 … address … virtual service: nosuch … IPv4 address"],
    ["virtual = 192.0.2.1:nosuch", [], "2:21+6 … port (nosuch): /etc/services … tcp"],
    ["virtual = 0.0.0.0:80", [], "2:11+7 … connect … 0.0.0.0"],
    ["virtual = [::1]:80", [], "2:11+5 … IPv6 address …"],
    ["virtual6 = 192.0.2.1:80", [], "2:12+9 … IPv4 address …"],
    ["virtual = 7", ["protocol = tcp"], "3:16+3 protocol … fwm … fwmark …"],
    [
      HEAD,
      ["protocol = fwm"],
      "3:16+3 protocol … tcp … udp … sctp … address … port …",
    ],
    [HEAD, ["protocol = sctp", "service = http", "real = 10.0.0.1:80 gate"], "4:15+4 … http … sctp"],
    [HEAD, ["protocol = sctp", "checktype = 3", "service = http", "real = 10.0.0.1:80 gate"], "5:15+4 … http … sctp"],
    ["virtual = 192.0.2.1:0", ["service = http"], "2:11+11 port 0 … persistent virtual service"],
    [HEAD, ["real6 = [::1]:80 gate"], '3:13+13 … "real6" …'],
    [HEAD, ["fallback6 = [::1]:80"], '3:17+8 … "fallback6" …'],
    ["virtual6 = [::1]:80", ["real = 10.0.0.1:80 gate"], '3:12+16 … "real" …'],
    [HEAD, ["real = [::1]:80 gate"], "3:12+5 … IPv6 address …"],
    [HEAD, ["real = 10.0.0.1:nosuch gate"], "3:21+6 … port (nosuch): /etc/services … tcp"],
    [
      HEAD,
      ["real = 10.0.0.3->10.0.0.1:80 gate"],
      "3:12+18 Invalid … range … 10.0.0.1->10.0.0.3",
    ],
    [HEAD, ["real = 10.0.0.0->10.1.0.0:80 gate"], "3:12+18 Invalid … range … 65536 …"],
    [HEAD, ["persistent = 5", "netmask = 24"], "4:15+2 … netmask … dotted quad …"],
    [
      "virtual6 = [::1]:80",
      ["persistent = 5", "netmask = 255.255.255.0"],
      "4:15+13 … netmask … prefix … IPv6",
    ],
    [HEAD, ["schedflags = sh-port"], "3:18+7 sh-port … scheduler wrr"],
    [HEAD, ["scheduler = sh", "schedflags = sh-port, flag-3"], "4:18+15 flag-3 … scheduler sh"],
    [HEAD, ["service = mysql", 'request = "SELECT 1"'], "3:15+5 service mysql … login"],
    [HEAD, ["service = pgsql", "login = x"], "3:15+5 service pgsql … request"],
    [HEAD, ['receive = "a)"'], "3:17+1 … receive … Unmatched ) …"],
    [HEAD, ["receive = a)", "checktype = on"], "3:16+1 … receive … Unmatched ) …"],
    [HEAD, ["receive = json:"], "3:20+1 … receive … path … json:"],
    [HEAD, ["receive = json:status"], "3:20+6 … receive … path … json:"],
    [HEAD, ["receive = json:.a..b"], "3:22+3 … receive … no operator after .a"],
    [HEAD, ["receive = json:.a[x]"], "3:22+3 … receive … no operator after .a"],
    [HEAD, ['receive = "json:.a = 1"'], "3:24+1 … receive … = is no operator …"],
    [HEAD, ["receive = json:.a =="], "3:25+1 … receive … no value after =="],
    [HEAD, ["receive = json:.a == ok"], "3:26+2 … receive … no JSON …"],
    [HEAD, ['receive = json:.a == \\"ok\\"'], "3:26+6 … receive … no JSON …"],
    [HEAD, ["receive = json:.a == {}"], "3:26+2 … receive … no JSON …"],
    [HEAD, ["receive = json:.a == 1e999"], "3:26+5 … receive … no JSON …"],
    [HEAD, ['receive = json:.a < "b"'], "3:25+3 … receive … only numbers … <"],
    [HEAD, ["receive = json:.a =~ (b"], "3:26+2 … receive … Unmatched ( …"],
    [HEAD, ["receive = json:.a =~"], "3:22+3 … receive … expression after =~ is missing"],
    [HEAD, ['real = 10.0.0.1:80 gate 1 "/x", "json:.a <> 1"'], "3:47+3 … receive … no JSON …"],
    [HEAD, ["receive = ab**"], "3:18+1 … receive … Nested quantifiers …"],
    [
      HEAD,
      ['real = 10.0.0.1:80 gate 1 "x", "é(b"'],
      "3:38+2 … receive … Unmatched ( …",
    ],
  ];
  for (const [head, body, expected] of rows) {
    const { model, problems } = load(section(head, ...body));
    const errors = problems.filter(({ severity }) => severity === "error").map(line);
    saysFacts(errors, [`error ${expected}`]);
    strictEqual(model, undefined);
  }
});

pure("the rest of a section with a wrong address is looked at as well", () => {
  const text = section("virtual = nosuch:80", "receive = (", "real = 10.0.0.1:nosuch gate") +
    section("virtual = nosuch:80").replace(/^.*\n/, "");
  saysFacts(load(text).problems.map(line), [
    "error 2:11+6 … address … virtual service: nosuch … IPv4 address",
    "error 3:15+1 … receive … Unmatched ( …",
    "error 4:21+6 … port (nosuch): /etc/services … tcp",
    "error 5:11+6 … address … virtual service: nosuch … IPv4 address",
  ]);
});

pure("what is only doubtful is a warning, and the model is there", () => {
  const rows: readonly (readonly [head: string, body: readonly string[], said: string])[] = [
    [
      HEAD,
      ["real = 10.0.0.1:8080 gate"],
      "3:21+4 port 80 … virtual service … 8080: gate …",
    ],
    [
      HEAD,
      ["real = 10.0.0.1:80 gate", "real = 10.0.0.1:80 masq 5"],
      "4:12+18 real … 10.0.0.1:80 … twice … 3 …",
    ],
    [
      HEAD,
      ["real = nosuch:80 gate"],
      "3:12+6 real … nosuch … IPv4 address … down … resolves",
    ],
    [
      HEAD,
      ["fallback = nosuch"],
      "3:16+6 fallback … nosuch … IPv4 address … fallback … resolves",
    ],
    [HEAD, ["netmask = 255.255.255.0"], "3:15+13 netmask … persistent"],
    [HEAD, ["ops = yes"], "3:11+3 ops … udp …"],
    [HEAD, ["protocol = sctp", "ops = yes"], "4:11+3 ops … udp …"],
    [
      "virtual = 192.0.2.1:3868",
      ["protocol = sctp", "service = none", "real = 10.0.0.1 gate"],
      "4:15+4 … service … real … checked …",
    ],
    [
      "virtual = 7",
      [],
      "2:11+1 … firewall mark … service … real … checked …",
    ],
    [HEAD, ["service = none"], "3:15+4 … service … real … checked …"],
    [
      "virtual = 192.0.2.1:8888",
      [],
      "2:11+14 … service … port … real … checked …",
    ],
    [HEAD, ["httpmethod = HEAD", "receive = OK"], "4:15+2 … HEAD … receive …"],
    ["virtual = 192.0.2.1:53", [], "2:11+12 service dns … request …"],
    [
      "virtual = 7",
      ["real = 10.0.0.1 gate", "checktype = connect"],
      "4:17+7 … port … real … down",
    ],
  ];
  for (const [head, body, expected] of rows) {
    saysFacts(said(head, ...body), [`warning ${expected}`]);
    ok(load(section(head, ...body)).model, head);
  }
});

pure("an unset quiescent is warned of once", () => {
  const text = "virtual = 192.0.2.1:80\nvirtual = 192.0.2.2:80\n";
  saysFacts(load(text).problems.map(line), [
    "warning 1:11+12 quiescent …",
  ]);
  deepStrictEqual(load("virtual = 192.0.2.1:80\n\tquiescent = no\n").problems, []);
});

pure("a port's name that only the other protocol has is reported as such", () => {
  const hint = (head: string, ...body: readonly string[]) => load(section(head, ...body)).problems[0].hint;
  const hints = [
    hint("virtual = 192.0.2.1:http", "protocol = udp", "checktype = on"),
    hint("virtual = 192.0.2.1:nosuch", "checktype = on"),
    hint("virtual = 192.0.2.1:http", "protocol = sctp"),
  ];
  saysFacts(hints.map(String), ["… tcp … protocol = tcp … number …", "… number …", "write … number …"]);
});

pure("what is given in words that cannot be read is wrong, and not missing", () => {
  const rows: Readonly<Record<string, string>> = {
    "quiescent = maybe\nvirtual = 192.0.2.1:80\n": `error 1:13+5 quiescent … 'yes' … 'no' … "maybe"`,
    "quiscent = no\nvirtual = 192.0.2.1:80\n": 'error 1:1+8 Unknown command "quiscent"',
    [section(HEAD, "service = mysql", "login = a", 'request = "SELECT 1')]: "error 5:15+1 request … quote … missing",
    [section(HEAD, "service = mysql", "login =", 'request = "SELECT 1"')]: "error 4:5+5 login …",
    [section("virtual = 192.0.2.1:0", "persistent = 5m", "checktype = on")]: 'error 3:18+2 persistent … "5m"',
    [section("virtual = 7", "checktype = conect")]:
      'error 3:17+6 checktype … connect, negotiate … external-perl, ping … "conect"',
    [section(HEAD, "persistent = 5m", "netmask = 255.255.255.0")]: 'error 3:18+2 persistent … "5m"',
  };
  for (const [text, said] of Object.entries(rows)) saysFacts(load(text).problems.map(line), [said], text);
});

pure("duplicate virtual services are an error that names both lines", () => {
  const text =
    "quiescent = no\nvirtual = 192.0.2.1:80\n\nvirtual = 192.0.2.1:80\n    protocol = udp\n    service = http\nvirtual = vip.example:http\n";
  saysFacts(load(text).problems.map(line), [
    "error 7:11+16 duplicate virtual … 192.0.2.1:80 … 2 …",
  ]);
});
