import { match, strictEqual } from "node:assert/strict";
import { runRound } from "../../src/checkers/run.ts";
import { parseIp } from "../../src/model/address.ts";
import type { CheckTarget } from "../../src/model/check.ts";
import { Secret } from "../../src/model/secret.ts";
import { startEtcd } from "./etcd_server.ts";
import { testIllServers } from "./ill_servers.ts";
import { checkOf, inWords } from "./peers.ts";
import { type RealServer, startServer, temporaryDirectory } from "./real_server.ts";
import { type Row, testRows } from "./real_server_rows.ts";
import { needsSetup } from "../needs_setup.ts";
import { freePort } from "../ports.ts";

const HEALTH_SERVER = new URL("health_server.py", import.meta.url).pathname;
const TOKEN = "s3cret-token";
const authorized = { requestHeaders: [{ name: "Authorization", value: new Secret(`Bearer ${TOKEN}`) }] };

async function testStopped(t: Deno.TestContext, server: Partial<CheckTarget>, real: RealServer, stage: string) {
  await t.step(`${server.service} at ${server.address}: a server that is stopped`, async () => {
    using _frozen = real.freeze();
    const { result } = await runRound(checkOf(server, { negotiateTimeout: 0.3 }), "negotiate");
    strictEqual(inWords(result), `down (timeout): no answer within 0.3 s (${stage})`);
  });
}

const HEALTH_ROWS: readonly Row[] = [
  { name: "the server as a whole", target: {}, verdict: "up: SERVING" },
  { name: "a service that is not well", target: { request: "sick" }, verdict: "down (reported): NOT_SERVING" },
  { name: "a service that does not know yet", target: { request: "undecided" }, verdict: "down (reported): UNKNOWN" },
  {
    name: "a service that is not there",
    target: { request: "nosuch" },
    verdict: "down (mismatch): … nosuch … NOT_FOUND: unknown service …",
  },
  {
    name: "a service that we may not ask after",
    target: { request: "forbidden" },
    verdict: "down (auth): PERMISSION_DENIED: not for you, Büro",
  },
  {
    name: "a call without the token that it takes",
    target: { request: "secret" },
    verdict: "down (auth): UNAUTHENTICATED: no credentials",
  },
  {
    name: "a token among the request's headers",
    target: { request: "secret", ...authorized },
    verdict: "up: SERVING",
  },
  { name: "long trailers", target: { request: "talkative" }, verdict: "up: SERVING" },
];

Deno.test("grpc: a real server of gRPC's own library", needsSetup, async (t) => {
  const port = freePort();
  const argv = ["/usr/bin/python3", HEALTH_SERVER, `${port}`];
  await using health = await startServer({ package: "python3-grpcio", argv, ready: /ready/ });
  for (const host of ["127.0.0.1", "::1"]) {
    const server = { service: "grpc", address: parseIp(host)!, port } as const;
    await testRows(t, server, HEALTH_ROWS, [TOKEN]);
    await testStopped(
      t,
      server,
      health,
      "waiting for the reply to /grpc.health.v1.Health/Check of the whole server",
    );
  }
});

const ETCD_ROWS: readonly Row[] = [
  { name: "the server as a whole", target: {}, verdict: "up: SERVING" },
  {
    name: "a service that is not there",
    target: { request: "nosuch" },
    verdict: "down (mismatch): … nosuch … NOT_FOUND: unknown service …",
  },
];

for (const service of ["grpc", "grpcs"] as const) {
  Deno.test(`${service}: a real etcd`, needsSetup, async (t) => {
    await using directory = await temporaryDirectory();
    const port = freePort();
    const ports = { clients: port, peers: freePort() };
    await using etcd = await startEtcd(directory.path, service === "grpcs" ? { ...ports, tls: true } : ports);
    for (const host of ["127.0.0.1", "::1"]) {
      const server = { service, address: parseIp(host)!, port } as const;
      await testRows(t, server, ETCD_ROWS, [TOKEN]);
      const asked = "waiting for the reply to /grpc.health.v1.Health/Check of the whole server";
      await testStopped(t, server, etcd, service === "grpcs" ? "TLS handshake" : asked);
    }
    if (service === "grpcs") {
      await t.step("a certificate that must be valid and is not", async () => {
        const { result } = await runRound(checkOf({ service, port, tlsVerify: true }), "negotiate");
        strictEqual(inWords(result), "down (protocol): TLS failed: certificate verify failed: self-signed certificate");
      });
      await t.step("grpc at a port of TLS", async () => {
        match(
          inWords((await runRound(checkOf({ service: "grpc", port }), "negotiate")).result),
          /^down \(protocol\): /,
        );
      });
    }
  });
}

testIllServers({ service: "grpc" }, {
  closed: /^down \((refused|protocol)\): (connection reset|the server closed the connection)$/,
  garbage: /^down \(protocol\): not HTTP\/2: /,
  flood: /^down \(protocol\): the server sent 256 frames, and the reply has no end$/,
  // Settings without a setting: an HTTP/2 server, and no end to it.
  flooded: "\0\0\0\x04\0\0\0\0\0",
  stage:
    /^down \(timeout\): no answer within 0\.3 s \(waiting for the reply to \/grpc\.health\.v1\.Health\/Check of .*\)$/,
});

testIllServers({ service: "grpcs" }, {
  closed: /^down \((refused|protocol)\): (connection reset|TLS failed: the server closed the connection)$/,
  garbage: /^down \(protocol\): TLS failed: /,
  flood: /^down \(protocol\): TLS failed: /,
  flooded: "x",
  stage: /^down \(timeout\): no answer within 0\.3 s \(TLS handshake\)$/,
});
