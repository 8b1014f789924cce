import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { outlineOf } from "../../../src/config/cf/outline.ts";
import { parse } from "../../../src/config/cf/parse.ts";
import { formatProblem } from "../../../src/config/language/problem.ts";
import { resolve } from "../../../src/config/resolve/resolve.ts";
import { decodeSource } from "../../../src/model/source_text.ts";
import { writeCf } from "../../../src/config/cf/write.ts";
import { writeYaml } from "../../../src/config/yaml/write.ts";
import { parseYaml } from "../../../src/config/yaml/read.ts";
import { Secret } from "../../../src/model/secret.ts";
import { saysFacts } from "../../facts.ts";
import { FACTS, line, model } from "../fixture.ts";
import { Random, seedOfRun } from "../../random.ts";

/** A model as plain data that can be compared: places and compiled expressions apart. */
function plain(value: unknown): unknown {
  if (value instanceof Secret) return `secret ${value.reveal()}`;
  if (value instanceof Map) {
    const entries = [...value].map(([key, each]) => [key, plain(each)] as const);
    // YAML puts all of virtual before all of virtual6, which changes nothing.
    const areVirtuals = entries.some(([key]) => /^(tcp|udp|sctp|fwm6?):/.test(key));
    return areVirtuals ? entries.sort(([a], [b]) => a < b ? -1 : 1) : entries;
  }
  if (value instanceof Set) return [...value].sort();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  if ("matches" in value && "source" in value) return `expression ${value.source}`;
  return Object.fromEntries(
    Object.entries(value).filter(([name, each]) => name !== "line" && each !== undefined).map((
      [k, v],
    ) => [k, plain(v)]),
  );
}

function yaml(text: string) {
  const { tree, problems, lines, show } = parseYaml(text);
  return { model: resolve(tree, FACTS, problems), problems: problems.toSorted(), lines, show };
}

function problems(text: string): readonly string[] {
  return yaml(text).problems.map(line).filter((said) => !said.includes("quiescent is not set"));
}

const CORPUS = new URL("../corpus/", import.meta.url);
const EXAMPLES = new URL("../../../packaging/examples/", import.meta.url);

for (const folder of [CORPUS, EXAMPLES]) {
  for (const { name } of [...Deno.readDirSync(folder)].filter(({ name }) => name.endsWith(".cf"))) {
    Deno.test(`${name} means the same in YAML, and back again`, () => {
      const text = decodeSource(Deno.readFileSync(new URL(name, folder)));
      const { tree, problems, lines } = parse(text);
      const original = resolve(tree, FACTS, problems);
      if (problems.toSorted().some(({ line, severity }) => line > 0 && severity === "error")) return;
      const written = writeYaml(outlineOf(tree, lines));
      const { model } = yaml(written);
      deepStrictEqual(plain(model), plain(original), written);
      const back = writeCf(parseYaml(written).outline);
      const again = parse(back);
      deepStrictEqual(plain(resolve(again.tree, FACTS, again.problems)), plain(original), back);
      const twice = writeYaml(outlineOf(again.tree, again.lines));
      strictEqual(writeCf(parseYaml(twice).outline), back);
    });
  }
}

const CF = `# The shop's.
checktimeout = 5
quiescent = no # gone is gone
emailalert = "a@example.org, b@example.org"

# Web servers.
virtual = 192.0.2.10:80
	service = http
	# The first one is new.
	real = 10.0.0.11:80 gate 10
	real = 10.0.0.12->10.0.0.14:80 masq 5 "/own", "^\\+OK #1" l:5 u:9
	receive = "all \\"well\\""
virtual6 = 7
	real6 = [2001:db8::1]:80 gate
	alsocheck = http:8080 "/x", "y"
`;

const YAML = `# The shop's.
checktimeout: 5
quiescent: no # gone is gone
emailalert: [a@example.org, b@example.org]

virtual:
  # Web servers.
  - address: 192.0.2.10:80
    service: http
    # The first one is new.
    real:
      - address: 10.0.0.11:80
        forward: gate
        weight: 10
      - address: 10.0.0.12->10.0.0.14:80
        forward: masq
        weight: 5
        request: /own
        receive: "^\\\\+OK #1"
        lower: 5
        upper: 9
    receive: all \\"well\\"

virtual6:
  - mark: 7
    real6:
      - address: "[2001:db8::1]:80"
        forward: gate
        weight: 1
    alsocheck:
      - service: http:8080
        request: /x
        receive: y
`;

