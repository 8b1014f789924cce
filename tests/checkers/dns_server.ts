/**
 * named, as the tests of the dns check want it.
 */

import { LOOPBACK, type RealServer, type Site, startServer } from "./real_server.ts";

const ZONE = `$TTL 60
@      SOA   ns.example.test. root.example.test. 1 60 60 60 60
       NS    ns
ns     A     127.0.0.1
www    A     192.0.2.10
www    A     192.0.2.11
www    AAAA  2001:db8::10
alias  CNAME further
further CNAME www
six    AAAA  2001:db8::10
       MX    10 ns
_sip._udp SRV 1 2 5060 ns
text   TXT   "v=probe " "ok"
; Neither fits into a datagram of 512 bytes.
long   TXT   ${`"${"x".repeat(200)}" `.repeat(3)} "end"
$GENERATE 1-100 many A 192.0.2.$
`;

const REVERSE = `$TTL 60
@      SOA   ns.example.test. root.example.test. 1 60 60 60 60
       NS    ns.example.test.
10     PTR   www.example.test.
`;

/** Starts a named that knows the zone `example.test`, and the names of 192.0.2.0/24. */
export async function startNamed(directory: string, port: number, site: Site = LOOPBACK): Promise<RealServer> {
  const zone = (name: string, file: string) => `zone "${name}" { type primary; file "${directory}/${file}"; };`;
  await Deno.writeTextFile(`${directory}/forward`, ZONE);
  await Deno.writeTextFile(`${directory}/reverse`, REVERSE);
  await Deno.writeTextFile(
    `${directory}/named.conf`,
    `options {
      directory "${directory}"; pid-file none; lock-file none; session-keyfile "${directory}/session.key";
      listen-on port ${port} { ${site.v4}; }; listen-on-v6 port ${port} { ${site.v6}; };
      recursion no; dnssec-validation no; notify no;
    };
    controls {};
    ${zone("example.test", "forward")}
    ${zone("2.0.192.in-addr.arpa", "reverse")}
    ${zone("8.b.d.0.1.0.0.2.ip6.arpa", "missing")}
    `,
  );
  return await startServer({
    package: "bind9",
    argv: ["named", "-g", "-c", `${directory}/named.conf`],
    ready: /\brunning$/m,
    site,
  });
}
