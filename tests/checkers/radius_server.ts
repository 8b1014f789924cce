/**
 * FreeRADIUS, as the tests of the radius check want it.
 */

import { LOOPBACK, type RealServer, type Site, startServer } from "./real_server.ts";

/** The password of all users, and what the server shares with its clients. */
export const RADIUS = { password: "s3cret-of-joe", shared: "sh4red-with-us" } as const;

const USERS = `joe Cleartext-Password := "${RADIUS.password}"
long Cleartext-Password := "${RADIUS.password.repeat(5)}"
barred Cleartext-Password := "${RADIUS.password}", Auth-Type := Reject
  Reply-Message := "Not today"
otp Cleartext-Password := "${RADIUS.password}"
  Reply-Message := "Token?"
`;

/** Takes no request that is not signed. */
function radiusdConfig(directory: string, port: number, { v4, v6 }: Site): string {
  const hosts = [["ipaddr", v4], ["ipv6addr", v6]];
  const everybody = [["ipaddr", "0.0.0.0/0"], ["ipv6addr", "::/0"]];
  return `
name = radiusd
prefix = /usr
libdir = /usr/lib/freeradius
raddbdir = ${directory}
run_dir = ${directory}
logdir = ${directory}
pidfile = ${directory}/radiusd.pid
security {
  allow_core_dumps = no
  status_server = yes
}
${
    everybody.map(([key, host], i) =>
      `client c${i} {\n${key} = ${host}\nsecret = ${RADIUS.shared}\nrequire_message_authenticator = yes\n}`
    ).join("\n")
  }
modules {
  files { usersfile = ${directory}/users }
  pap { }
  always handled { rcode = handled }
}
server default {
  ${
    [["auth", port], ["acct", port + 1]].flatMap(([type, at]) =>
      hosts.map(([key, host]) => `listen {\ntype = ${type}\n${key} = ${host}\nport = ${at}\n}`)
    ).join("\n")
  }
  authorize {
    files
    pap
    if (User-Name == "otp") {
      update control { &Response-Packet-Type := Access-Challenge }
      handled
    }
  }
  accounting {
    handled
  }
  authenticate {
    Auth-Type PAP {
      pap
    }
  }
}
`;
}

/** Starts a server that knows `joe`, and others whom it does not let in; at the next port it keeps accounts. */
export async function startRadius(directory: string, port: number, site: Site = LOOPBACK): Promise<RealServer> {
  await Deno.writeTextFile(`${directory}/users`, USERS);
  await Deno.writeTextFile(`${directory}/radiusd.conf`, radiusdConfig(directory, port, site));
  return await startServer({
    package: "freeradius",
    argv: ["freeradius", "-f", "-l", "stdout", "-d", directory, "-D", "/usr/share/freeradius"],
    ready: /Ready to process requests/,
    site,
  });
}