Deno.test("a configuration in YAML, remarks and all", () => {
  const { tree, lines } = parse(CF);
  strictEqual(writeYaml(outlineOf(tree, lines)), YAML);
  strictEqual(
    writeCf(parseYaml(YAML).outline),
    CF.replace("\nvirtual6 = 7", "\n\nvirtual6 = 7").replace('masq 5 "', 'masq 5 "').replace(
      "[2001:db8::1]:80 gate",
      "[2001:db8::1]:80 gate 1",
    ),
  );
});

Deno.test("what people write in YAML: short forms, true and false, anchors, merged mappings", () => {
  const text = `x-web: &web
  service: http
  receive: OK
quiescent: true
checktimeout: 5
virtual:
  - {address: "192.0.2.10:80", <<: *web, real: 10.0.0.1:80 gate 3}
  - <<: *web
    address: 192.0.2.20:80
    receive: 'other'
    real: [10.0.0.1:80 gate, {address: 10.0.0.2:80, forward: masq}]
`;
  const cf = `quiescent = yes
checktimeout = 5
virtual = 192.0.2.10:80
    service = http
    receive = OK
    real = 10.0.0.1:80 gate 3
virtual = 192.0.2.20:80
    service = http
    receive = other
    real = 10.0.0.1:80 gate
    real = 10.0.0.2:80 masq
`;
  deepStrictEqual(problems(text), []);
  deepStrictEqual(plain(yaml(text).model), plain(model(cf)));
});

Deno.test("what stands above everything stays there, be there global directives or none", () => {
  for (const text of ["# top\nvirtual:\n  - mark: 7\n", "# top\n\nvirtual:\n  - mark: 7\n"]) {
    strictEqual(writeCf(parseYaml(text).outline), "# top\nvirtual = 7\n");
  }
});

Deno.test("what is wrong is pointed at, by the line of the YAML", () => {
  const rows: Readonly<Record<string, readonly string[]>> = {
    "checkinterval: 10s": ['error 1:16+3 checkinterval … "10s"'],
    'checkinterval: "10s"': ['error 1:17+3 checkinterval … "10s"'],
    "checkintervall: 3": ['error 1:1+14 Unknown command "checkintervall"'],
    "checkinterval:": ["error 1:15+1 checkinterval …"],
    "checkinterval: [1, 2]": ["error 1:16+6 checkinterval …"],
    "timeout: 3": ["error 1:1+7 timeout … checktimeout … negotiatetimeout"],
    "request: /": ["error 1:1+7 request … virtual …"],
    "autoreload: Yes": [`error 1:13+3 autoreload … 'yes' … 'no' … "Yes"`],
    "emailalert: [a@b, nobody at all]": ['error 1:19+13 emailalert … address: "nobody at all"'],
    "- virtual": ["error 1:1+9 … mapping …"],
    "a: b: c": ["error 1:4+1 … second value …"],
    "fork: no\nfork: yes": ['error 2:1+4 "fork" … twice …'],
    "fork: no\n---\nfork: yes": ["error 2:1+1 … second document …"],
    "fork: *other": ["error 1:7+1 … alias … anchor …"],
    "<<: *other": ["error 1:5+1 … alias … anchor …"],
    "<<: [*other, 3]": [
      "error 1:6+1 … alias … anchor …",
      "error 1:14+1 << … mappings …",
    ],
    "virtual:\n  - mark: 7\n    checktype: on\n    real: [10.0.0.1 gate, *other]": [
      "error 4:27+1 … alias … anchor …",
    ],
    "virtual:": ["error 1:1+7 virtual …"],
    "virtual: 192.0.2.1:80": ["error 1:10+12 virtual … list … mappings"],
    "virtual:\n  - service: http": ["error 2:5+13 … address … missing"],
    "virtual:\n  - address: 7": ['error 2:14+1 address: "7" …'],
    "virtual:\n  - address: 192.0.2.1": ['error 2:14+9 virtual service … port … missing … "192.0.2.1"'],
    "virtual:\n  - mark: 7\n    checktype: on\n    autoreload: yes": ["error 4:5+10 autoreload …"],
    "virtual:\n  - mark: 7\n    checktype: ping\n    real: 10.0.0.1:80 gat": [
      'error 4:23+3 real … gate, masq … ipip … "gat"',
    ],
    "virtual:\n  - mark: 7\n    checktype: ping\n    real:\n      - {address: 10.0.0.1, forward: gat}": [
      `error 5:38+3 real's forward … gate, masq … ipip … "gat"`,
    ],
    "virtual:\n  - mark: 7\n    checktype: ping\n    real:\n      - address: 10.0.0.1\n        forward: gate\n        wieght: 3":
      [
        'error 7:9+6 real … "wieght"',
      ],
    "virtual:\n  - mark: 7\n    checktype: ping\n    real:\n      - address: 10.0.0.1": [
      "error 5:9+17 real … forward",
    ],
    "virtual:\n  - mark: 7\n    checktype: on\n    receive: '('": [
      "error 4:15+1 … receive … Unmatched ( …",
    ],
    "virtual:\n  - address: nosuch:80\n    service: http": [
      "error 2:14+6 … address … virtual service: nosuch … IPv4 address",
    ],
  };
  for (const [text, said] of Object.entries(rows)) saysFacts(problems(text), said, text);
});

