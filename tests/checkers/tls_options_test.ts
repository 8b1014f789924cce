import "./first_round.ts";
import { match, ok, strictEqual } from "node:assert/strict";
import { runRound } from "../../src/checkers/run.ts";
import { parseIp } from "../../src/model/address.ts";
import type { CheckTarget } from "../../src/model/check.ts";
import { checkOf, inWords, openDescriptors, patternOf, verdict } from "./peers.ts";
import { type RealServer, runTool, startServer, temporaryDirectory, untilAccepting } from "./real_server.ts";
import { needsSetup } from "../needs_setup.ts";
import { freePort } from "../ports.ts";

const CERTIFICATES = new URL("certificates", import.meta.url).pathname;
const AUTHORITY = `${CERTIFICATES}/authority.pem`;
const KEY = `${CERTIFICATES}/server.key`;
const VALID = `${CERTIFICATES}/valid.pem`;

interface Ports {
  readonly open: number;
  /** Asks for a certificate of the authority's. */
  readonly guarded: number;
  readonly expired: number;
  /** Shows a certificate that expires within ten days. */
  readonly expiring: number;
  /** Answers with the name that it was sent. */
  readonly named: number;
}

async function startNginx(directory: string, ports: Ports): Promise<RealServer> {
  const soon = `${directory}/soon.pem`;
  await runTool(
    "openssl",
    `openssl req -x509 -key ${KEY} -days 10 -subj /CN=www.example.com -out ${soon}`.split(" "),
  );
  const server = (port: number, certificate: string, more = "") => `
    server {
      listen 127.0.0.1:${port} ssl;
      listen [::1]:${port} ssl;
      ssl_certificate ${certificate};
      ssl_certificate_key ${KEY};
      ${more}
      location / { return 200 "asked for $ssl_server_name"; }
    }`;
  const guard = `ssl_verify_client on; ssl_client_certificate ${AUTHORITY};`;
  await Deno.writeTextFile(
    `${directory}/nginx.conf`,
    `daemon off;
    pid ${directory}/nginx.pid;
    events {}
    http {
      access_log off;
      ${["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((kind) => `${kind}_temp_path ${directory};`).join(" ")}
      ${server(ports.open, VALID)}
      ${server(ports.guarded, VALID, guard)}
      ${server(ports.expired, `${CERTIFICATES}/expired.pem`)}
      ${server(ports.expiring, soon)}
      ${server(ports.named, VALID)}
    }`,
  );
  const argv = ["nginx", "-c", `${directory}/nginx.conf`, "-e", "stderr"];
  const nginx = await startServer({ package: "nginx-light", argv, ready: /^/ });
  for (const port of Object.values(ports)) await untilAccepting(port);
  return nginx;
}

interface Row {
  readonly name: string;
  readonly at: keyof Ports;
  readonly target?: Partial<CheckTarget>;
  readonly verdict: RegExp;
}

const verified = { tlsVerify: true, tlsServerName: "www.example.com", tlsCaFile: AUTHORITY } as const;
const client = { certFile: VALID, keyFile: KEY };

/** A name that SNI brings to the server; its page must say so. */
function saysName(name: string): Partial<CheckTarget> {
  const source = `asked for ${name}`;
  return { receive: patternOf(source, (text) => text.endsWith(source)) };
}

