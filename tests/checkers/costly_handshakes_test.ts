import { match } from "node:assert/strict";
import { freePort } from "../ports.ts";
import { checkOf, verdict } from "./peers.ts";
import { CERTIFICATES, runTool, startServer, temporaryDirectory, untilAccepting } from "./real_server.ts";

/** Servers with costly handshakes, and what becomes of them. */
const ROWS: readonly { readonly name: string; readonly options: string; readonly verdict: RegExp }[] = [
  {
    name: "a Diffie-Hellman group of 10,000 bits",
    options: "-tls1_2 -dhparam DIR/dh.pem -cipher DHE-RSA-AES128-SHA:@SECLEVEL=0",
    verdict: /^down \(protocol\): TLS refused: its Diffie-Hellman group has 10000 bits, at most 4096 /,
  },
  {
    name: "the largest group of TLS 1.3",
    options: "-tls1_3 -groups ffdhe8192",
    verdict: /^down \(protocol\): TLS refused: its Diffie-Hellman group has 8192 bits, at most 4096 /,
  },
  {
    name: "a group of 2,048 bits",
    options: "-tls1_2 -dhparam DIR/dh-2048.pem -cipher DHE-RSA-AES128-SHA:@SECLEVEL=0",
    verdict: /^up/,
  },
  {
    name: "a chain of forty certificates",
    options: "-tls1_2 -cert_chain DIR/chain.pem",
    verdict: /^down \(protocol\): TLS refused: its chain has 41 certificates, at most 32 /,
  },
  {
    name: "a chain of forty certificates over TLS 1.3",
    options: "-tls1_3 -cert_chain DIR/chain.pem",
    verdict: /^down \(protocol\): TLS refused: its chain has 41 certificates, at most 32 /,
  },
  {
    name: "a chain of two hundred certificates",
    options: "-tls1_3 -cert_chain DIR/chains.pem",
    verdict: /^down \(protocol\): TLS failed: excessive message size/,
  },
];

Deno.test("TLS: a handshake that would be too dear is refused", async (t) => {
  await using directory = await temporaryDirectory();
  const { path } = directory;
  await runTool(
    "openssl",
    `openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=x -keyout ${path}/key.pem -out ${path}/own.pem`.split(" "),
  );
  const link = await Deno.readTextFile(`${CERTIFICATES}/valid.pem`);
  await Deno.writeTextFile(`${path}/chain.pem`, link.repeat(40));
  await Deno.writeTextFile(`${path}/chains.pem`, link.repeat(200));
  await Deno.writeTextFile(`${path}/dh.pem`, dhParameters(10_000));
  await Deno.writeTextFile(`${path}/dh-2048.pem`, dhParameters(2048));
  for (const row of ROWS) {
    await t.step(row.name, async () => {
      const port = freePort();
      const argv = `openssl s_server -www -accept 127.0.0.1:${port} -key ${path}/key.pem -cert ${path}/own.pem`;
      const options = row.options.replaceAll("DIR", path);
      await using _ = await startServer({
        package: "openssl",
        argv: `${argv} ${options}`.split(" "),
        ready: /ACCEPT/,
      });
      await untilAccepting(port);
      match(await verdict(checkOf({ service: "https", port }, { negotiateTimeout: 20 })), row.verdict);
    });
  }
});

/** Parameters as a hostile server may have them, which need be no prime: PKCS #3, a SEQUENCE of two INTEGERs. */
function dhParameters(bits: number): string {
  const prime = new Uint8Array(bits / 8 + 1);
  crypto.getRandomValues(prime.subarray(1));
  prime[1] |= 0x80;
  prime[prime.length - 1] |= 1;
  const sizes = (length: number) => [0x82, length >> 8, length & 0xff];
  const content = [0x02, ...sizes(prime.length), ...prime, 0x02, 1, 2];
  const der = Uint8Array.from([0x30, ...sizes(content.length), ...content]);
  const lines = btoa(String.fromCharCode(...der)).replace(/.{64}/g, "$&\n");
  return `-----BEGIN DH PARAMETERS-----\n${lines}\n-----END DH PARAMETERS-----\n`;
}
