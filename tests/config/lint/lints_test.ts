import { deepStrictEqual, ok } from "node:assert/strict";
import type { LintFacts } from "../../../src/config/lint/lint.ts";
import { lint, LINTS } from "../../../src/config/lint/lints.ts";
import { parse } from "../../../src/config/cf/parse.ts";
import { LINUX_SCHEDULERS } from "../../../src/config/language/values/ipvs.ts";
import type { IpAddress } from "../../../src/model/address.ts";
import { saysFacts } from "../../facts.ts";
import { FACTS, model, pure, section } from "../fixture.ts";

const HERE: LintFacts = {
  fileModes: new Map([[FACTS.file, 0o600]]),
  networks: [
    { address: "127.0.0.1" as IpAddress, prefix: 8 },
    { address: "10.0.0.254" as IpAddress, prefix: 24 },
    { address: "2001:db8::254" as IpAddress, prefix: 64 },
  ],
  expireQuiescentTemplate: false,
  schedulers: new Set(["rr", "wrr", "lc", "wlc", "sh", "mh", "own"]),
  unusable: new Map([["/gone", "is not there"], ["/plain", "is not executable"], [
    "/empty",
    "holds no certificate in PEM form",
  ]]),
  openSsl: true,
};

/** What is found in a text, as `name line: text`. */
function found(text: string, facts: LintFacts = HERE): readonly string[] {
  return lint(parse(text).tree, model(text), facts).map(({ lint, line, text }) => `${lint} ${line}: ${text}`);
}

const VIRTUAL = "virtual = 10.0.0.9:80";
const WEB = ["checktimeout = 5", 'receive = "OK"'];
const REAL = "real = 10.0.0.1:80 gate";