const ROWS: readonly Row[] = [
  { name: "tlscafile", at: "open", target: verified, verdict: /^up: 200 OK$/ },
  {
    name: "tlscafile takes the place of the system's authorities",
    at: "open",
    target: { ...verified, tlsCaFile: `${CERTIFICATES}/self-signed.pem` },
    verdict: /^down \(protocol\): TLS failed: certificate verify failed: unable to get local issuer certificate$/,
  },
  {
    name: "tlsservername is the name that is verified, whatever virtualhost says",
    at: "open",
    target: { ...verified, virtualHost: "elsewhere.example" },
    verdict: /^up: 200 OK$/,
  },
  {
    name: "tlsservername that is not the certificate's",
    at: "open",
    target: { ...verified, virtualHost: "www.example.com", tlsServerName: "elsewhere.example" },
    verdict: /^down \(protocol\): TLS failed: certificate verify failed: hostname mismatch$/,
  },
  {
    name: "tlsservername that is an address",
    at: "open",
    target: { ...verified, tlsServerName: "192.0.2.1" },
    verdict: /^down \(protocol\): TLS failed: certificate verify failed: IP address mismatch$/,
  },
  {
    name: "tlsservername is the name in SNI",
    at: "named",
    target: { ...saysName("sni.example.com"), virtualHost: "elsewhere.example", tlsServerName: "sni.example.com" },
    verdict: /^up: 200 OK$/,
  },
  { name: "an address is not in SNI", at: "named", target: saysName(""), verdict: /^up: 200 OK$/ },
  {
    name: "a server that asks for a certificate, and gets none",
    at: "guarded",
    verdict: /^down \(reported\): 400 Bad Request$/,
  },
  {
    name: "a server that asks for a certificate, and gets one",
    at: "guarded",
    target: { tlsClient: client },
    verdict: /^up: 200 OK$/,
  },
  {
    name: "a certificate that is not there",
    at: "guarded",
    target: { tlsClient: { ...client, certFile: "/nowhere/cert.pem" } },
    verdict: /^down \(internal\): \/nowhere\/cert\.pem cannot be read: No such file or directory/,
  },
  {
    name: "a key that is none",
    at: "guarded",
    target: { tlsClient: { certFile: VALID, keyFile: VALID } },
    verdict: /^down \(internal\): \S+valid\.pem has no key that can be used with the certificate in \S+valid\.pem/,
  },
  {
    name: "authorities that are not there",
    at: "open",
    target: { ...verified, tlsCaFile: "/nowhere/ca.pem" },
    verdict: /^down \(internal\): \/nowhere\/ca\.pem cannot be read: No such file or directory/,
  },
  {
    name: "authorities that are none",
    at: "open",
    target: { ...verified, tlsCaFile: KEY },
    verdict: /^down \(internal\): \S+server\.key has no certificates that can be used/,
  },
  {
    name: "a certificate that expires soon",
    at: "expiring",
    target: { certExpiryWarn: 30 },
    verdict: /^up: 200 OK; certificate expires in (9|10) days$/,
  },
  {
    name: "a certificate that expires, but not so soon",
    at: "expiring",
    target: { certExpiryWarn: 9 },
    verdict: /^up: 200 OK$/,
  },
  {
    name: "a certificate that has expired",
    at: "expired",
    target: { certExpiryWarn: 30 },
    verdict: /^up: 200 OK; certificate expired \d+ days ago$/,
  },
  {
    name: "a server that is down for another reason than its certificate",
    at: "expiring",
    target: { certExpiryWarn: 30, receive: patternOf("x", () => false) },
    verdict: /^down \(mismatch\): reply does not match receive: \/x\/$/,
  },
];

Deno.test("https: the options of TLS, with a real nginx", needsSetup, async (t) => {
  await using directory = await temporaryDirectory();
  const ports: Ports = {
    open: freePort(),
    guarded: freePort(),
    expired: freePort(),
    expiring: freePort(),
    named: freePort(),
  };
  await using _nginx = await startNginx(directory.path, ports);
  for (const host of ["127.0.0.1", "::1"]) {
    for (const row of ROWS) {
      await t.step(`${row.name}, ${host}`, async () => {
        const before = openDescriptors();
        const target = { service: "https", address: parseIp(host)!, port: ports[row.at], ...row.target } as const;
        match(await verdict(checkOf(target)), row.verdict);
        strictEqual(openDescriptors(), before);
      });
    }
  }
  await t.step("a certificate that expires soon is the result's warning", async () => {
    const { result } = await runRound(
      checkOf({ service: "https", port: ports.expiring, certExpiryWarn: 30 }),
      "negotiate",
    );
    ok(result.up);
    match(result.warning ?? "none", /^certificate expires in (9|10) days$/);
  });
  await t.step("a client certificate that was renewed is read again", async () => {
    const file = `${directory.path}/client.pem`;
    const check = checkOf({
      service: "https",
      port: ports.guarded,
      tlsClient: { certFile: file, keyFile: KEY },
    });
    await Deno.copyFile(`${CERTIFICATES}/self-signed.pem`, file);
    strictEqual(inWords((await runRound(check, "negotiate")).result), "down (reported): 400 Bad Request");
    await Deno.copyFile(VALID, file);
    strictEqual(inWords((await runRound(check, "negotiate")).result), "up: 200 OK");
  });
});
