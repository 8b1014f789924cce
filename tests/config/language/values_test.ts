import { deepStrictEqual, ok } from "node:assert/strict";
import type { Grammar } from "../../../src/config/language/grammar.ts";
import * as checkTypes from "../../../src/config/language/values/check_type.ts";
import * as choices from "../../../src/config/language/values/choices.ts";
import * as commands from "../../../src/config/language/values/commands.ts";
import * as dialogue from "../../../src/config/language/values/dialogue.ts";
import * as durations from "../../../src/config/language/values/durations.ts";
import * as hosts from "../../../src/config/language/values/hosts.ts";
import * as http from "../../../src/config/language/values/http.ts";
import * as ipvs from "../../../src/config/language/values/ipvs.ts";
import * as mail from "../../../src/config/language/values/mail.ts";
import * as numbers from "../../../src/config/language/values/numbers.ts";
import * as paths from "../../../src/config/language/values/paths.ts";
import * as texts from "../../../src/config/language/values/texts.ts";
import { saysFacts } from "../../facts.ts";
import { pure } from "../fixture.ts";

/** Grammar, what is written, what it means. */
const GOOD: readonly (readonly [Grammar<unknown>, string, unknown])[] = [
  [durations.seconds, "1", 1],
  [durations.seconds, '"30"', 30],
  [durations.seconds, "007", 7],
  [durations.seconds, "0.1", 0.1],
  [durations.seconds, '"0.3"', 0.3],
  [durations.seconds, "2.50", 2.5],
  [durations.seconds, "5.0", 5],
  [durations.secondsOrZero, "0.7", 0.7],
  [durations.secondsOrZero, "0.0", 0],
  [durations.secondsOrZero, "0", 0],
  [checkTypes.checkType, "0", 0],
  [numbers.count, "3", 3],
  [numbers.percentage, "30%", 30],
  [numbers.percentage, '"100%"', 100],
  [durations.secondsOfStop, "20", 20],
  [numbers.portNumber, "65535", 65535],
  [choices.yesNo, "yes", true],
  [choices.yesNo, '"no"', false],
  [choices.service, "http_proxy", "http_proxy"],
  [checkTypes.checkType, "external-perl", "external-perl"],
  [checkTypes.checkType, "5", 5],
  [http.httpMethod, "head", "HEAD"],
  [http.httpMethod, "POST", "POST"],
  [http.statusRanges, "200, 300-399", [{ from: 200, to: 200 }, { from: 300, to: 399 }]],
  [texts.text, "", ""],
  [texts.text, '""', ""],
  [texts.text, '"a "b" c"', 'a "b" c'],
  [texts.text, "it's", "it's"],
  [texts.expression, '"O\\"K"', { source: 'O\\"K', at: 1 }],
  [texts.expression, "OK", { source: "OK", at: 0 }],
  [dialogue.expectation, '"^O"K"', { isUnwanted: false, source: '^O"K', at: 1 }],
  [dialogue.expectation, "OK", { isUnwanted: false, source: "OK", at: 0 }],
  [dialogue.expectation, '!"a b"', { isUnwanted: true, source: "a b", at: 2 }],
  [dialogue.expectation, '"!a b"', { isUnwanted: true, source: "a b", at: 2 }],
  [dialogue.expectation, "!a", { isUnwanted: true, source: "a", at: 1 }],
  [dialogue.expectation, '"\\!"', { isUnwanted: false, source: "\\!", at: 1 }],
  [dialogue.expectation, "hex:0d 0A", { isUnwanted: false, bytes: "\r\n", source: "hex:0d 0A", at: 0 }],
  [dialogue.expectation, '!"hex:ff"', { isUnwanted: true, bytes: "\xff", source: "hex:ff", at: 2 }],
  [paths.path, '"/a b"', "/a b"],
  [paths.logTarget, "/var/log/x", "/var/log/x"],
  [paths.logTarget, '"local0"', "local0"],
  [paths.logTarget, "journal", "journal"],
  [mail.mailAddresses, "a@b.c", ["a@b.c"]],
  [mail.mailAddresses, '"root, a.b+c@b"', ["root", "a.b+c@b"]],
  [mail.mailAddresses, 'LB <a@b>, <c@d>, "My Self" <e@f>', ["a@b", "c@d", "e@f"]],
  [mail.mailAddresses, '"LB alerts" <a@b>', ["a@b"]],
  [mail.mailbox, "lb@example.org (LB alerts)", "lb@example.org (LB alerts)"],
  [mail.mailAddresses, "root, pat.o'brien@b", ["root", "pat.o'brien@b"]],
  [mail.mailbox, '"Some Name <a@b>"', "Some Name <a@b>"],
  [mail.mailbox, '"LB alerts" <lb@example.org>', '"LB alerts" <lb@example.org>'],
  [mail.mailbox, '"LB, alerts"<lb@example.org>', '"LB, alerts"<lb@example.org>'],
  [mail.mailbox, '""LB alerts" <lb@example.org>"', '"LB alerts" <lb@example.org>'],
  [mail.mailbox, "<lb@example.org>", "<lb@example.org>"],
  [mail.mailbox, "root", "root"],
  [mail.alertStates, "all", new Set(["starting", "running", "stopping", "reloading"])],
  [mail.alertStates, "none", new Set()],
  [mail.alertStates, "running ,stopping", new Set(["running", "stopping"])],
  [mail.mailServer, "mail.example.org", "mail.example.org"],
  [mail.mailServer, "[2001:db8::1]:2525", "[2001:db8::1]:2525"],
  [http.virtualHost, '"www.example.org:8080"', "www.example.org:8080"],
  [hosts.address, "192.0.2.1", "192.0.2.1"],
  [hosts.address, '"2001:DB8::1"', "2001:db8::1"],
  [numbers.packetMark, "4294967295", 4294967295],
  [hosts.serverName, "www.example.org", "www.example.org"],
  [hosts.serverName, "2001:db8::1", "2001:db8::1"],
  [ipvs.scheduler, "wrr", "wrr"],
  [ipvs.schedulerFlags, '"sh-port,flag-1"', ["flag-1", "sh-port"]],
  [ipvs.netmask, "255.255.255.0", { quad: "255.255.255.0" }],
  [ipvs.netmask, "255.255.255.255", { quad: "255.255.255.255" }],
  [ipvs.netmask, "64", { prefix: 64 }],
  [commands.command, "/bin/true", ["/bin/true"]],
  [commands.command, '"/bin/check -w 5"', ["/bin/check", "-w", "5"]],
  [commands.command, `"/bin/check 'a b' c"`, ["/bin/check", "a b", "c"]],
  [commands.command, `/bin/check "a b" --x='c d'`, ["/bin/check", "a b", "--x=c d"]],
  [paths.configurationName, '"other.cf"', "other.cf"],
];