/** Head, body, and the facts in what is said of them. */
const ROWS: readonly (readonly [head: string, body: readonly string[], ...said: readonly string[]])[] = [
  [VIRTUAL, [...WEB, REAL]],
  [VIRTUAL, WEB, "no-real-server 2: 10.0.0.9:80 …"],
  ["virtual = 7", ["checktype = ping"], "no-real-server 2: … mark 7 …"],
  [VIRTUAL, [...WEB, "real = nosuch:80 gate"]],

  [VIRTUAL, [...WEB, `${REAL} 0`, "real = 10.0.0.2:80 gate 1"]],
  [VIRTUAL, [...WEB, `${REAL} 0`], "all-weights-zero 2: … 10.0.0.9:80 … weight 0"],

  [VIRTUAL, [...WEB, REAL, "scheduler = sh"]],
  [VIRTUAL, [...WEB, REAL, "scheduler = mh", "schedflags = mh-port,flag-1"]],
  [
    VIRTUAL,
    [...WEB, REAL, "scheduler = sh", "schedflags = sh-port"],
    "no-fallback-flag 7: sh … weight 0",
  ],

  [
    VIRTUAL,
    [...WEB, REAL, "scheduler = wlcc"],
    "unknown-scheduler 6: wlcc … scheduler … ip_vs_wlcc …",
  ],
  [
    VIRTUAL,
    [...WEB, REAL, "scheduler = own"],
    "unknown-scheduler 6: own … scheduler … ip_vs_own",
  ],
  [
    VIRTUAL,
    [...WEB, REAL, "scheduler = twos"],
    "unknown-scheduler 6: … scheduler twos",
  ],

  [VIRTUAL, ["checktimeout = 5", REAL], "http-without-receive 2: … http … 10.0.0.9:80 … receive"],
  [
    VIRTUAL,
    ["checktimeout = 5", "service = https", REAL, "checkport = 443"],
    "http-without-receive 4: … https … 10.0.0.9:80 … receive",
  ],
  [VIRTUAL, ["checktimeout = 5", "expectstatus = 301", REAL]],
  [VIRTUAL, ["checktimeout = 5", "httpmethod = HEAD", REAL]],
  [VIRTUAL, ["checktimeout = 5", 'real = 10.0.0.1:80 gate 1 "/", "OK"']],
  [VIRTUAL, ["checktype = connect", REAL]],

  [
    VIRTUAL,
    [...WEB, REAL, "sentinel = yes", "failurecount = 3"],
    "sentinel-waits 7: … failurecount = 3 … 20 … sentinel",
  ],
  [VIRTUAL, [...WEB, REAL, "sentinel = yes", "failurecount = 3", "retryinterval = 1"]],
  [VIRTUAL, [...WEB, REAL, "sentinel = yes"]],

  [VIRTUAL, ["checktimeout = 5", "receive = json:.up", REAL]],

  [VIRTUAL, ["checktimeout = 5", "checktype = file", "checkfile = /a", "maxage = 9", REAL]],
  [
    VIRTUAL,
    [...WEB, REAL, "checkfile = /a", "maxage = 9"],
    "setting-without-effect 6: checkfile … no effect … http",
    "setting-without-effect 7: maxage … no effect … http",
  ],
  [
    VIRTUAL,
    ["checktimeout = 5", "checktype = file", "checkfile = /a", "checkport = 81", "receive = x", REAL],
    "setting-without-effect 6: checkport … no effect … by file",
    "setting-without-effect 7: receive … no effect … by file",
  ],

  [VIRTUAL, [...WEB, `${REAL} 0`, "weightfile = /w", "quorum = 9", "fallback = 127.0.0.1"]],
  [
    VIRTUAL,
    [...WEB, "real = 10.0.0.1->10.0.0.3:80 gate", "weightfile = /w"],
    "shared-weight-file 6: … 10.0.0.9:80 … same weight file",
  ],
  [
    VIRTUAL,
    [...WEB, `${REAL} {`, "weightfile = /w", "}", "real = 10.0.0.2:80 gate {", "weightfile = /w", "}"],
    "shared-weight-file 9: … same weight file",
  ],
  [VIRTUAL, [...WEB, `${REAL} {`, "weightfile = /w/1", "}", "real = 10.0.0.2:80 gate {", "weightfile = /w/2", "}"]],

  [
    VIRTUAL,
    ["checktimeout = 5", "service = dialogue", "send = a", "send = b", REAL],
    "dialogue-without-expect 6: … no answer",
  ],
  [VIRTUAL, ["checktimeout = 5", "service = dialogue", "send = a", "expect = b", REAL]],
  [
    VIRTUAL,
    [
      "checktimeout = 5",
      "service = dialogue",
      "expect = a",
      "send = a",
      "expect = !b",
      "expect = !c",
      "expect = d",
      REAL,
    ],
    "unwanted-before-answer 7: … whole answer",
    "unwanted-before-answer 8: … whole answer",
  ],
  [
    VIRTUAL,
    ["checktimeout = 5", "service = dialogue", "send = a", "expect = a", "expect = !b", "expect = !c", REAL],
  ],
  [
    VIRTUAL,
    ["checktimeout = 5", "service = dialogue", "protocol = udp", "send = a", "expect = !b", REAL],
  ],
  [VIRTUAL, ["checktimeout = 5", "service = memcached", "receive = json:.a", REAL], "json-without-page 5: … memcached"],
  [
    VIRTUAL,
    [...WEB, "send = a", REAL],
    "setting-without-effect 5: send …",
  ],

  [
    VIRTUAL,
    ["receive = OK", REAL],
    "timeout-over-interval 2: … 30 … default … interval … 10 … silent … 40 …",
  ],
  [
    VIRTUAL,
    ["receive = OK", "checktimeout = 12", "failurecount = 2", REAL],
    "timeout-over-interval 4: … 12 … interval … 10 … silent … 34 …",
  ],
  [
    VIRTUAL,
    ["checktype = ping", "checkinterval = 4", REAL],
    "timeout-over-interval 2: … 5 … default … interval … 4 … silent … 9 …",
  ],
  [
    VIRTUAL,
    ["checktype = connect", "checkinterval = 0.1", "checktimeout = 0.3", "failurecount = 2", REAL],
    "timeout-over-interval 5: … 0.3 … interval … 0.1 … silent … 0.7 …",
  ],
  [VIRTUAL, ["checktype = ping", "negotiatetimeout = 90", "checktimeout = 3", REAL]],

  [
    VIRTUAL,
    [...WEB, REAL, "fallback = 10.0.0.1"],
    "fallback-is-real 6: … fallback 10.0.0.1:80 … 10.0.0.9:80",
  ],
  [VIRTUAL, [...WEB, REAL, "fallback = 127.0.0.1"]],

  [
    VIRTUAL,
    [...WEB, REAL, "persistent = 600"],
    "quiescent-persistent 6: 10.0.0.9:80 … persistent … quiescent … net.ipv4.vs.expire_quiescent_template … 0",
  ],
  [VIRTUAL, [...WEB, REAL, "persistent = 600", "quiescent = no"]],

  [
    VIRTUAL,
    [...WEB, "real = 10.0.0.1:80 masq", "real = 10.7.0.1->10.7.0.3:80 masq"],
    "masq-in-another-network 6: 10.7.0.1 … 2 …",
  ],
  [
    VIRTUAL,
    [...WEB, "real = 10.7.0.1:80 gate"],
    "gate-in-another-network 5: 10.7.0.1 …",
  ],
  [VIRTUAL, [...WEB, "real = 10.7.0.1:80 ipip", "real = 127.0.0.1:80 gate"]],
  ["virtual = 198.51.100.1:80", [...WEB, "real = 10.7.0.1:80 masq"]],
  [
    "virtual6 = [2001:db8::9]:80",
    [...WEB, "real6 = [2001:db8::1]:80 gate", "real6 = [2001:db8:1::1]:80 gate"],
    "gate-in-another-network 6: 2001:db8:1::1 …",
  ],

  [
    VIRTUAL,
    ["checktimeout = 5", "checktype = external", "checkcommand = /gone --fast", REAL],
    "file-missing 5: … checkcommand /gone …",
  ],
  [
    VIRTUAL,
    ["checktimeout = 5", "checktype = external", "checkcommand = /plain --fast", REAL],
    "file-unusable 5: … checkcommand /plain … executable",
  ],
  [
    VIRTUAL,
    [...WEB, "checkport = 443", "service = https", "tlsverify = yes", "tlscafile = /empty", REAL],
    "file-unusable 8: … tlscafile /empty … PEM …",
  ],
  [VIRTUAL, [...WEB, REAL, "fallbackcommand = /bin/true"]],

  [
    VIRTUAL,
    [...WEB, "scheduler = rr", `${REAL} 3`, "real = 10.0.0.2:80 gate 5"],
    "weights-without-effect 5: … 10.0.0.9:80 … rr …",
  ],
  [
    VIRTUAL,
    [...WEB, "scheduler = lc", `${REAL} 3`, "slowstart = 9"],
    "weights-without-effect 7: slowstart … scheduler lc",
  ],
  [VIRTUAL, [...WEB, "scheduler = rr", `${REAL} 3`, "real = 10.0.0.2:80 gate 0"]],
  [VIRTUAL, [...WEB, "scheduler = wlc", `${REAL} 3`, "real = 10.0.0.2:80 gate 5", "slowstart = 9"]],

  [
    VIRTUAL,
    [...WEB, "quorum = 3", "fallback = 127.0.0.1:80", REAL],
    "quorum-out-of-reach 5: 10.0.0.9:80 … always down … weigh 1 … needs 3",
  ],
  [
    VIRTUAL,
    [...WEB, "hysteresis = 1", "fallback = 127.0.0.1:80", REAL],
    "quorum-out-of-reach 5: 10.0.0.9:80 … never … again … weigh 1 … needs 1 + 1",
  ],
  [VIRTUAL, [...WEB, "quorum = 2", "fallback = 127.0.0.1:80", `${REAL} 2`]],
  [VIRTUAL, [...WEB, "quorum = 2", `${REAL} 2`], "quorum-without-effect 5: the quorum … 10.0.0.9:80 …"],

  [
    VIRTUAL,
    [...WEB, REAL, "slowstart = 9"],
    "slowstart-too-fine 6: slowstart … 10.0.0.9:80 … weight … 1",
  ],

  [
    VIRTUAL,
    [...WEB, REAL, "retryinterval = 2"],
    "retry-without-effect 6: retryinterval … 10.0.0.9:80 … 1",
  ],
  [VIRTUAL, [...WEB, REAL, "retryinterval = 2", "risecount = 2"]],

  [
    VIRTUAL,
    ["checktype = connect", "request = /", REAL],
    "setting-without-effect 4: request … connect",
  ],
  [
    VIRTUAL,
    ["checktype = on", "receive = x", REAL],
    "setting-without-effect 4: receive …",
  ],
  [
    VIRTUAL,
    [...WEB, "checkcommand = /bin/true", REAL],
    "setting-without-effect 5: checkcommand … http",
  ],
  [VIRTUAL, ["checktype = connect", "alsocheck = http", "virtualhost = x", REAL]],
  [
    "virtual = 10.0.0.9:25",
    ["checktimeout = 5", "request = /", "receive = OK", "checkport = 26", "real = 10.0.0.1:25 gate"],
    "setting-without-effect 4: request … smtp",
    "setting-without-effect 5: receive … smtp",
  ],
  [
    VIRTUAL,
    [...WEB, "login = joe", "passwd = x", "tlsverify = yes", REAL],
    "setting-without-effect 5: login … http",
    "setting-without-effect 6: passwd … http",
    "setting-without-effect 7: tlsverify … http",
  ],
  [
    "virtual = 10.0.0.9:995",
    ["checktimeout = 5", "virtualhost = mail.example", "tlsverify = yes", "real = 10.0.0.1:995 gate"],
  ],
  [
    "virtual = 10.0.0.9:25",
    ["checktimeout = 5", "starttls = yes", "tlsservername = mail.example", "real = 10.0.0.1:25 gate"],
  ],
  [
    VIRTUAL,
    ["checktype = ping", "checkport = 81", REAL],
    "setting-without-effect 4: checkport … ping",
  ],

  [
    VIRTUAL,
    ["checktimeout = 5", 'receive = "HTTP/1.1 200 OK"', REAL, 'real = 10.0.0.2:80 gate 1 "/", "^Server: nginx"'],
    "receive-of-headers 4: receive …",
    "receive-of-headers 6: receive …",
  ],
  ["virtual = 10.0.0.9:81", [
    "service = simpletcp",
    "checktimeout = 5",
    "receive = HTTP/1.1 200",
    REAL.replace("80", "81"),
  ]],
  [
    VIRTUAL,
    ["checktype = external", REAL],
    "no-check-command 3: checktype = external …",
  ],
  [
    VIRTUAL,
    ["checktype = external", "checkcommand = check-web -v", REAL],
    "relative-command 4: … checkcommand …",
  ],
  [
    VIRTUAL,
    ["checktype = external", "checkcommand = /bin/x $HOME | grep OK", REAL],
    "shell-in-command 4: checkcommand … $ …",
  ],
  [
    VIRTUAL,
    [...WEB, "fallbackcommand = /bin/x >/dev/null 2>&1", REAL],
    "shell-in-command 5: fallbackcommand … > …",
  ],
  [VIRTUAL, ["checktype = external", `checkcommand = /bin/sh -c 'x | y'`, REAL]],

  [
    VIRTUAL,
    [
      ...WEB,
      "fallback = 0.0.0.9",
      ..."0.0.0.0 224.0.0.1 255.255.255.255 240.0.0.1 10.0.0.255".split(" ").map((ip) => `real = ${ip}:80 ipip`),
    ],
    "impossible-address 5: … fallback … 0.0.0.9 …",
    "impossible-address 6: … real … 0.0.0.0 …",
    "impossible-address 7: … real … 224.0.0.1 … multicast address",
    "impossible-address 8: … real … 255.255.255.255 … broadcast address",
    "impossible-address 9: … real … 240.0.0.1 … reserved",
    "impossible-address 10: … real … 10.0.0.255 … broadcast address … 10.0.0.254/24",
  ],
  [
    "virtual6 = [2001:db8::9]:80",
    [...WEB, ..."fe80::1 ff02::1 ::ffff:10.0.0.1 ::".split(" ").map((ip) => `real6 = [${ip}]:80 ipip`)],
    "impossible-address 5: … fe80::1 … link-local address … zone",
    "impossible-address 6: … ff02::1 … multicast address",
    "impossible-address 7: … ::ffff:a00:1 … IPv4 address … IPv6",
    "impossible-address 8: … :: …",
  ],

  [VIRTUAL, [...WEB, "service = https", REAL], "service-at-odd-port 5: https … port 80"],
  [
    "virtual = 10.0.0.9:443",
    [...WEB, "service = http", "real = 10.0.0.1:443 gate"],
    "service-at-odd-port 5: http … port 443",
  ],
  ["virtual = 10.0.0.9:443", [...WEB, "service = http", "checkport = 80", "real = 10.0.0.1:443 gate"]],

  ["virtual = 10.0.0.9:53", [
    "checktimeout = 5",
    "request = a.example",
    "receive = 10.0.0.1",
    "real = 10.0.0.1:53 masq",
  ]],

  [VIRTUAL, [...WEB, REAL, "smtp = mail"], "mail-without-recipient 6: smtp … emailalert"],
  [VIRTUAL, [...WEB, REAL, "smtp = mail", "emailalert = a@b"]],
];