Deno.test("a secret is not shown, wherever and however it is written", () => {
  const texts = [
    "virtual:\n  - passwd: [hunter2]",
    "virtual:\n  - {mark: 7, passwd: [hunter2, x]}",
    "virtual:\n  - address: 1.2.3.4:80\n    passwd: |\n      hunter2\n     : x",
    "virtual:\n  - address: 1.2.3.4:80\n    passwd: >-\n      hunter2\n  bad",
    "virtual:\n  - address: 1.2.3.4:80\n    pasword: hunter2",
    "smtppasswd: &x {a: hunter2}",
  ];
  for (const text of texts) {
    const { problems, show } = yaml(text);
    const shown = problems.map((problem) => formatProblem(problem, "x.yaml", show, 1)).join("\n");
    ok(problems.length > 0 && !shown.includes("hunter2"), shown);
  }
});

Deno.test("mappings that merge themselves, and each other many times over, are read in no time", () => {
  const web = Array.from({ length: 40 }, (_, i) => {
    const inner = i === 0 ? "{failurecount: 3}" : `*a${i - 1}, *a${i - 1}`;
    return `x-a${i}: &a${i} {<<: [${inner}]}\n`;
  });
  const own = "x-self: &self {<<: *self, failurecount: 3}\n";
  const start = performance.now();
  for (const text of [`${web.join("")}<<: *a39\n`, `${own}<<: *self\n`]) {
    strictEqual(parseYaml(text).tree.globals.failurecount?.value, 3, text);
  }
  ok(performance.now() - start < HANG);
  for (const text of ["{", "[", "- ", "? ", "a: "]) {
    const said = problems(text.repeat(20_000));
    ok(said.length > 0 && performance.now() - start < 4 * HANG, text);
  }
});

/** Far more than a file of a few kilobytes may take, on any machine. */
const HANG = 5_000;

Deno.test("no file crashes or hangs the reader, and problems point into the file", () => {
  const random = new Random(seedOfRun());
  const examples = [...Deno.readDirSync(EXAMPLES)].filter(({ name }) => name.endsWith(".cf")).map(({ name }) => {
    const { tree, lines } = parse(decodeSource(Deno.readFileSync(new URL(name, EXAMPLES))));
    return writeYaml(outlineOf(tree, lines));
  });
  const pieces = [
    "\n",
    "  ",
    "\t",
    ": ",
    "- ",
    '"',
    "'",
    "#",
    "{",
    "}",
    "[",
    "]",
    ",",
    "&a ",
    "*a",
    "<<: ",
    "|\n",
    ">",
    "\0",
    "!",
  ];
  for (let i = 0; i < 1_000; i++) {
    let text = random.of(examples);
    for (let edits = 1 + random.below(8); edits > 0; edits--) {
      const at = random.below(text.length + 1);
      const piece = random.of([random.of(pieces), String.fromCharCode(random.below(256)), ""]);
      text = text.slice(0, at) + piece + text.slice(at + random.below(2) * random.below(30));
    }
    const context = `SEED=${random.seed}, file ${i}`;
    const start = performance.now();
    const read = yaml(text);
    ok(performance.now() - start < HANG, context);
    strictEqual(read.model === undefined, read.problems.some(({ severity }) => severity === "error"), context);
    for (const problem of read.problems) {
      const source = read.lines[problem.line - 1];
      ok(source !== undefined && problem.column >= 1, `${context}: ${line(problem)}`);
    }
  }
});

Deno.test("a problem is shown on one line, whatever stands in the value that it quotes", () => {
  const text =
    'virtual:\n  - address: 192.0.2.1:80\n    virtualhost: "a\\r\\n\\e[31mb"\n    real: ["10.0.0.1:80 masq"]\n';
  const said = problems(text).join("\n");
  ok(said.includes('not a host name: "a\\u{d}\\u{a}\\u{1b}[31mb"'), said);
});
