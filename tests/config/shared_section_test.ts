import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { formatCf } from "../../src/config/cf/format.ts";
import { outlineOf } from "../../src/config/cf/outline.ts";
import { parse, type Parsed } from "../../src/config/cf/parse.ts";
import { writeCf } from "../../src/config/cf/write.ts";
import { lint } from "../../src/config/lint/lints.ts";
import { resolve } from "../../src/config/resolve/resolve.ts";
import { parseYaml } from "../../src/config/yaml/read.ts";
import { writeYaml } from "../../src/config/yaml/write.ts";
import type { Model } from "../../src/model/virtual_service.ts";
import { saysFacts } from "../facts.ts";
import { FACTS, line, load, model, pure, section } from "./fixture.ts";

const REAL = "real = 10.0.0.1 masq";

/** What a model has, but for the places of it. */
function meaning({ virtuals }: Model): unknown {
  return [...virtuals.values()].map((virtual) => ({
    ...virtual,
    line: 0,
    reals: [...virtual.reals.values()].map((real) => ({ ...real, line: 0 })),
  }));
}

function resolved({ tree, problems }: Parsed): Model {
  const model = resolve(tree, FACTS, problems);
  ok(model, problems.toSorted().map(line).join("\n"));
  return model;
}

pure("virtual services that share a section are as if it were written for each", () => {
  const body = [
    REAL,
    "real = 10.0.0.2 masq 3",
    "protocol = tcp",
    "fallback = 127.0.0.1",
    "request = /x",
    "scheduler = rr",
  ];
  const one = (head: string) => section(head, ...body).replace("quiescent = yes\n", "");
  const shared = model(section("virtual = 192.0.2.1:80, 192.0.2.2:443", ...body));
  const apart = model(`quiescent = yes\n${one("virtual = 192.0.2.1:80")}${one("virtual = 192.0.2.2:443")}`);
  deepStrictEqual(meaning(shared), meaning(apart));
});

pure("what depends on the port is that of each virtual service", () => {
  const { virtuals } = model(
    section("virtual = 192.0.2.1:80, 192.0.2.1:25, 192.0.2.1:53", REAL, "request = a.example"),
  );
  const checked = [...virtuals.values()].map(({ settings: { address }, reals }) => {
    const [{ destination, policy }] = reals.values();
    ok(policy.kind === "checked");
    return [address.kind, destination.address, policy.check.target.service, policy.check.target.port];
  });
  deepStrictEqual(checked, [
    ["tcp", "10.0.0.1", "http", 80],
    ["tcp", "10.0.0.1", "smtp", 25],
    ["udp", "10.0.0.1", "dns", 53],
  ]);
});

pure("marks and addresses share a section", () => {
  const { virtuals } = model(section("virtual = 192.0.2.1:80, 7", "real = 10.0.0.1:80 gate", "service = http"));
  deepStrictEqual([...virtuals.keys()], ["tcp:192.0.2.1:80", "fwm:7"]);
});

const WRONG: [name: string, text: string, ...said: string[]][] = [
  [
    "a virtual service that is named twice",
    section("virtual = 192.0.2.1:80, 192.0.2.1:80", REAL),
    "error 2:25+12 duplicate virtual server … 192.0.2.1:80 …",
  ],
  [
    "a virtual service of another family, at its place",
    section("virtual = 192.0.2.1:80, [2001:db8::1]:80", REAL),
    "error 2:25+13 … IPv6 …",
  ],
  [
    "an error of the body, once",
    section("virtual = 192.0.2.1:80, 192.0.2.1:81, 192.0.2.1:82", "real = [::1]:80 masq", "service = http"),
    "error 3:12+5 … IPv6 …",
  ],
  [
    "a name that has no address, at its place",
    section("virtual = 192.0.2.1:80, nowhere:80", REAL),
    "error 2:25+7 … nowhere …",
  ],
];

for (const [name, text, ...said] of WRONG) {
  pure(`shared section: ${name}`, () => {
    saysFacts(load(text).problems.map(line), said);
  });
}

pure("a lint of a shared body is reported once", () => {
  const text = section("virtual = 192.0.2.1:80, 192.0.2.2:80", REAL, "real = 10.0.0.2 masq 5", "scheduler = rr");
  const told = lint(parse(text).tree, model(text), {}).map(({ lint, line }) => `${lint} ${line}`);
  deepStrictEqual(told.filter((each) => each.startsWith("weights-without-effect")), ["weights-without-effect 5"]);
});

pure("fmt keeps the line", () => {
  strictEqual(
    formatCf("virtual=192.0.2.1:80,192.0.2.1:443, 7\n    real=10.0.0.1 masq\n"),
    "virtual = 192.0.2.1:80,192.0.2.1:443, 7\n\treal = 10.0.0.1 masq\n",
  );
});

const CF = `quiescent = yes

virtual = 192.0.2.1:80, 192.0.2.1:443, 7 # all of it
	real = 10.0.0.1 masq 1
	protocol = tcp
`.replace("\tprotocol = tcp\n", "\tservice = http\n");

const YAML = `quiescent: yes

virtual:
  - address: [192.0.2.1:80, 192.0.2.1:443] # all of it
    mark: 7
    real:
      - address: 10.0.0.1
        forward: masq
        weight: 1
    service: http
`;

Deno.test("a shared section is one in YAML, and comes back as it was", () => {
  const parsed = parse(CF);
  strictEqual(writeYaml(outlineOf(parsed.tree, parsed.lines)), YAML);
  const yaml = parseYaml(YAML);
  strictEqual(writeCf(yaml.outline), CF);
  deepStrictEqual(meaning(resolved(yaml)), meaning(resolved(parsed)));
});

Deno.test("in YAML a mark among addresses is pointed at, and what is shown hides nothing of addresses", () => {
  const { problems, show } = parseYaml("virtual:\n  - address:\n      - 192.0.2.1:80\n      - 7\n    checktype: on\n");
  saysFacts(problems.toSorted().map(line), ["error 4:9+1 address … 7 …"]);
  strictEqual(show(3), "      - 192.0.2.1:80");
});
