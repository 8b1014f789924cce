import "./first_round.ts";
import { match } from "node:assert/strict";
import { runRound } from "../../src/checkers/run.ts";
import { parseIp } from "../../src/model/address.ts";
import { checkOf, contains, inWords } from "./peers.ts";
import { startServer, temporaryDirectory, untilAccepting } from "./real_server.ts";
import { needsSetup } from "../needs_setup.ts";
import { freePort } from "../ports.ts";

Deno.test("http_proxy: a real squid, which fetches from a web server behind it", needsSetup, async (t) => {
  await using directory = await temporaryDirectory();
  await using web = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, ({ url, headers }) => {
    const found = new URL(url).pathname === "/health";
    return new Response(`all well, via ${headers.get("via")}`, { status: found ? 200 : 404 });
  });
  const site = `http://127.0.0.1:${web.addr.port}`;
  const port = freePort();
  const configuration = `${directory.path}/squid.conf`;
  await Deno.writeTextFile(configuration, configurationOf(port, web.addr.port));
  await using squid = await startServer({
    package: "squid",
    argv: ["/usr/sbin/squid", "-n", `proxy${port}`, "-N", "-d", "1", "-f", configuration],
    ready: /Accepting HTTP Socket connections/,
  });
  await untilAccepting(port);

  for (const host of ["127.0.0.1", "::1"]) {
    const proxy = { service: "http_proxy", address: parseIp(host)!, port } as const;
    const verdict = async (target: Parameters<typeof checkOf>[0], deadline = 20) =>
      inWords((await runRound(checkOf({ ...proxy, ...target }, { negotiateTimeout: deadline }), "negotiate")).result);

    await t.step(`a page that is there, fetched by the proxy, ${host}`, async () => {
      match(await verdict({ request: `${site}/health`, receive: contains("all well, via 1.1 ") }), /^up: 200 OK/);
    });
    await t.step(`a page that is not, ${host}`, async () => {
      match(await verdict({ request: `${site}/missing` }), /^down \(reported\): 404 Not Found$/);
    });
    await t.step(`a site that the proxy may not fetch, ${host}`, async () => {
      match(await verdict({ request: "http://127.0.0.1:1/health" }), /^down \(reported\): 403 Forbidden$/);
    });
    await t.step(`a proxy that is stopped, ${host}`, async () => {
      using _frozen = squid.freeze();
      match(await verdict({ request: `${site}/health` }, 0.3), /^down \(timeout\): no answer within 0\.3 s/);
    });
  }
});

function configurationOf(port: number, webPort: number): string {
  return `
    http_port 127.0.0.1:${port}
    http_port [::1]:${port}
    visible_hostname proxy
    pid_filename none
    cache_log /dev/null
    access_log none
    cache deny all
    pinger_enable off
    acl web port ${webPort}
    http_access allow web
    http_access deny all
    shutdown_lifetime 0 seconds
    coredump_dir /
  `.replace(/^ +/gm, "");
}
