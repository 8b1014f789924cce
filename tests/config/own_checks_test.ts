import { deepStrictEqual, match, notStrictEqual, ok, strictEqual } from "node:assert/strict";
import { formatCf } from "../../src/config/cf/format.ts";
import { outlineOf } from "../../src/config/cf/outline.ts";
import { parse, type Parsed } from "../../src/config/cf/parse.ts";
import { writeCf } from "../../src/config/cf/write.ts";
import { SERVER_DIRECTIVES } from "../../src/config/language/directive_facts.ts";
import { DIRECTIVES } from "../../src/config/language/directives.ts";
import { formatProblem } from "../../src/config/language/problem.ts";
import { firstSecrets } from "../../src/config/lint/files.ts";
import { lint } from "../../src/config/lint/lints.ts";
import { namedFiles } from "../../src/config/lint/named_files.ts";
import { resolve } from "../../src/config/resolve/resolve.ts";
import { parseYaml } from "../../src/config/yaml/read.ts";
import { writeYaml } from "../../src/config/yaml/write.ts";
import { checksOf, type Model, type RealServer } from "../../src/model/virtual_service.ts";
import { saysFacts } from "../facts.ts";
import { FACTS, line, load, model, pure, section } from "./fixture.ts";

const HEAD = "virtual = 192.0.2.1:80";

/** A real server with directives of its own. */
function own(address: string, ...directives: readonly string[]): readonly string[] {
  return [`real = ${address} masq {`, ...directives, "}"];
}

function realsIn(model: Model): readonly RealServer[] {
  return [...model.virtuals.values()].flatMap(({ reals }) => [...reals.values()]);
}

function reals(...body: readonly string[]): readonly RealServer[] {
  return realsIn(model(section(HEAD, ...body)));
}

/** A check in a few words. */
function inWords({ policy }: RealServer): string {
  if (policy.kind !== "checked") return policy.kind;
  const { method, target: { service, port, request, login }, interval } = policy.check;
  return [method === "negotiate" ? service : method, port, request, login, interval].filter(Boolean).join(" ");
}

pure("a real server's own directives are in place of the section's, for it alone", () => {
  const found = reals(
    "request = /a",
    ...own("10.0.0.1:80", "request = /b", "checkinterval = 3"),
    "real = 10.0.0.2:80 masq",
    ...own("10.0.0.3:80", "checktype = connect", "checkport = 81"),
    ...own("10.0.0.4:80", "service = smtp", "login = x"),
    ...own("10.0.0.5:80", "checktype = off"),
    "checktimeout = 4",
  );
  deepStrictEqual(found.map(inWords), ["http 80 /b 3", "http 80 /a 10", "connect 81 /a 10", "smtp 80 /a x 10", "off"]);
  deepStrictEqual(found.flatMap(({ policy }) => checksOf(policy).map(({ checkTimeout }) => checkTimeout)), [
    4,
    4,
    4,
    4,
  ]);
});

pure("a server's own check is that of a section that says the same", () => {
  const [alone] = reals("real = 10.0.0.1:80 masq", "request = /b", "login = x", "passwd = y", "checkport = 90");
  const [apart] = reals(
    "request = /a",
    ...own("10.0.0.1:80", "request = /b", "login = x", "passwd = y", "checkport = 90"),
  );
  deepStrictEqual(apart.policy, alone.policy);
});

pure("a change of a server's own check makes another check of that server only", () => {
  const [before, after] = ["/b", "/c"].map((request) =>
    reals("real = 10.0.0.1:80 masq", ...own("10.0.0.2:80", `request = ${request}`))
  );
  deepStrictEqual(before[0].policy, after[0].policy);
  notStrictEqual(checksOf(before[1].policy)[0].key, checksOf(after[1].policy)[0].key);
});

pure("a server's own timeout stands in for both of the section, as that does for global ones", () => {
  const [server] = reals("negotiatetimeout = 8", "checktimeout = 7", ...own("10.0.0.1", "checktimeout = 3"));
  const [check] = checksOf(server.policy);
  deepStrictEqual([check.checkTimeout, check.negotiateTimeout], [3, 3]);
});

pure("the section's key does not go with a server's own certificate", () => {
  const [server] = reals(
    "service = https",
    "tlscertfile = /a.pem",
    "tlskeyfile = /a.key",
    ...own("10.0.0.1", "tlscertfile = /b.pem"),
  );
  const [{ target: { tlsClient } }] = checksOf(server.policy);
  deepStrictEqual(tlsClient, { certFile: "/b.pem", keyFile: "/b.pem" });
});