/** Grammar, what is written, and `offset+length text` as far as it states facts. */
const BAD: readonly (readonly [Grammar<unknown>, string, string])[] = [
  [durations.seconds, "0", "0+1 … 0.1"],
  [durations.seconds, "-7.5s", '0+5 … "-7.5s"'],
  [durations.seconds, "00", "0+2 … 0.1"],
  [durations.seconds, '"x"', '1+1 … "x"'],
  [durations.seconds, "0.05", "0+4 … 0.1"],
  [durations.seconds, "0.25", '0+4 … "0.25"'],
  [durations.seconds, "1e1", '0+3 … "1e1"'],
  [durations.seconds, "2147483.1", "0+9 … 2147483"],
  [durations.secondsOrZero, "0.05", "0+4 … 0 … 0.1"],
  [numbers.persistence, "0.5", '0+3 … "0.5"'],
  [numbers.repeatSeconds, "60.5", '0+4 … "60.5"'],
  [
    ipvs.ipvsTimeouts,
    "900 0.5 300",
    '0+11 … 2147483: "900 0.5 300"',
  ],
  [durations.seconds, "9999999999", "0+10 … 2147483"],
  [texts.text, "'3'", "0+1 … quote …"],
  [numbers.persistence, "9999999", "0+7 … 2678400"],
  [numbers.portNumber, "0", "0+1 … 1"],
  [numbers.portNumber, "http", '0+4 … "http"'],
  [choices.yesNo, "Yes", `0+3 … 'yes' … 'no' … "Yes"`],
  [
    checkTypes.checkType,
    "ping2",
    '0+5 … connect … ping … "ping2"',
  ],
  [http.httpMethod, "PUT", '0+3 … "PUT"'],
  [http.statusRanges, "200,99", '4+2 … "99"'],
  [http.statusRanges, "399-300", "0+7 … range …"],
  [http.requestHeader, "X Probe: 1", "0+10 … header …"],
  [http.requestHeader, "Host", "0+4 … header …"],
  [dialogue.sending, '"a\\q"', "2+2 … backslash … escape"],
  [dialogue.sending, "a\\x0g", "1+2 … backslash … escape"],
  [dialogue.sending, "a\\", "1+1 … backslash … escape"],
  [dialogue.sending, "hex:0g", "5+1 … hexadecimal …"],
  [dialogue.sending, '"hex:00f"', "1+7 … two hexadecimal …"],
  [dialogue.sending, '"hex:"', "1+4 … two hexadecimal …"],
  [dialogue.sending, '""', "1+1 … nothing … send"],
  [dialogue.expectation, '""', "1+1 … nothing … expect"],
  [dialogue.expectation, "!", "1+1 … nothing … expect"],
  [dialogue.expectation, '!"a', "1+1 … quote … missing"],
  [dialogue.expectation, '!"hex:xx"', "6+1 … hexadecimal …"],
  [texts.text, '"abc', "0+1 … quote … missing"],
  [texts.text, '"', "0+1 … quote … missing"],
  [texts.text, '"abc" def', "5+4 … text … quote"],
  [paths.path, "relative", '0+8 … "relative"'],
  [paths.logTarget, "ldirectord.log", '0+14 … "ldirectord.log"'],
  [mail.mailAddresses, "a@b, -oQ/tmp", '5+7 … address: "-oQ/tmp"'],
  [mail.mailAddresses, "root, 'x@b", `6+4 … address: "'x@b"`],
  [mail.mailAddresses, "|/bin/sh", '0+8 … address: "|/bin/sh"'],
  [mail.mailAddresses, "/etc/motd", '0+9 … address: "/etc/motd"'],
  [mail.mailAddresses, "a@b,,c@d", '4+1 … address: ""'],
  [mail.mailbox, "a@b <c", '0+6 … "a@b <c"'],
  [mail.alertStates, "all, none", "5+4 … none …"],
  [mail.alertStates, "runing", '0+6 … "runing"'],
  [mail.mailServer, "mail example", '0+12 … "mail example"'],
  [mail.mailServer, "mail:99999", '0+10 … "mail:99999"'],
  [http.virtualHost, "http://www/", '0+11 … "http://www/"'],
  [hosts.address, "director", '0+8 … address: "director"'],
  [numbers.packetMark, "0x7", '0+3 … "0x7"'],
  [hosts.serverName, "www:443", '0+7 … "www:443"'],
  [ipvs.scheduler, "wrr;reboot", '0+10 … scheduler: "wrr;reboot"'],
  [
    ipvs.schedulerFlags,
    '"sh-port;reboot"',
    '1+14 … flag-1, flag-2, flag-3, mh-fallback … sh-port … "sh-port;reboot"',
  ],
  [ipvs.netmask, "255.0.255.0", '0+11 … netmask: "255.0.255.0"'],
  [ipvs.netmask, "0.0.0.0", '0+7 … netmask: "0.0.0.0"'],
  [ipvs.netmask, "129", "0+3 … prefix … 1 … 128"],
  [commands.command, '""', "0+2 … command … missing"],
  [commands.command, "/bin/x 'y", "7+1 … quote … missing"],
  [paths.configurationName, "-d", "0+2 … -"],
];

