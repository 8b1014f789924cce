import { deepStrictEqual, ok } from "node:assert/strict";
import type { Grammar } from "../../../src/config/language/grammar.ts";
import * as values from "../../../src/config/language/values.ts";
import { saysFacts } from "../../facts.ts";
import { pure } from "../fixture.ts";

/** Grammar, what is written, what it means. */
const GOOD: readonly (readonly [Grammar<unknown>, string, unknown])[] = [
  [values.seconds, "1", 1],
  [values.seconds, '"30"', 30],
  [values.seconds, "007", 7],
  [values.seconds, "0.1", 0.1],
  [values.seconds, '"0.3"', 0.3],
  [values.seconds, "2.50", 2.5],
  [values.seconds, "5.0", 5],
  [values.secondsOrZero, "0.7", 0.7],
  [values.secondsOrZero, "0.0", 0],
  [values.secondsOrZero, "0", 0],
  [values.checkType, "0", 0],
  [values.count, "3", 3],
  [values.portNumber, "65535", 65535],
  [values.yesNo, "yes", true],
  [values.yesNo, '"no"', false],
  [values.service, "http_proxy", "http_proxy"],
  [values.checkType, "external-perl", "external-perl"],
  [values.checkType, "5", 5],
  [values.httpMethod, "head", "HEAD"],
  [values.httpMethod, "POST", "POST"],
  [values.statusRanges, "200, 300-399", [{ from: 200, to: 200 }, { from: 300, to: 399 }]],
  [values.text, "", ""],
  [values.text, '""', ""],
  [values.text, '"a "b" c"', 'a "b" c'],
  [values.text, "it's", "it's"],
  [values.expression, '"O\\"K"', { source: 'O\\"K', at: 1 }],
  [values.expression, "OK", { source: "OK", at: 0 }],
  [values.path, '"/a b"', "/a b"],
  [values.logTarget, "/var/log/x", "/var/log/x"],
  [values.logTarget, '"local0"', "local0"],
  [values.mailAddresses, "a@b.c", ["a@b.c"]],
  [values.mailAddresses, '"root, a.b+c@b"', ["root", "a.b+c@b"]],
  [values.mailAddresses, 'LB <a@b>, <c@d>, "My Self" <e@f>', ["a@b", "c@d", "e@f"]],
  [values.mailAddresses, '"LB alerts" <a@b>', ["a@b"]],
  [values.mailbox, "lb@example.org (LB alerts)", "lb@example.org (LB alerts)"],
  [values.mailAddresses, "root, pat.o'brien@b", ["root", "pat.o'brien@b"]],
  [values.mailbox, '"Some Name <a@b>"', "Some Name <a@b>"],
  [values.mailbox, '"LB alerts" <lb@example.org>', '"LB alerts" <lb@example.org>'],
  [values.mailbox, '"LB, alerts"<lb@example.org>', '"LB, alerts"<lb@example.org>'],
  [values.mailbox, '""LB alerts" <lb@example.org>"', '"LB alerts" <lb@example.org>'],
  [values.mailbox, "<lb@example.org>", "<lb@example.org>"],
  [values.mailbox, "root", "root"],
  [values.alertStates, "all", new Set(["starting", "running", "stopping", "reloading"])],
  [values.alertStates, "none", new Set()],
  [values.alertStates, "running ,stopping", new Set(["running", "stopping"])],
  [values.mailServer, "mail.example.org", "mail.example.org"],
  [values.mailServer, "[2001:db8::1]:2525", "[2001:db8::1]:2525"],
  [values.virtualHost, '"www.example.org:8080"', "www.example.org:8080"],
  [values.address, "192.0.2.1", "192.0.2.1"],
  [values.address, '"2001:DB8::1"', "2001:db8::1"],
  [values.packetMark, "4294967295", 4294967295],
  [values.serverName, "www.example.org", "www.example.org"],
  [values.serverName, "2001:db8::1", "2001:db8::1"],
  [values.scheduler, "wrr", "wrr"],
  [values.schedulerFlags, '"sh-port,flag-1"', ["flag-1", "sh-port"]],
  [values.netmask, "255.255.255.0", { quad: "255.255.255.0" }],
  [values.netmask, "255.255.255.255", { quad: "255.255.255.255" }],
  [values.netmask, "64", { prefix: 64 }],
  [values.command, "/bin/true", ["/bin/true"]],
  [values.command, '"/bin/check -w 5"', ["/bin/check", "-w", "5"]],
  [values.command, `"/bin/check 'a b' c"`, ["/bin/check", "a b", "c"]],
  [values.command, `/bin/check "a b" --x='c d'`, ["/bin/check", "a b", "--x=c d"]],
  [values.configurationName, '"other.cf"', "other.cf"],
];