pure("a server's own dialogue takes the place of the section's as a whole", () => {
  const section = ["service = dialogue", "checkport = 9", 'send = "a"', 'expect = "b"', 'expect = "c"'];
  const [shared, apart] = reals(...section, "real = 10.0.0.1 masq", ...own("10.0.0.2", 'send = "x"', 'expect = "y"'));
  const stepsOf = ({ policy }: RealServer) => checksOf(policy)[0].target.dialogue?.length;
  deepStrictEqual([stepsOf(shared), stepsOf(apart)], [3, 2]);
});

pure("failurecount and risecount may be a server's own", () => {
  const found = reals("failurecount = 2", ...own("10.0.0.1", "failurecount = 5"), ...own("10.0.0.2", "risecount = 3"));
  deepStrictEqual(found.map(({ failureCount, riseCount }) => [failureCount, riseCount]), [[5, undefined], [
    undefined,
    3,
  ]]);
});

pure("a range has one block for all of its servers", () => {
  deepStrictEqual(reals(...own("10.0.0.1->10.0.0.2:80", "request = /b")).map(inWords), [
    "http 80 /b 10",
    "http 80 /b 10",
  ]);
});

pure("further checks are replaced, and what is not checked has none", () => {
  const found = reals(
    "alsocheck = smtp",
    "agentport = 99",
    "sentinel = yes",
    "real = 10.0.0.1:80 masq",
    ...own("10.0.0.2:80", "alsocheck = ping"),
    ...own("10.0.0.3:80", "checktype = on"),
    ...own("10.0.0.4:80", "checktype = ping"),
  );
  const kinds = found.map(({ policy }) =>
    checksOf(policy).map(({ method, target }) => method === "negotiate" ? target.service : method)
  );
  deepStrictEqual(kinds, [["http", "smtp", "agent"], ["http", "ping", "agent"], [], ["ping", "smtp", "agent"]]);
  deepStrictEqual(found.map(({ policy }) => policy.kind === "checked" && policy.sentinel), [
    true,
    true,
    false,
    undefined,
  ]);
});

pure("a weight file and a file check may be a server's own", () => {
  const found = reals(
    "weightfile = /w/all",
    "checkfile = /f/all",
    "real = 10.0.0.1:80 masq",
    ...own("10.0.0.2:80", "weightfile = /w/2"),
    ...own("10.0.0.3:80", "checktype = file", "checkfile = /f/3", "maxage = 5"),
    ...own("10.0.0.4:80", "checktype = file"),
    ...own("10.0.0.5:80", "checktype = off"),
  );
  const files = found.map(({ policy }) => checksOf(policy).map(({ method, target: { file } }) => `${method} ${file}`));
  deepStrictEqual(files, [
    ["negotiate undefined", "weightfile /w/all"],
    ["negotiate undefined", "weightfile /w/2"],
    ["file /f/3", "weightfile /w/all"],
    ["file /f/all", "weightfile /w/all"],
    [],
  ]);
});

pure("what a service needs may be each server's own", () => {
  const text = (...more: readonly string[]) =>
    section("virtual = 192.0.2.1:3306", ...own("10.0.0.1", "login = a", "passwd = b", ...more), "service = mysql");
  const errors = (text: string) => load(text).problems.filter(({ severity }) => severity === "error").map(line);
  deepStrictEqual(errors(text("request = SELECT 1", "database = c")), []);
  saysFacts(errors(text("request = SELECT 1", "database = c").replace("login = a", "checkinterval = 3")), [
    "error 3:12+13 … login …",
  ]);
});

const WRONG: [name: string, body: readonly string[], ...said: string[]][] = [
  ["a directive for the section", own("10.0.0.1:80", "scheduler = rr"), "error 4:5+9 scheduler …"],
  ["a mistake in a value", own("10.0.0.1:80", "checkport = many"), "error 4:17+4 checkport …"],
  ["a block that is not closed", ["real = 10.0.0.1:80 masq {", "request = /"], "error 3:29+1 … { …"],
  [
    "a block that the next real server ends",
    ["real = 10.0.0.1:80 masq {", "real = 10.0.0.2:80 masq"],
    "error 3:29+1 … { …",
  ],
  ["a brace too many", ["real = 10.0.0.1:80 masq", "}"], "error 4:5+1 … { … } …"],
  ["a brace on a line of its own", ["real = 10.0.0.1:80 masq", "{"], "error 4:5+1 Unknown command"],
  ["a block on one line", ["real = 10.0.0.1:80 masq { request = / }"], "error 3:29+1 real: …"],
  [
    "a request in both places",
    ['real = 10.0.0.1:80 masq "/a", "b" {', "request = /", "}"],
    "error 4:15+1 … request …",
  ],
  [
    "a mark in both places",
    ["real = 10.0.0.1:80 masq checkmark:3 {", "checkmark = 4", "}"],
    "error 3:29+11 checkmark …",
  ],
  ["a block of what cannot be read", ["real = 10.0.0.1:80 {", "request = /", "}"], "error 3:23+1 real: …"],
];

