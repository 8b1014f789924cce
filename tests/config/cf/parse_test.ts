import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { type DirectiveName, DIRECTIVES } from "../../../src/config/language/directives.ts";
import { parse } from "../../../src/config/cf/parse.ts";
import { saysFacts } from "../../facts.ts";
import { line, load, model, pure, section } from "../fixture.ts";

/** What is wrong with a text, without the warnings that others of these tests are about. */
function problems(text: string): readonly string[] {
  return load(text).problems.map(line).filter((said) => !said.includes("quiescent is not set"));
}

const REAL = "    real = 10.0.0.1:80 gate";

pure("where a line begins says what it belongs to", () => {
  const rows: Readonly<Record<string, readonly string[]>> = {
    "": [],
    "# nothing\n   # at all\n\n": [],
    "checkinterval=3": [],
    "checkinterval\t =\t3  # seconds": [],
    "\u{feff}checkinterval = 3\r\nvirtual = 10.0.0.9:80\r\n\treal=10.0.0.1:80 gate\r\n": [],
    [`virtual = 10.0.0.9:80\n\n# x\n    # y\n${REAL}\n\ncheckinterval = 3`]: [],
    "virtual = 10.0.0.9:80\n \t real = 10.0.0.1:80 gate": [],
    "virtual\u{a0}=\u{a0}10.0.0.9:80\n\u{a0}   real\u{a0}= 10.0.0.1:80\u{a0}gate\u{a0}": [],
    "virtual = 10.0.0.9:80\n   real = 10.0.0.1:80 gate": ["error 2:1+3 … indented … 3 blanks"],
    " checkinterval = 3": ["error 1:1+1 … indented … 1 blank"],
    "    checkinterval = 3": ["error 1:5+13 … indented … virtual …"],
    "    real = 10.0.0.1:80 gate": ["error 1:5+4 … indented … virtual …"],
    "real = 10.0.0.1:80 gate": ["error 1:1+4 real … virtual …"],
    "virtual = 10.0.0.9:80\n    autoreload = yes": ["error 2:5+10 autoreload …"],
    "    virtual = 10.0.0.9:80": ["error 1:5+7 … virtual … column 0"],
  };
  for (const [text, said] of Object.entries(rows)) saysFacts(problems(text), said, text);
});

pure("a section with lines that are not indented enough is one error, whatever else is right with it", () => {
  const body = ["real = 10.0.0.1:80 gate", "quiescent = no", "service = mysql", 'login = "x"', 'request = "SELECT 1"'];
  for (const indent of ["", " ", "  ", "   "]) {
    const text = `virtual = 10.0.0.9:80\n${body.map((line) => `${indent}${line}\n`).join("")}`;
    const { problems } = load(text);
    deepStrictEqual(problems.filter(({ severity }) => severity === "error").map(({ line }) => line), [2], text);
    // What stands in the wrong place is not missing.
    deepStrictEqual(problems.filter(({ text }) => /not set|needs/.test(text)), []);
    const twice = load(`${text}${text.replace("0.9", "0.8")}`);
    deepStrictEqual(twice.problems.filter(({ severity }) => severity === "error").map(({ line }) => line), [2, 8]);
  }
});

pure("what is set in the wrong place is not said to be not set", () => {
  for (const text of ["    quiescent = no\nvirtual = 10.0.0.9:80\n    real = 10.0.0.1:80 gate\n"]) {
    const { problems } = load(text);
    deepStrictEqual(
      problems.map(({ severity, line }) => `${severity} ${line}`),
      ["error 1", "warning 2"].slice(0, problems.length),
    );
    ok(!problems.some(({ text }) => /quiescent is not set/.test(text)), text);
  }
});

