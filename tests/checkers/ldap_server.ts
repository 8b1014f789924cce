/**
 * slapd, as the tests of the ldap check want it.
 */

import { LOOPBACK, type RealServer, runTool, type Site, startServer } from "./real_server.ts";

const CERTIFICATES = new URL("certificates", import.meta.url).pathname;

/** The login of the account that may read everything. */
export const MANAGER = { dn: "cn=manager,dc=example,dc=org", password: "s3cret-of-the-manager" } as const;

const ENTRIES = `dn: dc=example,dc=org
objectClass: dcObject
objectClass: organization
dc: example
o: Example

dn: ou=Büro,dc=example,dc=org
objectClass: organizationalUnit
ou: Büro
`;

/** Where slapd listens. */
export interface SlapdPorts {
  readonly ldap: number;
  readonly ldaps: number;
}

/** Starts a slapd of `dc=example,dc=org`, which all may read, and `ou=Büro` below it, which not all may. */
export async function startSlapd(directory: string, ports: SlapdPorts, site: Site = LOOPBACK): Promise<RealServer> {
  const config = `${directory}/slapd.conf`;
  await Deno.mkdir(`${directory}/data`);
  await Deno.writeTextFile(
    config,
    `include /etc/ldap/schema/core.schema
    modulepath /usr/lib/ldap
    moduleload back_mdb
    pidfile ${directory}/slapd.pid
    TLSCertificateFile ${CERTIFICATES}/self-signed.pem
    TLSCertificateKeyFile ${CERTIFICATES}/server.key
    database mdb
    suffix "dc=example,dc=org"
    rootdn "${MANAGER.dn}"
    rootpw ${MANAGER.password}
    directory ${directory}/data
    access to dn.base="dc=example,dc=org" by * read
    access to * by anonymous auth
    `.replace(/^ +/gm, ""),
  );
  await runTool("slapd", ["slapadd", "-f", config], ENTRIES);
  const urls = [site.v4, `[${site.v6}]`].flatMap((host) => [
    `ldap://${host}:${ports.ldap}`,
    `ldaps://${host}:${ports.ldaps}`,
  ]);
  return await startServer({
    package: "slapd",
    argv: ["slapd", "-f", config, "-h", urls.join(" "), "-d", "conns"],
    ready: /daemon: (epoll|select): listen=/,
    site,
  });
}
