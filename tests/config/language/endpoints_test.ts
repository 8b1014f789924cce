import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { fallbackServer, type PlacedHead, realServer, serviceHeads } from "../../../src/config/language/endpoints.ts";
import type { Endpoint, RealValue } from "../../../src/config/language/endpoints.ts";
import type { Grammar } from "../../../src/config/language/grammar.ts";
import { methodText } from "../../../src/model/table.ts";
import { saysFacts } from "../../facts.ts";
import { pure } from "../fixture.ts";

function endpoint({ host, last, port }: Endpoint & { readonly last?: RealValue["last"] }): string {
  return [host.text, last && `->${last.text}`, port && `:${port.number ?? port.text}`].filter(Boolean).join("");
}

function describe(real: RealValue): string {
  const { weight, pair, lowerThreshold, upperThreshold, checkIp, checkMark } = real;
  const strings = pair ? [`<${pair.request}>`, `<${pair.receive.source}>@${pair.receive.at}`] : [];
  const limits = lowerThreshold || upperThreshold ? [`${lowerThreshold}..${upperThreshold}`] : [];
  const checked = checkIp ? [`at ${checkIp.first}${checkIp.last ? `->${checkIp.last}` : ""}`] : [];
  if (checkMark) checked.push(`marked ${checkMark.mark}`);
  return [endpoint(real), methodText(real), weight, ...strings, ...limits, ...checked].join(" ");
}

const REALS: Readonly<Record<string, string>> = {
  "10.0.0.1:80 gate": "10.0.0.1:80 gate 1",
  "10.0.0.1 masq": "10.0.0.1 masq 1",
  "10.0.0.1:080 ipip 0": "10.0.0.1:80 ipip 0",
  "10.0.0.1:80 ipip:gue:6080 2": "10.0.0.1:80 ipip:gue:6080 2",
  '10.0.0.1:80 ipip:gre "/a", "b"': "10.0.0.1:80 ipip:gre 1 </a> <b>@28",
  "10.0.0.1:http gate 65535": "10.0.0.1:http gate 65535",
  "web_1:80 gate": "web_1:80 gate 1",
  "web-1->web-5:80 gate": "web-1->web-5:80 gate 1",
  "59.154.201.255->59.154.202.0:80 gate": "59.154.201.255->59.154.202.0:80 gate 1",
  "[2001:DB8::1]:80 masq 5": "2001:DB8::1:80 masq 5",
  "[::1]->[::5]:80 masq": "::1->::5:80 masq 1",
  '10.0.0.1:80 gate "/a", "b"': "10.0.0.1:80 gate 1 </a> <b>@24",
  '10.0.0.1:80 gate 3 "/a","b"': "10.0.0.1:80 gate 3 </a> <b>@25",
  '10.0.0.1:80 gate 3 "/a" "b"': "10.0.0.1:80 gate 3 </a> <b>@25",
  '10.0.0.1:80 gate "GET 7 x", "OK 9"': "10.0.0.1:80 gate 1 <GET 7 x> <OK 9>@29",
  '10.0.0.1:80 gate "", ""': "10.0.0.1:80 gate 1 <> <>@22",
  '10.0.0.1:80 gate 1 "/a", "b" l:3 u:7': "10.0.0.1:80 gate 1 </a> <b>@26 3..7",
  '10.0.0.1:80 gate 1 "/a", "b" u:7 "l:3"': "10.0.0.1:80 gate 1 </a> <b>@26 3..7",
  "10.0.0.1:80 gate u:5": "10.0.0.1:80 gate 1 0..5",
  "10.0.0.1:80 gate 2 l:3 u:5": "10.0.0.1:80 gate 2 3..5",
  '"10.0.0.1:80 gate 2"': "10.0.0.1:80 gate 2",
  "10.0.0.1:80 gate checkip:192.168.1.1": "10.0.0.1:80 gate 1 at 192.168.1.1",
  "10.0.0.1:80 gate 2 checkip:[2001:DB8::1] l:3 u:7": "10.0.0.1:80 gate 2 3..7 at 2001:db8::1",
  '10.0.0.1->10.0.0.3:80 gate "/", "OK" checkip:10.1.0.1->10.1.0.3':
    "10.0.0.1->10.0.0.3:80 gate 1 </> <OK>@33 at 10.1.0.1->10.1.0.3",
  "10.0.0.1:80 gate checkmark:7 checkip:10.1.0.1": "10.0.0.1:80 gate 1 at 10.1.0.1 marked 7",
  '10.0.0.1:80 gate "checkip:10.1.0.1", "b"': "10.0.0.1:80 gate 1 <checkip:10.1.0.1> <b>@38",
  '10.0.0.1:80 gate 1 "http://10.0.0.9:8080/x?a=b,c", "OK"':
    "10.0.0.1:80 gate 1 <http://10.0.0.9:8080/x?a=b,c> <OK>@52",
};

