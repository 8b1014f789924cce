import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { SERVICE_DOCS } from "../../../src/config/language/service_docs.ts";
import { SERVICES } from "../../../src/model/services.ts";
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
    ["virtual = 192.0.2.1:53", ["service = dns"], ["the service is checked over udp"]],
    ["virtual = 192.0.2.1:53", ["service = dns", "protocol = tcp"], []],
    ["virtual = 192.0.2.1:1812", ["service = radius", "protocol = udp"], ["the service is checked over udp"]],
    ["virtual = 192.0.2.1:80", ["checktype = ping"], ["with checktype ping no port is checked"]],
    ["virtual = 192.0.2.1:80", ["checktype = external"], [
      "with checktype external no port is known to be checked",
    ]],
    ["virtual = 192.0.2.1:80", ["checktype = on"], ["with checktype on nothing is checked"]],
    ["virtual = 192.0.2.1:80", ["checktype = off"], ["with checktype off nothing is checked"]],
    ["virtual = 7", ["checktype = connect"], ["no port is known"]],
  ];
  for (const [head, body, said] of rows) {
    const real = head.endsWith("7") ? "real = 10.0.0.1 gate" : REAL;
    const found = errors(section(head, real, "sentinel = yes", ...body));
    deepStrictEqual(found, said.map((text) => `error 4:16+3 sentinel needs a check of a TCP port: ${text}`), head);
  }
});

pure("sentinel: services that count silent clients against their host refuse it, by a global yes as well", () => {
  const mysql = ["real = 10.0.0.1:3306 gate", "login = x", "request = y"];
  const text =
    "sentinel is not for service mysql: an idle connection is closed after 10 s, and each counts as an error of " +
    "the host, which is blocked in the end (max_connect_errors)";
  const head = "virtual = 192.0.2.1:3306";
  deepStrictEqual(errors(section(head, ...mysql, "sentinel = yes")), [`error 6:16+3 ${text}`]);
  deepStrictEqual(errors(section(head, ...mysql, "sentinel = yes", "checktype = connect")), [`error 6:16+3 ${text}`]);
  deepStrictEqual(errors(`sentinel = yes\n${section(head, ...mysql)}`), [`error 3:11+14 ${text}`]);
  deepStrictEqual(errors(`sentinel = yes\n${section(head, ...mysql, "sentinel = no")}`), []);
  // One for udp, a ping and the like: it is for the sections that can have one.
  deepStrictEqual(errors(`sentinel = yes\n${section("virtual = 192.0.2.1:53", REAL, "service = dns")}`), []);
});

pure("sentinel: every service has its word on it", () => {
  const known = new Set(SERVICE_DOCS.flatMap(({ names }) => names));
  deepStrictEqual(SERVICES.filter((service) => service !== "none" && !known.has(service)), []);
});