pure("what is no directive is an error that says what was meant", () => {
  const rows: Readonly<Record<string, readonly [string, string | undefined]>> = {
    "checkintervall = 3": ['error 1:1+14 Unknown command "checkintervall"', "… checkinterval …"],
    "CheckInterval = 3": [
      'error 1:1+13 Unknown command "CheckInterval"',
      "… small letters: checkinterval",
    ],
    "checkinterval: 3": [
      'error 1:1+14 Unknown command "checkinterval"',
      "… checkinterval = … YAML … .yaml …",
    ],
    "frobnicate = 3": ['error 1:1+10 Unknown command "frobnicate"', undefined],
    "= 3": [
      "error 1:1+1 Unknown command",
      "… name = value … ldirectord help directives …",
    ],
    "toString = 3": ['error 1:1+8 Unknown command "toString"', undefined],
    "checkinterval 3": ["error 1:1+13 checkinterval … =", "… checkinterval = seconds"],
    "checkinterval": ["error 1:1+13 checkinterval … =", "… checkinterval = seconds"],
    "checkinterval =": ["error 1:1+13 checkinterval …", "… checkinterval = seconds"],
    "fallback = # none": ["error 1:1+8 fallback …", "… fallback = host[:port] [gate|masq|ipip]"],
    "timeout = 30": [
      "error 1:1+7 timeout … checktimeout … negotiatetimeout",
      "… checktimeout = seconds … negotiatetimeout = seconds",
    ],
    "connecttimeout = 30": [
      "error 1:1+14 connecttimeout … negotiatetimeout",
      "… negotiatetimeout = seconds … checktimeout = seconds … connect …",
    ],
    "checkinterval = 10s": [
      'error 1:17+3 checkinterval … "10s"',
      "… seconds: 10",
    ],
    "quiescent = no\nvirtual = 10.0.0.9:80\n    checktype = checktimeout3": [
      'error 3:17+13 checktype … connect … ping … "checktimeout3"',
      undefined,
    ],
    "autoreload = Yes": [`error 1:14+3 autoreload … 'yes' … 'no' … "Yes"`, "… yes"],
    "a\0b = 3": ["error 1:2+1 … 0x00 …", "… text file …"],
    [`logfile = /${"x".repeat(70_000)}`]: ["error 1:1+1 … 65536 …", undefined],
  };
  for (const [text, [said, hint]] of Object.entries(rows)) {
    const [problem, ...more] = load(text).problems;
    saysFacts([line(problem), problem.hint ?? "no hint"], [said, hint ?? "no hint"]);
    strictEqual(more.length, 0);
  }
});

pure("comments end values, but not inside quotes", () => {
  const rows: readonly (readonly [written: string, request: string, ...said: readonly string[]])[] = [
    ["/a", "/a"],
    ["/a # b", "/a"],
    ['"/a" # "b"', "/a"],
    ['"/a"# b', "/a"],
    ['"/a"   ', "/a"],
    ["/a#b", "/a", "warning 2:17+1 … comment …"],
    [
      '"/a#b"',
      "/a#b",
      "warning 2:18+1 … # … quotes …",
    ],
    ['"class="ok""', 'class="ok"'],
    ["/it's", "/it's"],
  ];
  for (const [written, request, ...said] of rows) {
    const text = `virtual = 10.0.0.9:80\n    request = ${written}`;
    const { tree, problems } = parse(text);
    saysFacts(problems.toSorted().map(line), said, written);
    strictEqual(tree.sections[0].settings.request?.value, request, written);
  }
});

pure("of duplicates the last one counts, and is warned of", () => {
  const text = "checkinterval = 3\ncheckinterval = 4\nexecute = a\nexecute = b\n";
  saysFacts(problems(text), [
    "warning 2:17+1 checkinterval … twice … 1 …",
  ]);
  const { checkInterval, execute } = model(text);
  deepStrictEqual([checkInterval, execute], [4, ["a", "b"]]);
});

pure("a bare supervised means yes, with a warning", () => {
  saysFacts(problems("supervised # as ever"), ["warning 1:1+10 supervised …"]);
  strictEqual(model("supervised").supervised, true);
});

pure("all problems are reported at once, in the file's order", () => {
  const text =
    'bogus = 1\nvirtual = 10.0.0.9:80\n    receive = "("\n    real = nosuch:80 gate\nvirtual = nosuch:80\nfork = 2\n';
  saysFacts(problems(text), [
    'error 1:1+5 Unknown command "bogus"',
    "error 3:16+1 … receive … Unmatched ( …",
    "warning 4:12+6 real … nosuch … IPv4 address … down … resolves",
    "error 5:11+6 … address … virtual service: nosuch … IPv4 address",
    `error 6:8+1 fork … 'yes' … 'no' … "2"`,
  ]);
});

pure("a file of noise gives a bounded number of problems", () => {
  const said = load("bogus = 1\n".repeat(1_000)).problems;
  strictEqual(said.length, 101);
  saysFacts([line(said[100])], ["error 100:1+0 900 …"]);
});

pure("a line that is not UTF-8 is taken as it is, with a warning", () => {
  saysFacts(problems("logfile = /var/log/\u{dce9}"), [
    "warning 1:1+7 … UTF-8 …",
  ]);
  deepStrictEqual(problems("# \u{dce9}"), []);
});

