import "./first_round.ts";
import { match, ok, strictEqual } from "node:assert/strict";
import { runRound } from "../../src/checkers/run.ts";
import { parseIp } from "../../src/model/address.ts";
import type { CheckTarget } from "../../src/model/check.ts";
import { Secret } from "../../src/model/secret.ts";
import { REDIS_PASSWORD, startMemcached, startRedis } from "./cache_servers.ts";
import { testIllServers } from "./ill_servers.ts";
import { checkOf, contains, inWords } from "./peers.ts";
import { needsSetup } from "../needs_setup.ts";
import { freePort } from "../ports.ts";

const passwd = new Secret(REDIS_PASSWORD);

const REDIS: readonly { name: string; target: Partial<CheckTarget>; verdict: RegExp }[] = [
  { name: "PING after AUTH", target: { passwd }, verdict: /^up: PONG$/ },
  { name: "PING after AUTH with a name", target: { login: "default", passwd }, verdict: /^up: PONG$/ },
  { name: "no password", target: {}, verdict: /^down \(auth\): NOAUTH/ },
  { name: "a wrong password", target: { passwd: new Secret("wr0ng-one") }, verdict: /^down \(auth\): WRONGPASS/ },
  {
    name: "INFO that matches",
    target: { passwd, request: "INFO replication", receive: contains("role:master") },
    verdict: /^up: INFO$/,
  },
  {
    name: "INFO that does not match",
    target: { passwd, request: "INFO", receive: contains("role:slave") },
    verdict: /^down \(mismatch\): /,
  },
];

Deno.test("redis: a real redis-server", needsSetup, async (t) => {
  const port = freePort();
  await using redis = await startRedis(port);
  for (const host of ["127.0.0.1", "::1"]) {
    const server = { service: "redis", address: parseIp(host)!, port } as const;
    for (const row of REDIS) {
      await t.step(`${row.name}, ${host}`, async () => {
        const { result, trace } = await runRound(checkOf({ ...server, ...row.target }), "negotiate");
        match(inWords(result), row.verdict);
        ok(!JSON.stringify([result, trace]).includes(REDIS_PASSWORD));
      });
    }
    await t.step(`a server that is stopped, ${host}`, async () => {
      using _frozen = redis.freeze();
      const { result } = await runRound(checkOf(server, { negotiateTimeout: 0.3 }), "negotiate");
      strictEqual(inWords(result), "down (timeout): no answer within 0.3 s (waiting for the reply to PING)");
    });
  }
});

Deno.test("memcached: a real memcached", needsSetup, async (t) => {
  const port = freePort();
  await using memcached = await startMemcached(port);
  for (const host of ["127.0.0.1", "::1"]) {
    const server = { service: "memcached", address: parseIp(host)!, port } as const;
    await t.step(`its version, ${host}`, async () => {
      match(inWords((await runRound(checkOf(server), "negotiate")).result), /^up: VERSION \d/);
    });
    await t.step(`a version that does not match, ${host}`, async () => {
      const check = checkOf({ ...server, receive: contains("VERSION 0.") });
      match(inWords((await runRound(check, "negotiate")).result), /^down \(mismatch\): /);
    });
    await t.step(`a server that is stopped, ${host}`, async () => {
      using _frozen = memcached.freeze();
      const { result } = await runRound(checkOf(server, { negotiateTimeout: 0.3 }), "negotiate");
      strictEqual(inWords(result), "down (timeout): no answer within 0.3 s (waiting for the reply to version)");
    });
  }
});

for (const [service, question] of [["redis", "PING"], ["memcached", "version"]] as const) {
  testIllServers({ service }, {
    closed: /^down \((refused|protocol)\): (connection reset|the server closed the connection)$/,
    garbage: /^down \(protocol\): /,
    flood: /^down \(protocol\): the server sent a line of more than \d+ bytes$/,
    flooded: "x",
    stage: new RegExp(`^down \\(timeout\\): no answer within 0\\.3 s \\(waiting for the reply to ${question}\\)$`),
  });
}
