import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { saysFacts } from "../../facts.ts";
import { model, pure, virtual } from "../fixture.ts";
import { HEAD, said } from "./sections.ts";

pure("the head of a section gives the virtual service", () => {
  const rows: readonly (readonly [head: string, key: string, label: string, ...body: readonly string[]])[] = [
    ["virtual = 192.0.2.1:80", "tcp:192.0.2.1:80", "192.0.2.1:80"],
    ["virtual = 192.0.2.1:080", "tcp:192.0.2.1:80", "192.0.2.1:80"],
    ["virtual = vip.example:http", "tcp:192.0.2.1:80", "192.0.2.1:80"],
    ["virtual = 192.0.2.1:53", "udp:192.0.2.1:53", "192.0.2.1:53"],
    ["virtual = 192.0.2.1:domain", "udp:192.0.2.1:53", "192.0.2.1:53"],
    ["virtual = 192.0.2.1:53", "tcp:192.0.2.1:53", "192.0.2.1:53", "protocol = tcp"],
    ["virtual = 192.0.2.1:3868", "sctp:192.0.2.1:3868", "192.0.2.1:3868", "protocol = sctp"],
    ["virtual = 192.0.2.1:123", "udp:192.0.2.1:123", "192.0.2.1:123", "protocol = udp"],
    ["virtual = 192.0.2.1:0", "tcp:192.0.2.1:0", "192.0.2.1:0", "persistent = 60"],
    ["virtual = 7", "fwm:7", "7"],
    ["virtual = 7", "fwm:7", "7", "protocol = fwm"],
    ["virtual = 4294967295", "fwm:4294967295", "4294967295"],
    ["virtual6 = 7", "fwm6:7", "7 (IPv6)"],
    ["virtual6 = [2001:DB8:0::1]:80", "tcp:[2001:db8::1]:80", "[2001:db8::1]:80"],
    ["virtual6 = vip.example:80", "tcp:[2001:db8::1]:80", "[2001:db8::1]:80"],
  ];
  for (const [head, key, label, ...body] of rows) {
    const { key: found, label: shown, line } = virtual(head, ...body);
    deepStrictEqual([found, shown, line], [key, label, 2]);
  }
});

pure("a global fallback serves the sections of its family", () => {
  const text = `quiescent = no
fallback = 127.0.0.1 masq
fallback6 = [::1]:8080 masq
virtual = 192.0.2.1:80
virtual = 7
    checktype = on
virtual6 = [2001:db8::1]:80
virtual6 = 7
    checktype = on
`;
  const fallbacks = [...model(text).virtuals.values()].map(({ key, fallback }) => [
    key,
    fallback?.key,
    fallback?.destination.forwarding,
    fallback?.destination.weight,
  ]);
  deepStrictEqual(fallbacks, [
    ["tcp:192.0.2.1:80", "127.0.0.1:80", "masq", 1],
    ["fwm:7", "127.0.0.1:0", "masq", 1],
    ["tcp:[2001:db8::1]:80", "[::1]:8080", "masq", 1],
    ["fwm6:7", "[::1]:8080", "masq", 1],
  ]);
});

pure("a fallback's port is the virtual service's own unless masq maps it", () => {
  const rows: readonly (readonly [head: string, fallback: string, key: string])[] = [
    [HEAD, "10.0.0.9", "10.0.0.9:80"],
    [HEAD, "10.0.0.9:81", "10.0.0.9:80"],
    [HEAD, "10.0.0.9:81 masq", "10.0.0.9:81"],
    [HEAD, "10.0.0.9 masq", "10.0.0.9:80"],
    [HEAD, "127.0.0.1:81 masq", "127.0.0.1:81"],
    ["virtual = 7", "10.0.0.9", "10.0.0.9:0"],
    ["virtual = 7", "10.0.0.9:81", "10.0.0.9:81"],
  ];
  for (const [head, fallback, key] of rows) {
    strictEqual(virtual(head, `fallback = ${fallback}`, "checktype = on").fallback?.key, key, `${head} ${fallback}`);
  }
});

pure("scheduling is as the kernel will print it", () => {
  const rows: readonly (readonly [body: readonly string[], flags: readonly string[]])[] = [
    [["scheduler = sh", "schedflags = sh-port,sh-fallback"], ["sh-fallback", "sh-port"]],
    [["scheduler = sh", "schedflags = flag-2,sh-port"], ["sh-port"]],
    [["scheduler = mh", "schedflags = flag-1"], ["mh-fallback"]],
    [["scheduler = sh"], ["sh-fallback"]],
    [["scheduler = mh"], ["mh-fallback"]],
    [["scheduler = sh", "schedflags = sh-port"], ["sh-port"]],
    [["scheduler = dh"], []],
    [["schedflags = flag-2, flag-1"], ["flag-1", "flag-2"]],
  ];
  for (const [body, flags] of rows) deepStrictEqual(virtual(HEAD, ...body).settings.schedulerFlags, flags);
  const { settings } = virtual("virtual6 = [::1]:80", "persistent = 9", "netmask = 64", "scheduler = lc");
  deepStrictEqual([settings.persistence, settings.netmask, settings.scheduler], [9, "64", "lc"]);
  strictEqual(virtual(HEAD, "persistent = 9", "netmask = 255.255.0.0").settings.netmask, "255.255.0.0");
  strictEqual(virtual(HEAD, "protocol = udp", "ops = yes").settings.onePacket, true);
  strictEqual(virtual("virtual = 7", "ops = yes", "checktype = on").settings.onePacket, true);
});

pure("what alert mails and the monitor say of a section", () => {
  const service = virtual(HEAD, "servicename = the shop", 'comment = "call Jo"', "monitorfile = /var/log/m");
  deepStrictEqual([service.serviceName, service.comment, service.monitorFile], ["the shop", "call Jo", "/var/log/m"]);
});

pure("a login at the mail server is a user and a password", () => {
  const head = ["virtual = 192.0.2.1:80", "real = 10.0.0.1:80 masq", "smtp = mail"] as const;
  saysFacts(said(...head, "smtpuser = lb"), [
    "error 5:16+2 smtpuser … no effect … smtppasswd",
  ]);
  saysFacts(said(...head, "smtppasswd = hunter2"), [
    "error 5:18+7 smtppasswd … no effect … smtpuser",
  ]);
});