/** Grammar, what is written, and `offset+length text` as far as it states facts. */
const BAD: readonly (readonly [Grammar<unknown>, string, string])[] = [
  [values.seconds, "0", "0+1 … 0.1"],
  [values.seconds, "-7.5s", '0+5 … "-7.5s"'],
  [values.seconds, "00", "0+2 … 0.1"],
  [values.seconds, '"x"', '1+1 … "x"'],
  [values.seconds, "0.05", "0+4 … 0.1"],
  [values.seconds, "0.25", '0+4 … "0.25"'],
  [values.seconds, "1e1", '0+3 … "1e1"'],
  [values.seconds, "2147483.1", "0+9 … 2147483"],
  [values.secondsOrZero, "0.05", "0+4 … 0 … 0.1"],
  [values.persistence, "0.5", '0+3 … "0.5"'],
  [values.repeatSeconds, "60.5", '0+4 … "60.5"'],
  [
    values.ipvsTimeouts,
    "900 0.5 300",
    '0+11 … 2147483: "900 0.5 300"',
  ],
  [values.seconds, "9999999999", "0+10 … 2147483"],
  [values.text, "'3'", "0+1 … quote …"],
  [values.persistence, "9999999", "0+7 … 2678400"],
  [values.portNumber, "0", "0+1 … 1"],
  [values.portNumber, "http", '0+4 … "http"'],
  [values.yesNo, "Yes", `0+3 … 'yes' … 'no' … "Yes"`],
  [
    values.checkType,
    "ping2",
    '0+5 … connect … ping … "ping2"',
  ],
  [values.httpMethod, "PUT", '0+3 … "PUT"'],
  [values.statusRanges, "200,99", '4+2 … "99"'],
  [values.statusRanges, "399-300", "0+7 … range …"],
  [values.requestHeader, "X Probe: 1", "0+10 … header …"],
  [values.requestHeader, "Host", "0+4 … header …"],
  [values.text, '"abc', "0+1 … quote … missing"],
  [values.text, '"', "0+1 … quote … missing"],
  [values.text, '"abc" def', "5+4 … text … quote"],
  [values.path, "relative", '0+8 … "relative"'],
  [values.logTarget, "ldirectord.log", '0+14 … "ldirectord.log"'],
  [values.mailAddresses, "a@b, -oQ/tmp", '5+7 … address: "-oQ/tmp"'],
  [values.mailAddresses, "root, 'x@b", `6+4 … address: "'x@b"`],
  [values.mailAddresses, "|/bin/sh", '0+8 … address: "|/bin/sh"'],
  [values.mailAddresses, "/etc/motd", '0+9 … address: "/etc/motd"'],
  [values.mailAddresses, "a@b,,c@d", '4+1 … address: ""'],
  [values.mailbox, "a@b <c", '0+6 … "a@b <c"'],
  [values.alertStates, "all, none", "5+4 … none …"],
  [values.alertStates, "runing", '0+6 … "runing"'],
  [values.mailServer, "mail example", '0+12 … "mail example"'],
  [values.mailServer, "mail:99999", '0+10 … "mail:99999"'],
  [values.virtualHost, "http://www/", '0+11 … "http://www/"'],
  [values.address, "director", '0+8 … address: "director"'],
  [values.packetMark, "0x7", '0+3 … "0x7"'],
  [values.serverName, "www:443", '0+7 … "www:443"'],
  [values.scheduler, "wrr;reboot", '0+10 … scheduler: "wrr;reboot"'],
  [
    values.schedulerFlags,
    '"sh-port;reboot"',
    '1+14 … flag-1, flag-2, flag-3, mh-fallback … sh-port … "sh-port;reboot"',
  ],
  [values.netmask, "255.0.255.0", '0+11 … netmask: "255.0.255.0"'],
  [values.netmask, "0.0.0.0", '0+7 … netmask: "0.0.0.0"'],
  [values.netmask, "129", "0+3 … prefix … 1 … 128"],
  [values.command, '""', "0+2 … command … missing"],
  [values.command, "/bin/x 'y", "7+1 … quote … missing"],
  [values.configurationName, "-d", "0+2 … -"],
];

