import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { SERVICE_DOCS } from "../../../src/config/language/service_docs.ts";
import { SERVICES } from "../../../src/model/services.ts";
import { saysFacts } from "../../facts.ts";
import { line, load, pure, section, virtual } from "../fixture.ts";

const REAL = "real = 10.0.0.1:80 gate";

/** Whether the real servers of a section have sentinels. */
function hasSentinel(head: string, ...body: readonly string[]): boolean {
  const [{ policy }] = virtual(head, ...body).reals.values();
  return policy.kind === "checked" && policy.sentinel === true;
}

/** The errors of a text. */
function errors(text: string): readonly string[] {
  return load(text).problems.filter(({ severity }) => severity === "error").map(line);
}

pure("sentinel: no unless it is asked for, and the section's word counts", () => {
  const head = "virtual = 192.0.2.1:80";
  strictEqual(hasSentinel(head, REAL), false);
  strictEqual(hasSentinel(head, REAL, "sentinel = yes"), true);
  strictEqual(hasSentinel(head, REAL, "sentinel = yes", "checktype = connect"), true);
  strictEqual(hasSentinel("virtual = 7", REAL, "service = http", "sentinel = yes"), true);
  const both = (own: string) => {
    const { model } = load(`sentinel = yes\n${section(head, REAL, ...own ? [own] : [])}`);
    const [{ policy }] = [...model!.virtuals.values()][0].reals.values();
    return policy.kind === "checked" && policy.sentinel === true;
  };
  deepStrictEqual([both(""), both("sentinel = yes"), both("sentinel = no")], [true, true, false]);
});

pure("sentinel: what it is not for is an error that says what to write", () => {
  const rows: readonly (readonly [head: string, body: readonly string[], said: readonly string[]])[] = [
    ["virtual = 192.0.2.1:53", ["service = dns"], ["udp"]],
    ["virtual = 192.0.2.1:53", ["service = dns", "protocol = tcp"], []],
    ["virtual = 192.0.2.1:1812", ["service = radius", "protocol = udp"], ["udp"]],
    ["virtual = 192.0.2.1:80", ["protocol = sctp"], ["sctp"]],
    ["virtual = 192.0.2.1:80", ["protocol = sctp", "service = http", "checkport = 80"], []],
    ["virtual = 192.0.2.1:80", ["checktype = ping"], ["checktype ping … port …"]],
    ["virtual = 192.0.2.1:80", ["checktype = external"], [
      "checktype external … port …",
    ]],
    ["virtual = 192.0.2.1:80", ["checktype = file", "checkfile = /x"], ["checktype file … port …"]],
    ["virtual = 192.0.2.1:80", ["checktype = on"], ["checktype on …"]],
    ["virtual = 192.0.2.1:80", ["checktype = off"], ["checktype off …"]],
    ["virtual = 7", ["checktype = connect"], ["port …"]],
  ];
  for (const [head, body, said] of rows) {
    const real = head.endsWith("7") ? "real = 10.0.0.1 gate" : REAL;
    const found = errors(section(head, real, "sentinel = yes", ...body));
    saysFacts(found, said.map((text) => `error 4:16+3 sentinel … TCP … ${text}`), head);
  }
});

pure("sentinel: services that count silent clients against their host refuse it, by a global yes as well", () => {
  const mysql = ["real = 10.0.0.1:3306 gate", "login = x", "request = y"];
  const text = "sentinel … mysql … 10 s … max_connect_errors …";
  const head = "virtual = 192.0.2.1:3306";
  saysFacts(errors(section(head, ...mysql, "sentinel = yes")), [`error 6:16+3 ${text}`]);
  saysFacts(errors(section(head, ...mysql, "sentinel = yes", "checktype = connect")), [`error 6:16+3 ${text}`]);
  saysFacts(errors(`sentinel = yes\n${section(head, ...mysql)}`), [`error 3:11+14 ${text}`]);
  saysFacts(errors(`sentinel = yes\n${section(head, ...mysql, "sentinel = no")}`), []);
  // One for udp, a ping and the like: it is for the sections that can have one.
  saysFacts(errors(`sentinel = yes\n${section("virtual = 192.0.2.1:53", REAL, "service = dns")}`), []);
});

pure("sentinel: every service has its word on it", () => {
  const known = new Set(SERVICE_DOCS.flatMap(({ names }) => names));
  deepStrictEqual(SERVICES.filter((service) => service !== "none" && !known.has(service)), []);
});
