/**
 * Kamailio, as the tests of the sip check want it.
 */

import { LOOPBACK, type RealServer, type Site, startServer } from "./real_server.ts";

/** Answers by the user that is asked: as a server that is well, as one that is not, as one that wants a password. */
function kamailioConfig(port: number, { v4, v6 }: Site): string {
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
mpath="/usr/lib/x86_64-linux-gnu/kamailio/modules/"
loadmodule "sl.so"
loadmodule "pv.so"
loadmodule "textops.so"
loadmodule "xlog.so"
loadmodule "sanity.so"
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

/** Starts it over udp and tcp. */
export async function startKamailio(directory: string, port: number, site: Site = LOOPBACK): Promise<RealServer> {
  await Deno.writeTextFile(`${directory}/kamailio.cfg`, kamailioConfig(port, site));
  return await startServer({
    package: "kamailio",
    argv: ["kamailio", "-DD", "-E", "-f", `${directory}/kamailio.cfg`, "-Y", directory, "-m", "16", "-M", "4"],
    ready: /serving now/,
    site,
  });
}
