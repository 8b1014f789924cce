/**
 * MariaDB, as the tests of the mysql check want it.
 */

import { CERTIFICATES, LOOPBACK, type RealServer, runTool, type Site, startServer } from "./real_server.ts";

const PACKAGE = "mariadb-server";

/** The password of all accounts that have one. */
export const MYSQL_PASSWORD = "s3cret-of-joe";

const SET_UP = `
CREATE DATABASE shop;
CREATE TABLE shop.items (name varchar(20)) CHARACTER SET utf8mb4;
INSERT INTO shop.items VALUES ('Büro'), ('two');
CREATE TABLE shop.closed (x int);
CREATE USER 'joe'@'%' IDENTIFIED BY '${MYSQL_PASSWORD}';
GRANT SELECT ON shop.items TO 'joe'@'%';
CREATE USER 'trusted'@'%';
INSTALL SONAME 'auth_ed25519';
CREATE USER 'modern'@'%' IDENTIFIED VIA ed25519 USING PASSWORD('${MYSQL_PASSWORD}');
CREATE USER 'locked'@'%' IDENTIFIED BY '${MYSQL_PASSWORD}' ACCOUNT LOCK;
CREATE USER 'elsewhere'@'192.0.2.1' IDENTIFIED BY '${MYSQL_PASSWORD}';
`;

/** Starts a server with the database `shop`, which `joe` may read, over TLS as well. */
export async function startMariadb(directory: string, port: number, site: Site = LOOPBACK): Promise<RealServer> {
  const data = `${directory}/data`;
  await Deno.writeTextFile(`${directory}/init.sql`, SET_UP.replaceAll(/;\n/g, ";\n"));
  // By default it wants addresses for more memory than a small machine has.
  const small = ["--innodb-buffer-pool-size=8M", "--innodb-buffer-pool-size-max=8M"];
  const own = ["--no-defaults", `--datadir=${data}`, "--user=root", ...small];
  await runTool(PACKAGE, ["mariadb-install-db", ...own, "--skip-test-db", "--auth-root-authentication-method=normal"]);
  return await startServer({
    package: PACKAGE,
    argv: [
      "mariadbd",
      ...own,
      `--port=${port}`,
      `--bind-address=${site.v4},${site.v6}`,
      `--socket=${directory}/socket`,
      `--pid-file=${directory}/pid`,
      `--init-file=${directory}/init.sql`,
      "--character-set-server=utf8mb4",
      "--skip-name-resolve",
      "--log-warnings=2",
      `--ssl-cert=${CERTIFICATES}/valid.pem`,
      `--ssl-key=${CERTIFICATES}/server.key`,
    ],
    ready: /ready for connections/,
    site,
  });
}