pure("what is allowed and seldom meant is found, and nothing else", () => {
  for (const [head, body, ...said] of ROWS) saysFacts(found(section(head, ...body)), said, body.join("; "));
});

pure("a password in a file that everybody may read is found", () => {
  const text = section("virtual = 10.0.0.9:143", "checktimeout = 5", "passwd = x", "real = 10.0.0.1:143 gate");
  const said = ["secrets-readable 4: …"];
  saysFacts(found(text, { ...HERE, fileModes: new Map([[FACTS.file, 0o644]]) }), said);
  deepStrictEqual(found(text, { ...HERE, fileModes: new Map([[FACTS.file, 0o640]]) }), []);
  deepStrictEqual(
    found(text.replace("passwd = x", 'passwd = ""'), { ...HERE, fileModes: new Map([[FACTS.file, 0o644]]) }),
    [],
  );
  const header = (line: string) => section(VIRTUAL, ...WEB, REAL, `requestheader = "${line}"`);
  deepStrictEqual(
    found(header("Authorization: Bearer x"), { ...HERE, fileModes: new Map([[FACTS.file, 0o644]]) }).length,
    1,
  );
  deepStrictEqual(found(header("Accept: text/plain"), { ...HERE, fileModes: new Map([[FACTS.file, 0o644]]) }), []);
});