/** Grammar, what is written, and the facts in the hint. */
const HINTS: readonly (readonly [Grammar<unknown>, string, string])[] = [
  [numbers.persistence, "5m", "… seconds: 300"],
  [numbers.persistence, "2 hours", "… seconds: 7200"],
  [numbers.persistence, "1w", "… seconds: 604800"],
  [numbers.persistence, "90d", "… whole … seconds … 1 …"],
  [numbers.persistence, "0.5", "… whole … seconds … 1 … kernel …"],
  [numbers.persistence, "500ms", "… whole … seconds … 1 … kernel …"],
  [numbers.repeatSeconds, "0.5", "… whole … seconds … 0 … mail …"],
  [durations.seconds, "10s", "… seconds: 10"],
  [durations.seconds, "10 sec", "… seconds: 10"],
  [durations.seconds, "2000ms", "… seconds: 2"],
  [durations.seconds, "500ms", "… seconds: 0.5"],
  [durations.seconds, "700 ms", "… seconds: 0.7"],
  [durations.seconds, "0.2s", "… seconds: 0.2"],
  [durations.seconds, "250ms", "… 0.2 or 0.3"],
  [durations.seconds, "50ms", "… seconds … 0.1 …"],
  [durations.seconds, "0.25", "… 0.2 or 0.3"],
  [durations.seconds, "4.35", "… 4.3 or 4.4"],
  [durations.seconds, "0.05", "… seconds … 0.1 …"],
  [durations.secondsOrZero, "0.05", "… 0 … seconds … 0.1 …"],
  [durations.secondsOrZero, "0ms", "… seconds: 0"],
  [durations.seconds, ".5", "… seconds: 0.5"],
  [durations.seconds, "0,5", "… seconds: 0.5"],
  [durations.seconds, "1.5m", "… seconds: 90"],
  [durations.seconds, "5M", "… 5 or 0.5 … sign … unit"],
  [durations.seconds, "5 parrots", "… 5 or 0.5 … sign … unit"],
  [numbers.daysOrZero, "30d", "… days: 30"],
  [numbers.percentage, "30", "… 30%"],
  [numbers.percentage, "101%", "… percentage … 0% … 100%"],
  [numbers.daysOrZero, "2w", "… days: 14"],
  [numbers.daysOrZero, "12h", "… whole … days … 0 …"],
  [numbers.count, "3m", "… whole … 1 … sign … unit"],
  [numbers.portNumber, "80s", "… whole … 1 … sign … unit"],
  [mail.mailAddresses, "a@b d@e", "… commas … a@b, d@e"],
  [mail.mailAddresses, "a@b; d@e", "… commas … a@b, d@e"],
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

pure("what a dialogue sends is bytes", () => {
  const rows: readonly (readonly [written: string, bytes: string])[] = [
    ['"a\\r\\n\\t\\\\\\"\\x00\\xfF"', 'a\r\n\t\\"\0\xff'],
    ["é", "\xc3\xa9"],
    ["hex:00 ffAb", "\0\xff\xab"],
    ["\\x68ex:00", "hex:00"],
  ];
  for (const [written, bytes] of rows) {
    const reading = dialogue.sending.read(written);
    deepStrictEqual("value" in reading && reading.value.reveal(), bytes, written);
  }
});

pure("a secret's value is in no message", () => {
  for (const written of ['"hunter2', '"hunter2" x', "'hunter2'"]) {
    for (const grammar of [texts.secret, dialogue.sending]) {
      const reading = grammar.read(written);
      ok("mistake" in reading && !JSON.stringify(reading).includes("hunter2"), written);
    }
  }
});