/** A value for each directive that is good and needs nothing else. */
const EXAMPLES: Readonly<Record<DirectiveName, string>> = {
  user: "ldirectord",
  virtual: "10.0.0.9:80",
  virtual6: "[::9]:80",
  real: "10.0.0.1:80 gate",
  real6: "[::1]:80 gate",
  include: '"conf.d/*.cf"',
  checktimeout: "3",
  negotiatetimeout: "3",
  checkinterval: "3",
  failurecount: "3",
  alsocheck: "smtp:25",
  agentport: "8888",
  weightfile: "/x",
  checkfile: "/x",
  maxage: "30",
  dynamicweight: "yes",
  dnstype: "MX",
  requestheader: "X-Probe: 1",
  requestbody: "ping",
  expectstatus: "200,300-399",
  risecount: "3",
  retryinterval: "2",
  slowstart: "30",
  checkcount: "3",
  autoreload: "yes",
  callback: "/x",
  fallback: "127.0.0.1",
  fallback6: "[::1]",
  fallbackcommand: "/x",
  quorum: "2",
  hysteresis: "1",
  quorumcommand: "/x",
  withdrawdelay: "5",
  announce: "birdfile:/etc/bird/ldirectord.conf /run/bird/other.ctl",
  announcewhen: "any",
  failopen: "30%",
  reals: "dns:web.example.net:80 masq 1",
  resolveinterval: "60",
  resolvemin: "2",
  agenthold: "30",
  removaldrain: "30",
  logfile: "local0",
  emailalert: "a@b",
  emailalertfrom: "a@b",
  emailalertfreq: "0",
  emailalertstatus: "all",
  emailalertplanned: "yes",
  smtp: "mail",
  smtpuser: "lb",
  smtppasswd: "hunter2",
  smtptls: "yes",
  notify: "https://chat.example.org/hooks/1",
  loglevel: "warning",
  logformat: "json",
  statuspage: "127.0.0.1:9780",
  execute: "x",
  supervised: "yes",
  fork: "yes",
  quiescent: "yes",
  readdquiescent: "yes",
  cleanstop: "yes",
  maintenancedir: "/x",
  syncdaemon: "both",
  syncinterface: "eth0",
  syncid: "7",
  ipvsdriver: "netlink",
  ipvstimeouts: "900 120 300",
  bindto: "10.0.0.254",
  checkmark: "7",
  sentinel: "yes",
  tlsverify: "yes",
  starttls: "yes",
  tlsservername: "www.example.org",
  tlscafile: "/x",
  tlscertfile: "/x",
  tlskeyfile: "/x",
  certexpirywarn: "14",
  checktype: "connect",
  service: "http",
  checkcommand: "/x",
  checkport: "80",
  request: "x",
  receive: "x",
  send: "x",
  expect: "x",
  httpmethod: "GET",
  virtualhost: "x",
  login: "x",
  passwd: "x",
  database: "x",
  secret: "x",
  scheduler: "wrr",
  schedflags: "flag-1",
  persistent: "3",
  netmask: "255.255.255.0",
  protocol: "tcp",
  ops: "yes",
  monitorfile: "/x",
  servicename: "x",
  comment: "x",
  load: "x",
};

pure("every directive is accepted where it belongs, quoted or not, and nowhere else", () => {
  for (const [name, { scope }] of Object.entries(DIRECTIVES)) {
    const example = EXAMPLES[name as DirectiveName];
    for (const value of [example, `"${example}"`]) {
      const errors = (text: string) => parse(text).problems.hasErrors;
      strictEqual(errors(`${name} = ${value}`), scope === "virtual", `${name} = ${value}, global`);
      strictEqual(
        errors(`virtual = 10.0.0.9:80\n\t${name}=${value}`),
        scope === "global",
        `${name} = ${value}, in a section`,
      );
    }
  }
});

pure("every directive is explained", () => {
  for (const [name, row] of Object.entries(DIRECTIVES)) {
    ok(/^[A-Z].*\.$/s.test(row.doc) && row.default.length > 0 && row.value.form.length > 0, name);
  }
});

pure("outdated directives are accepted with a warning", () => {
  saysFacts(
    problems(section("10.0.0.9:80".replace(/^/, "virtual = "), "service = http", "load = x", "checkcount = 2")),
    [
      "warning 4:5+4 load …",
      "warning 5:5+10 checkcount … failurecount …",
    ],
  );
});