pure("real servers are read whole", () => {
  for (const [written, meant] of Object.entries(REALS)) {
    const reading = realServer.read(written);
    ok("value" in reading, `${written}: ${JSON.stringify(reading)}`);
    strictEqual(describe(reading.value), meant, written);
  }
});

/** Grammar, what is written, and `offset+length text` as far as it states facts. */
const BAD: readonly (readonly [Grammar<unknown>, string, string])[] = [
  [realServer, "10.0.0.1:80", "11+1 … forwarding … missing"],
  [realServer, "10.0.0.1:80 ipip:gue", "12+8 … gate, masq … ipip"],
  [realServer, "10.0.0.1:80 ipip:gue:70000", "12+14 … gate, masq … ipip"],
  [realServer, "10.0.0.1:80 gat", '12+3 … gate, masq … ipip … "gat"'],
  [realServer, "10.0.0.1:80 gate -1", "17+2 … weight … 0 … 65535"],
  [realServer, "10.0.0.1:80 gate 70000", "17+5 … weight … 0 … 65535"],
  [realServer, "10.0.0.1:80 gate label=a label=b", "25+7 label= … twice"],
  [realServer, "10.0.0.1:80 gate label=10.0.0.2", "17+14 … label … address"],
  [realServer, "10.0.0.1:80 gate label=-d", "17+8 … label …"],
  [realServer, "10.0.0.1->10.0.0.2:80 gate label=a", "27+7 … label … range"],
  [realServer, "10.0.0.1:80 gate 1 2", "19+1 Invalid text"],
  [realServer, "10.0.0.1:80 gate,3", "16+1 Invalid text"],
  [realServer, "10.0.0.1:80 gate 1 foo", "19+3 Invalid text"],
  [realServer, '10.0.0.1:80 gate 1 "/a"', "19+4 … receive expression … missing … request"],
  [realServer, '10.0.0.1:80 gate 1 "/a", "b', "25+1 … quote … missing"],
  [realServer, '10.0.0.1:80 gate 1 "/a", "b" "c"', "29+3 … text … request … receive …"],
  [realServer, "10.0.0.1:80 gate 1 l:9 u:3", "19+3 … threshold …"],
  [realServer, "10.0.0.1:80 gate 1 u:3 u:4", "23+3 … threshold … twice"],
  [realServer, "10.0.0.1:80 gate checkip:", "25+1 … address … missing"],
  [realServer, "10.0.0.1:80 gate checkip:web1", '25+4 … address: "web1"'],
  [realServer, "10.0.0.1:80 gate checkip:10.1.0.1:81", "33+3 Invalid text"],
  [realServer, "10.0.0.1:80 gate checkip:::1", "25+3 … IPv6 address … brackets"],
  [realServer, "10.0.0.1:80 gate checkip:10.1.0.1->web1", '25+14 … address: "10.1.0.1->web1"'],
  [realServer, "10.0.0.1:80 gate checkip:10.1.0.1 checkip:10.1.0.2", "34+16 … twice"],
  [realServer, "10.0.0.1:80 gate checkmark:0", "27+1 … 1"],
  [realServer, "10.0.0.1:80 gate checkmark:7 checkmark:8", "29+11 … twice"],
  [realServer, "10.0.0.1:80 gate checkip=10.1.0.1", "17+16 Invalid text"],
  [realServer, "10.0.0.01:80 gate", '0+9 … IPv4 address: "10.0.0.01"'],
  [realServer, "10.0.0.256:80 gate", '0+10 … IPv4 address: "10.0.0.256"'],
  [realServer, "10.0.0:80 gate", '0+6 … IPv4 address: "10.0.0"'],
  [realServer, "::1:80 gate", "0+6 … IPv6 address … brackets"],
  [realServer, "[::1:80 gate", "0+1 … bracket … missing"],
  [realServer, "[::g]:80 gate", '0+5 … IPv6 address: "::g"'],
  [realServer, "10.0.0.1:80->10.0.0.3 gate", "11+2 … port … range"],
  [realServer, "10.0.0.1-> gate", "10+1 … address … missing"],
  [realServer, "10.0.0.1: gate", "9+1 … port … missing … colon"],
  [realServer, "10.0.0.1:99999 gate", "9+5 … port (99999) … port … 65535"],
  [realServer, "10.0.0.1-10.0.0.3:80 gate", '0+17 … address … "10.0.0.1-10.0.0.3"'],
  [realServer, "we$b:80 gate", '0+4 … address … "we$b"'],
  [serviceHeads, "192.168.6.240", '0+13 … port … missing … "192.168.6.240"'],
  [serviceHeads, "0", "0+1 … firewall mark … 1 … 4294967295"],
  [serviceHeads, "4294967296", "0+10 … firewall mark … 1 … 4294967295"],
  [serviceHeads, "10.0.0.1:80 junk", '12+4 Invalid text … "junk"'],
  [serviceHeads, "10.0.0.1:80, ", "12+1 … comma …"],
  [serviceHeads, "10.0.0.1:80, 10.0.0.2", '13+8 … port … missing … "10.0.0.2"'],
  [serviceHeads, "10.0.0.1:80,,7", "12+1 … comma …"],
  [serviceHeads, '"10.0.0.256:80"', '1+10 … IPv4 address: "10.0.0.256"'],
  [fallbackServer, "127.0.0.1:80 gate 3", "18+1 … weight"],
  [fallbackServer, "127.0.0.1:80 gat 3", '13+5 … gate, masq … ipip … "gat 3"'],
  [fallbackServer, "127.0.0.1:8$0", '10+3 … port: "8$0"'],
  [realServer, '10.0.0.1:80 gate 3 , "a", "b"', "19+1 Invalid text"],
];