for (const [name, body, ...said] of WRONG) {
  pure(`a real server's own check: ${name}`, () => {
    const errors = load(section(HEAD, ...body)).problems.filter(({ severity }) => severity === "error");
    saysFacts(errors.map(line), said);
  });
}

pure("lines that are indented more than the real server above them are the section's, as they have always been", () => {
  const [first, second] = realsIn(model(
    "quiescent = yes\nvirtual = 192.0.2.1:80\n    real = 10.0.0.1:80 masq\n        request = /a\n    real = 10.0.0.2:80 masq\n",
  ));
  deepStrictEqual([inWords(first), inWords(second)], ["http 80 /a 10", "http 80 /a 10"]);
});

pure("which directives a server may have follows from their rows", () => {
  for (const [name, row] of Object.entries(DIRECTIVES)) {
    const may = (SERVER_DIRECTIVES as readonly string[]).includes(name);
    if ("checks" in row) ok(may, name);
    if (row.scope === "global") ok(!may, name);
  }
  for (const name of ["failurecount", "alsocheck", "request", "passwd", "checkinterval"] as const) {
    ok(SERVER_DIRECTIVES.includes(name), name);
  }
  for (const name of ["scheduler", "real", "fallback", "quiescent", "persistent"] as const) {
    ok(!SERVER_DIRECTIVES.includes(name), name);
  }
});

/** Sections, and the lines of which a question is asked. */
const LINTED: [name: string, lint: string, body: readonly string[], lines: readonly number[]][] = [
  [
    "its own setting that its check does not look at",
    "setting-without-effect",
    ["receive = x", "real = 10.0.0.2 masq", ...own("10.0.0.1", "checktype = connect", "receive = y")],
    [7],
  ],
  [
    "a setting of the section that only one server's check looks at",
    "setting-without-effect",
    ["login = x", "receive = x", "real = 10.0.0.2 masq", ...own("10.0.0.1", "service = ftp")],
    [],
  ],
  [
    "a setting of the section that no check looks at",
    "setting-without-effect",
    ["database = x", "receive = x", "real = 10.0.0.2 masq", ...own("10.0.0.1", "service = ftp")],
    [3],
  ],
  [
    "a setting that each server has for itself",
    "setting-without-effect",
    ["receive = x", ...own("10.0.0.1", "receive = y")],
    [3],
  ],
  ["no command", "no-check-command", [
    "receive = x",
    ...own("10.0.0.1", "checktype = external"),
    "real = 10.0.0.2 masq",
  ], [5]],
  ["no receive", "http-without-receive", ["receive = x", "real = 10.0.0.2 masq", ...own("10.0.0.1", 'receive = ""')], [
    5,
  ]],
  ["the wrong port", "service-at-odd-port", ["real = 10.0.0.2 masq", ...own("10.0.0.1", "checkport = 443")], [5]],
  ["a long timeout", "timeout-over-interval", [
    "checktimeout = 3",
    "real = 10.0.0.2 masq",
    ...own("10.0.0.1", "checktimeout = 12"),
  ], [6]],
  ["no retries", "retry-without-effect", ["failurecount = 3", "retryinterval = 2", "real = 10.0.0.2 masq"], []],
];

for (const [name, question, body, lines] of LINTED) {
  pure(`a real server's own check, ${question}: ${name}`, () => {
    const text = section(HEAD, ...body);
    const found = lint(parse(text).tree, model(text), {}).filter((problem) => problem.lint === question);
    deepStrictEqual(found.map((problem) => problem.line), lines);
  });
}

pure("a password between the braces is kept secret, and found by check", () => {
  const text = section(HEAD, ...own("10.0.0.1", "passwd = Geheim7Wort", "passwd = Geheim8Wort"));
  const { tree, problems, show } = parse(text);
  const said = problems.toSorted().map((problem) => formatProblem(problem, "x", show, 1)).join("\n");
  match(said, /passwd = \*+/);
  ok(!/Geheim/.test(said), said);
  deepStrictEqual([...firstSecrets(tree, model(text)).values()].map(({ line }) => line), [5]);
});