pure("what the machine would have to tell is not guessed", () => {
  const text = section(VIRTUAL, ...WEB, "persistent = 600", "real = 10.7.0.1:80 masq", "fallbackcommand = /gone");
  deepStrictEqual(found(text, {}), []);
});

pure(
  "a scheduler that no kernel is known to have is an error, unless this one has it or another machine is asked",
  () => {
    const severity = (name: string, facts: LintFacts) => {
      const text = section(VIRTUAL, ...WEB, REAL, `scheduler = ${name}`);
      const [problem] = lint(parse(text).tree, model(text), facts);
      return problem && `${problem.severity}: ${problem.hint!.split("?")[0].slice(0, 20)}`;
    };
    for (const facts of [HERE, {}, { schedulers: new Set<string>() }]) {
      deepStrictEqual(severity("wlcc", facts), "error: did you mean wlc");
      for (const name of LINUX_SCHEDULERS) {
        deepStrictEqual(
          severity(name, { ...facts, schedulers: undefined }),
          undefined,
        );
      }
    }
    deepStrictEqual(severity("nosuch", HERE), "error: Linux has rr, wrr, l");
    deepStrictEqual(severity("nosuch", {}), "warning: Linux has rr, wrr, l");
    deepStrictEqual(severity("own", HERE), "warning: see that each direct");
  },
);

