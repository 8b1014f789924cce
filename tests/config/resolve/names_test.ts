import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { IpAddress } from "../../../src/model/address.ts";
import { hostKey, lookUpHosts, wantedNames } from "../../../src/config/resolve/names.ts";
import { parse } from "../../../src/config/cf/parse.ts";
import { BUILT_IN_PORTS, parseServices } from "../../../src/config/language/ports.ts";
import { SERVICE_ROWS } from "../../../src/model/service_facts.ts";
import { pure } from "../fixture.ts";

const LIMITS = { seconds: 5, atOnce: 2 };

function wanted(...names: readonly string[]) {
  return names.map((name) => ({ name, family: 4 as const }));
}

pure("the names of a file are collected once for each family", () => {
  const { tree } = parse(`virtual = vip:80
    real = a->b:80 gate
    real = a:80 gate
    fallback = c
virtual6 = vip:80
    real6 = [::1]->d:80 gate
fallback = 127.0.0.1
fallback6 = e
`);
  const { hosts, ports } = wantedNames(tree);
  deepStrictEqual(hosts.map(hostKey), ["4 vip", "4 a", "4 b", "4 c", "6 vip", "6 d", "6 e"]);
  strictEqual(ports, false);
});

pure("a port name anywhere asks for /etc/services", () => {
  for (
    const text of ["virtual = 10.0.0.1:http", "virtual = 7\n\treal = 10.0.0.1:http gate", "fallback = 10.0.0.1:http"]
  ) {
    strictEqual(wantedNames(parse(text).tree).ports, true, text);
  }
});

Deno.test({
  name: "look-ups are made at the same time, a few at once, and failures are no answers",
  permissions: "none",
  async fn() {
    let running = 0;
    let most = 0;
    const found = await lookUpHosts(wanted("a", "b", "c", "bad", "d"), async (name) => {
      most = Math.max(most, ++running);
      await Promise.resolve();
      running--;
      if (name === "bad") throw new Error("no such name");
      return name === "c" ? [] : ["10.0.0.1" as IpAddress];
    }, LIMITS);
    deepStrictEqual([...found.keys()], ["4 a", "4 b", "4 d"]);
    strictEqual(most, 2);
  },
});

Deno.test({
  name: "names that are not answered in time do not hold up the others",
  permissions: "none",
  async fn() {
    const never = Promise.withResolvers<IpAddress[]>();
    const found = await lookUpHosts(
      wanted("silent", "a"),
      (name) => name === "silent" ? never.promise : Promise.resolve(["10.0.0.1" as IpAddress]),
      { seconds: 0.05, atOnce: 2 },
    );
    deepStrictEqual([...found.keys()], ["4 a"]);
  },
});

pure("services(5) is read with aliases and comments, and the first entry wins", () => {
  const ports = parseServices("# x\nhttp 80/tcp www web # y\nhttp\t8080/tcp\nhttp 80/udp\nbroken\n\ndomain 53/udp");
  deepStrictEqual(Object.fromEntries(ports), {
    "http/tcp": 80,
    "www/tcp": 80,
    "web/tcp": 80,
    "http/udp": 80,
    "domain/udp": 53,
  });
});

pure("the ports of the services have names without /etc/services, where they have any", () => {
  const known = new Set(BUILT_IN_PORTS.values());
  for (const [service, { port, impliedByPort }] of SERVICE_ROWS) {
    ok(!impliedByPort || known.has(port!) || service === "oracle", service);
  }
});
