import { deepStrictEqual, notStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { CheckDirective } from "../../../src/config/language/directive_facts.ts";
import { DIRECTIVES, findDirective } from "../../../src/config/language/directives.ts";
import { checksOf } from "../../../src/model/virtual_service.ts";
import { model, pure, section } from "../fixture.ts";
import { check, checkOf, HEAD, REAL } from "./sections.ts";

/** Two values of each directive that changes something in checks, and the lines that it needs beside it. */
const SAMPLES: Readonly<Record<CheckDirective, readonly [one: string, other: string, ...beside: readonly string[]]>> = {
  checktimeout: ["3", "4"],
  negotiatetimeout: ["3", "4"],
  checkinterval: ["3", "4"],
  retryinterval: ["3", "4"],
  checkcount: ["3", "4"],
  bindto: ["10.0.0.253", "10.0.0.254"],
  checkmark: ["3", "4"],
  tlsverify: ["yes", "no"],
  starttls: ["yes", "no", "service = smtp"],
  tlsservername: ["a.example", "b.example"],
  tlscafile: ["/a.pem", "/b.pem", "tlsverify = yes"],
  tlscertfile: ["/a.pem", "/b.pem"],
  tlskeyfile: ["/a.pem", "/b.pem", "tlscertfile = /c.pem"],
  certexpirywarn: ["3", "4"],
  checktype: ["ping", "5"],
  service: ["http", "smtp"],
  dynamicweight: ["yes", "no", "checktype = external"],
  checkcommand: ["/bin/a", "/bin/a b", "checktype = external"],
  checkfile: ["/a", "/b", "checktype = file"],
  maxage: ["3", "4", "checktype = file", "checkfile = /a"],
  checkport: ["81", "82"],
  request: ['"/a"', '"/b"'],
  receive: ['"a"', '"b"'],
  send: ['"a"', '"b"', "service = dialogue"],
  expect: ['"a"', '!"a"', "service = dialogue"],
  httpmethod: ["GET", "HEAD"],
  dnstype: ["A", "MX", "service = dns", "request = x"],
  requestheader: ['"X-Token: a"', '"X-Token: b"'],
  requestbody: ["a", "b", "httpmethod = POST"],
  expectstatus: ["200", "200-204"],
  virtualhost: ["a.example", "b.example"],
  login: ["a", "b"],
  passwd: ["a", "b"],
  database: ["a", "b"],
  secret: ["a", "b"],
};

/** The keys of the checks of the only real server. */
function keys(globals: readonly string[], body: readonly string[]): readonly string[] {
  const lines = ["quiescent = yes", ...globals, HEAD, ...[REAL, ...body].map((line) => `    ${line}`), ""];
  const [{ reals }] = model(lines.join("\n")).virtuals.values();
  return [...reals.values()].flatMap(({ policy }) => checksOf(policy).map(({ key }) => key));
}

for (const [name, [one, other, ...beside]] of Object.entries(SAMPLES)) {
  pure(`checks that differ in ${name} alone are not the same check`, () => {
    const [before, after] = [one, other].map((value) => keys([], [...beside, `${name} = ${value}`]));
    deepStrictEqual([before.length, after.length], [1, 1]);
    notStrictEqual(before[0], after[0]);
    deepStrictEqual(keys([], [...beside, `${name} = ${one}`]), before);
    if (DIRECTIVES[name as CheckDirective].scope !== "both") return;
    const mayBeGlobal = (line: string) => findDirective(line.split(" ")[0])?.row.scope === "both";
    const [globally, otherwise] = [one, other].map((value) =>
      keys([...beside.filter(mayBeGlobal), `${name} = ${value}`], beside.filter((line) => !mayBeGlobal(line)))
    );
    notStrictEqual(globally[0], otherwise[0]);
    deepStrictEqual(globally, before, "a global one means the same");
  });
}

pure("a key tells no secret", () => {
  const body = [
    "passwd = geheim1",
    "secret = geheim2",
    'requestheader = "X-Token: geheim3"',
    "alsocheck = smtp",
    "send = geheim4",
  ];
  for (const key of keys([], body)) strictEqual(/geheim/.test(key), false, key);
});

pure("a further check and the main one are distinguished by what they ask", () => {
  const found = keys([], [
    'alsocheck = http:80 "/a", "x"',
    'alsocheck = http:80 "/a", "y"',
    "agentport = 80",
    "weightfile = /a",
  ]);
  deepStrictEqual([found.length, new Set(found).size], [5, 5]);
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
  notStrictEqual(c.key, d.key, "an external check gets its virtual service");
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