/** Grammar, what is written, and the facts in the hint. */
const HINTS: readonly (readonly [Grammar<unknown>, string, string])[] = [
  [values.persistence, "5m", "… seconds: 300"],
  [values.persistence, "2 hours", "… seconds: 7200"],
  [values.persistence, "1w", "… seconds: 604800"],
  [values.persistence, "90d", "… whole … seconds … 1 …"],
  [values.persistence, "0.5", "… whole … seconds … 1 … kernel …"],
  [values.persistence, "500ms", "… whole … seconds … 1 … kernel …"],
  [values.repeatSeconds, "0.5", "… whole … seconds … 0 … mail …"],
  [values.seconds, "10s", "… seconds: 10"],
  [values.seconds, "10 sec", "… seconds: 10"],
  [values.seconds, "2000ms", "… seconds: 2"],
  [values.seconds, "500ms", "… seconds: 0.5"],
  [values.seconds, "700 ms", "… seconds: 0.7"],
  [values.seconds, "0.2s", "… seconds: 0.2"],
  [values.seconds, "250ms", "… 0.2 or 0.3"],
  [values.seconds, "50ms", "… seconds … 0.1 …"],
  [values.seconds, "0.25", "… 0.2 or 0.3"],
  [values.seconds, "4.35", "… 4.3 or 4.4"],
  [values.seconds, "0.05", "… seconds … 0.1 …"],
  [values.secondsOrZero, "0.05", "… 0 … seconds … 0.1 …"],
  [values.secondsOrZero, "0ms", "… seconds: 0"],
  [values.seconds, ".5", "… seconds: 0.5"],
  [values.seconds, "0,5", "… seconds: 0.5"],
  [values.seconds, "1.5m", "… seconds: 90"],
  [values.seconds, "5M", "… 5 or 0.5 … sign … unit"],
  [values.seconds, "5 parrots", "… 5 or 0.5 … sign … unit"],
  [values.daysOrZero, "30d", "… days: 30"],
  [values.daysOrZero, "2w", "… days: 14"],
  [values.daysOrZero, "12h", "… whole … days … 0 …"],
  [values.count, "3m", "… whole … 1 … sign … unit"],
  [values.portNumber, "80s", "… whole … 1 … sign … unit"],
  [values.mailAddresses, "a@b d@e", "… commas … a@b, d@e"],
  [values.mailAddresses, "a@b; d@e", "… commas … a@b, d@e"],
];

pure("a hint proposes only what means the same", () => {
  for (const [grammar, written, hint] of HINTS) {
    const reading = grammar.read(written);
    ok("mistake" in reading);
    saysFacts([reading.mistake.hint ?? ""], [hint], `${grammar.form}: ${written}`);
  }
});

pure("values are read as they are meant", () => {
  for (const [grammar, written, meant] of GOOD) {
    const reading = grammar.read(written);
    deepStrictEqual("value" in reading ? reading.value : undefined, meant, `${grammar.form}: ${written}`);
  }
});

pure("a value that cannot be read says which part of it is wrong", () => {
  for (const [grammar, written, said] of BAD) {
    const reading = grammar.read(written);
    ok("mistake" in reading, `${grammar.form}: ${written} was accepted`);
    const { at, length, text } = reading.mistake;
    saysFacts([`${at}+${length} ${text}`], [said], `${grammar.form}: ${written}`);
  }
});

pure("a secret's value is in no message", () => {
  for (const written of ['"hunter2', '"hunter2" x', "'hunter2'"]) {
    const reading = values.secret.read(written);
    ok("mistake" in reading && !JSON.stringify(reading).includes("hunter2"), written);
  }
});