pure("a file without a virtual service is found, unless it only starts others", () => {
  saysFacts(found("checkinterval = 3\n"), ["no-virtual-service 0: …"]);
  deepStrictEqual(found("execute = other\n"), []);
});

pure("each question has rows here, and each finding says why and what to do", () => {
  const texts = ROWS.map(([head, body]) => section(head, ...body));
  texts.push(section("virtual = 10.0.0.9:143", "checktimeout = 5", "passwd = x", REAL));
  texts.push("");
  const all = texts.flatMap((text) =>
    lint(parse(text).tree, model(text), {
      ...HERE,
      fileModes: new Map([[FACTS.file, 0o644]]),
      openSsl: false,
      emptyIncludes: [{ line: 1, column: 1, length: 1 }],
    })
  );
  deepStrictEqual([...new Set(all.map(({ lint }) => lint))].sort(), Object.keys(LINTS).sort());
  for (const { lint, why, hint } of all) ok(/\.$/.test(why!) && hint!.length > 5, `${lint}`);
});

pure("of a finding in every section the first places are listed, and one can be left out", () => {
  const text = Array.from({ length: 50 }, (_, i) => section(`virtual = 10.0.1.${i}:80`, ...WEB)).join("");
  deepStrictEqual(found(text).length, 10);
  deepStrictEqual(lint(parse(text).tree, model(text), HERE, new Set(["no-real-server"])), []);
});

pure("twice as many virtual services are twice as much to look at", () => {
  const looks = (services: number) => {
    const text = Array.from(
      { length: services },
      (_, i) => section(`virtual = 192.0.2.${i}:80`, ...WEB, `real = 198.51.100.${i}:80 masq`),
    ).join("");
    let count = 0;
    const networks = new Proxy(HERE.networks!, {
      get: (list, name) => {
        if (name === "some") count++;
        return Reflect.get(list, name);
      },
    });
    found(text, { ...HERE, networks });
    return count;
  };
  const [few, many] = [looks(20), looks(40)];
  ok(few > 0 && many <= 2 * few, `${few}, and ${many} with twice as many`);
});

Deno.test({
  name: "check: without OpenSSL's library checks over TLS cannot be made",
  ...pure,
  fn: () => {
    const about = (service: string) => {
      const text = section(VIRTUAL, ...WEB, `service = ${service}`, "real = 10.0.0.1:80 gate");
      return found(text, { ...HERE, openSsl: false }).filter((each) => each.startsWith("library-missing"));
    };
    deepStrictEqual(about("http"), []);
    saysFacts(about("https"), ["library-missing 2: … OpenSSL …"]);
  },
});
