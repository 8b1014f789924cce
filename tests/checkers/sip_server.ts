/**
 * Kamailio, as the tests of the sip check want it.
 */

import { CERTIFICATES, LOOPBACK, type RealServer, type Site, startServer } from "./real_server.ts";

/** Answers by the user that is asked: as a server that is well, as one that is not, as one that wants a password. */
function kamailioConfig(directory: string, { port, tlsPort }: SipPorts, { v4, v6 }: Site): string {
  return `#!KAMAILIO
debug=0
log_stderror=yes
fork=yes
children=1
tcp_children=1
auto_aliases=no
listen=udp:${v4}:${port}
listen=tcp:${v4}:${port}
listen=udp:[${v6}]:${port}
listen=tcp:[${v6}]:${port}
enable_tls=yes
listen=tls:${v4}:${tlsPort}
listen=tls:[${v6}]:${tlsPort}
mpath="/usr/lib/x86_64-linux-gnu/kamailio/modules/"
loadmodule "sl.so"
loadmodule "pv.so"
loadmodule "textops.so"
loadmodule "xlog.so"
loadmodule "sanity.so"
loadmodule "tls.so"
modparam("tls", "config", "${directory}/tls.cfg")
event_route[core:worker-one-init] { xlog("L_CRIT", "serving now\\n"); }
request_route {
  if (!sanity_check("17895", "7")) { exit; }
  if ($rU == "slow") { sl_send_reply("100", "Trying"); }
  if ($rU == "sick") { sl_send_reply("503", "Service Unavailable"); exit; }
  if ($rU == "guarded") { sl_send_reply("401", "Unauthorized"); exit; }
  if (is_method("OPTIONS")) { sl_send_reply("200", "Keepalive"); exit; }
}
`;
}

const TLS = `[server:default]
method = TLSv1.2+
private_key = ${CERTIFICATES}/server.key
certificate = ${CERTIFICATES}/valid.pem
`;

/** Where it listens: over udp and tcp, and over TLS. */
export interface SipPorts {
  readonly port: number;
  readonly tlsPort: number;
}

/** Starts it over udp, tcp and TLS. */
export async function startKamailio(directory: string, ports: SipPorts, site: Site = LOOPBACK): Promise<RealServer> {
  await Deno.writeTextFile(`${directory}/tls.cfg`, TLS);
  await Deno.writeTextFile(`${directory}/kamailio.cfg`, kamailioConfig(directory, ports, site));
  return await startServer({
    package: "kamailio",
    argv: ["kamailio", "-DD", "-E", "-f", `${directory}/kamailio.cfg`, "-Y", directory, "-m", "64", "-M", "8"],
    ready: /serving now/,
    site,
  });
}
