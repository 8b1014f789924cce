import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { checkUrl, type Given } from "../../src/config/check_url.ts";
import { resolve } from "../../src/config/resolve/resolve.ts";
import type { Check } from "../../src/model/check.ts";
import { FACTS, pure } from "./fixture.ts";

/** The check that a URL stands for. */
function checkOf(url: string, ...given: readonly Given[]): Check {
  const parsed = checkUrl(url, given);
  if (typeof parsed === "string") throw new Error(parsed);
  const [virtual] = resolve(parsed.tree, FACTS, parsed.problems)!.virtuals.values();
  const [real] = virtual.reals.values();
  if (real.policy.kind !== "checked") throw new Error(real.policy.kind);
  return real.policy.check;
}

pure("a URL says what is asked, and where", () => {
  const rows: readonly (readonly [url: string, asked: string])[] = [
    ["http://10.0.0.2", "negotiate http tcp 10.0.0.2 80 /"],
    ["http://10.0.0.2/health?full=1", "negotiate http tcp 10.0.0.2 80 /health?full=1"],
    ["https://[2001:db8::2]:8443/x", "negotiate https tcp 2001:db8::2 8443 /x"],
    ["HTTP://web1/", "negotiate http tcp 10.0.0.1 80 /"],
    ["smtp://10.0.0.2", "negotiate smtp tcp 10.0.0.2 25 undefined"],
    ["pop3s://10.0.0.2", "negotiate pops tcp 10.0.0.2 995 undefined"],
    ["dns://10.0.0.2/www.example.org", "negotiate dns udp 10.0.0.2 53 www.example.org"],
    ["redis://10.0.0.2", "negotiate redis tcp 10.0.0.2 6379 undefined"],
    ["tcp://10.0.0.2:8080", "connect none tcp 10.0.0.2 8080 undefined"],
    ["udp://10.0.0.2:514", "connect none udp 10.0.0.2 514 undefined"],
    ["sctp://10.0.0.2:3868", "connect none sctp 10.0.0.2 3868 undefined"],
    ["ping://10.0.0.2", "ping none tcp 10.0.0.2 0 undefined"],
    ["ping://[::1]", "ping none tcp ::1 0 undefined"],
    ["mysql://joe@10.0.0.2/shop", "negotiate mysql tcp 10.0.0.2 3306 SELECT 1"],
  ];
  for (const [url, asked] of rows) {
    const { method, target: { service, transport, address, port, request } } = checkOf(url);
    strictEqual(`${method} ${service} ${transport} ${address} ${port} ${request}`, asked, url);
  }
  const { target: { login, database } } = checkOf("mysql://joe@10.0.0.2/shop");
  deepStrictEqual([login, database], ["joe", "shop"]);
});

pure("directives say how it is asked, taken as they are", () => {
  const { target, negotiateTimeout } = checkOf(
    "http://10.0.0.2/",
    ["receive", 'say "hello", then # more'],
    ["requestheader", "X-A: 1"],
    ["requestheader", "X-B: 2"],
    ["negotiatetimeout", "7"],
    ["passwd", '"quoted"'],
  );
  strictEqual(target.receive?.source, 'say "hello", then # more');
  deepStrictEqual(target.requestHeaders?.map(({ name }) => name), ["X-A", "X-B"]);
  strictEqual(target.passwd?.reveal(), '"quoted"');
  strictEqual(negotiateTimeout, 7);
});

pure("what cannot be asked is said in a line", () => {
  const rows: readonly (readonly [url: string, said: string, ...given: readonly Given[]])[] = [
    ["htttp://10.0.0.2", "there is no check for htttp; did you mean http?"],
    ["tcp://10.0.0.2", "the port is missing: tcp://10.0.0.2:PORT"],
    ["http://", "not an address or a host name: http://"],
    ["http://1.2.3.4:99999/", "a port is a number up to 65535, not 99999"],
    ["imap://joe:hunter2@10.0.0.2", "a password on the command line can be seen by everybody: write --passwdfile FILE"],
    ["http://10.0.0.2", "starttls must be 'yes' or 'no', not \"1\"; write yes", ["starttls", "1"]],
    [
      "dns://10.0.0.2/100%",
      "a % in a URL is followed by two hexadecimal digits, or written %25: dns://10.0.0.2/100%",
    ],
    ["none://10.0.0.2", "there is no check for none"],
    ["tcp://10.0.0.2:8", "receive has no effect: tcp:// asks for nothing that it could be about", ["receive", "OK"]],
    ["ping://10.0.0.2/x", "request has no effect: ping:// asks for nothing that it could be about"],
  ];
  for (const [url, said, ...given] of rows) strictEqual(checkUrl(url, given), said);
});