pure("programs between the braces are among the files that must be there", () => {
  const text = section(HEAD, ...own("10.0.0.1", "checkcommand = /bin/x"), "checktype = external-perl");
  deepStrictEqual(namedFiles(parse(text).tree).map(({ path, use }) => [path, use]), [["/bin/x", "script"]]);
});

pure("fmt indents a block by one more, and keeps remarks", () => {
  const text = [
    "virtual=192.0.2.1:80",
    "     real=10.0.0.1 masq   {# a",
    "    # b",
    "",
    "    request=/x",
    "\t\t\t# c",
    "}   # d",
    "checkinterval=3",
    "",
  ].join("\n");
  const laidOut = [
    "virtual = 192.0.2.1:80",
    "\treal = 10.0.0.1 masq { # a",
    "\t\t# b",
    "",
    "\t\trequest = /x",
    "\t\t# c",
    "\t} # d",
    "checkinterval = 3",
    "",
  ].join("\n");
  strictEqual(formatCf(text), laidOut);
  strictEqual(formatCf(laidOut), laidOut);
});

const CF = `quiescent = yes

virtual = 192.0.2.1:80
	real = 10.0.0.1:80 masq 1
	# special
	real = 10.0.0.2:80 masq 2 "/a", "b" { # hm
		# one
		checkport = 81 # two
		alsocheck = smtp:25
		alsocheck = ping
		# end
	}
	real = 10.0.0.3:80 masq 1 {
	}
`;

const YAML = `quiescent: yes

virtual:
  - address: 192.0.2.1:80
    real:
      - address: 10.0.0.1:80
        forward: masq
        weight: 1
      # special
      - address: 10.0.0.2:80 # hm
        forward: masq
        weight: 2
        request: /a
        receive: b
        check:
          # one
          checkport: 81 # two
          alsocheck:
            - service: smtp:25
            - service: ping
          # end
      - address: 10.0.0.3:80
        forward: masq
        weight: 1
        check: {}
`;

function resolved({ tree, problems }: Parsed): Model {
  const model = resolve(tree, FACTS, problems);
  ok(model, problems.toSorted().map(line).join("\n"));
  return model;
}

Deno.test("a real server's own check comes to YAML and back as it was", () => {
  const parsed = parse(CF);
  strictEqual(writeYaml(outlineOf(parsed.tree, parsed.lines)), YAML);
  const yaml = parseYaml(YAML);
  strictEqual(writeCf(yaml.outline), CF);
  deepStrictEqual(
    realsIn(resolved(yaml)).map(({ policy }) => policy),
    realsIn(resolved(parsed)).map(({ policy }) => policy),
  );
});

Deno.test("a real server's own dialogue comes to YAML and back as it was", () => {
  const text = `quiescent = yes

virtual = 192.0.2.1:9
	real = 10.0.0.1 masq 1 {
		expect = "^ready"
		# who we are
		send = "lb"
		expect = "ok"
	}
	service = dialogue
	expect = "x"
`;
  const parsed = parse(text);
  const yaml = parseYaml(writeYaml(outlineOf(parsed.tree, parsed.lines)));
  strictEqual(writeCf(yaml.outline), text);
  deepStrictEqual(
    realsIn(resolved(yaml)).map(({ policy }) => policy),
    realsIn(resolved(parsed)).map(({ policy }) => policy),
  );
});

Deno.test("in YAML what a real server cannot have for itself is pointed at", () => {
  const errors = (entry: string) =>
    parseYaml(`virtual:\n  - address: 192.0.2.1:80\n    real:\n      - {address: 10.0.0.1, forward: masq, ${entry}}\n`)
      .problems.toSorted().map(({ line, text, hint }) => `${line}: ${text} / ${hint}`);
  saysFacts(errors("check: {scheduler: rr}"), ["4: scheduler …"]);
  saysFacts(errors("check: http"), ["4: real's check … mapping …"]);
  saysFacts(errors("checkport: 81"), ["4: real … checkport … check …"]);
});

Deno.test("in YAML a password below check is not shown", () => {
  const { show } = parseYaml(
    "virtual:\n  - address: 192.0.2.1:80\n    real:\n      - address: 10.0.0.1\n        forward: masq\n        check:\n" +
      "          passwd: Geheim7Wort\n          checkport: 81\n",
  );
  strictEqual(/Geheim/.test(show(7)!), false);
  strictEqual(show(8), "          checkport: 81");
});