pure("what is wrong with an endpoint is pointed at", () => {
  for (const [grammar, written, said] of BAD) {
    const reading = grammar.read(written);
    ok("mistake" in reading, `${written} was accepted`);
    const { at, length, text } = reading.mistake;
    saysFacts([`${at}+${length} ${text}`], [said], written);
  }
});

pure("where the brackets of IPv6 are left out, the error shows where they go", () => {
  const rows: Readonly<Record<string, string>> = {
    "2001:db8::1:80": "… [2001:db8::1]:80 or [2001:db8::1:80]",
    "2001:db8:0:0:0:0:0:1:80": "… [2001:db8:0:0:0:0:0:1]:80",
    "2001:db8::beef": "… [2001:db8::beef]",
    "::1": "… [::1]",
    "1:2:3": "… [2001:db8::1]",
  };
  for (const [written, hint] of Object.entries(rows)) {
    const reading = serviceHeads.read(written);
    ok("mistake" in reading, written);
    saysFacts([reading.mistake.hint ?? "none"], [hint], written);
  }
});

pure("what stands in place of the forwarding method is recognized by what it looks like", () => {
  const rows: Readonly<Record<string, string>> = {
    "10.0.0.1:80 GATE": "… gate …",
    "10.0.0.1:80 NAT": "… masq …",
    "10.0.0.1 -> 10.0.0.3:80 gate": "… range … first->last:port",
    "10.0.0.1:80 \\": "… line … continued …",
    "10.0.0.1:80 5": "none",
  };
  for (const [written, hint] of Object.entries(rows)) {
    const reading = realServer.read(written);
    ok("mistake" in reading, written);
    saysFacts([reading.mistake.hint ?? "none"], [hint], written);
  }
});

pure("virtual services are endpoints or marks", () => {
  const rows: Readonly<Record<string, unknown>> = {
    "10.0.0.1:80": "10.0.0.1:80",
    "vip.example:http": "vip.example:http",
    "[2001:db8::1]:80": "2001:db8::1:80",
    '"10.0.0.1:80"': "10.0.0.1:80",
    "7": 7,
    "4294967295": 4294967295,
  };
  for (const [written, meant] of Object.entries(rows)) {
    const reading = serviceHeads.read(written);
    ok("value" in reading, written);
    deepStrictEqual(headsOf(reading.value), [meant]);
  }
});

pure("virtual services of one section are separated by commas", () => {
  const rows: Readonly<Record<string, readonly unknown[]>> = {
    "10.0.0.1:80, 10.0.0.1:443,7": ["10.0.0.1:80", "10.0.0.1:443", 7],
    '"10.0.0.1:80 ,vip.example:http"': ["10.0.0.1:80", "vip.example:http"],
    "[2001:db8::1]:80,[2001:db8::1]:443": ["2001:db8::1:80", "2001:db8::1:443"],
  };
  for (const [written, meant] of Object.entries(rows)) {
    const reading = serviceHeads.read(written);
    ok("value" in reading, written);
    deepStrictEqual(headsOf(reading.value), meant);
    // Each is found where it stands.
    const spots = reading.value.map(({ at, length }) => written.slice(at, at + length));
    deepStrictEqual(spots, written.replaceAll('"', "").split(/ ?, ?/));
  }
});

function headsOf(heads: readonly PlacedHead[]): readonly (string | number)[] {
  return heads.map(({ head }) => head.kind === "mark" ? head.mark : endpoint(head));
}

pure("fallbacks need no port and no forwarding method", () => {
  const rows: Readonly<Record<string, string>> = {
    "127.0.0.1": "127.0.0.1 gate",
    "127.0.0.1:8080 masq": "127.0.0.1:8080 masq",
    '"sorry:http	ipip"': "sorry:http ipip",
    "[::1]": "::1 gate",
  };
  for (const [written, meant] of Object.entries(rows)) {
    const reading = fallbackServer.read(written);
    ok("value" in reading, written);
    strictEqual(`${endpoint(reading.value)} ${reading.value.forwarding}`, meant);
  }
});
