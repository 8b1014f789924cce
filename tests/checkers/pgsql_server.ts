/**
 * PostgreSQL, as the tests of the pgsql check want it.
 */

import { CERTIFICATES, LOOPBACK, type RealServer, runTool, type Site, startServer } from "./real_server.ts";

const PACKAGE = "postgresql";

/** The password of all accounts that have one. */
export const PGSQL_PASSWORD = "s3cret-of-joe";

/** PostgreSQL refuses to be run by root; this user comes with the package. */
const AS_POSTGRES = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"];

/** Where Debian keeps the programs of the newest version that is installed. */
function programs(): string {
  const root = "/usr/lib/postgresql";
  const versions = [...Deno.readDirSync(root)].map(({ name }) => Number(name)).sort((a, b) => b - a);
  return `${root}/${versions[0]}/bin`;
}

/** Starts a server with users named after the way in which they log in: `scram`, `md5`, `plain`, `trusted`; over TLS as well. */
export async function startPostgres(directory: string, port: number, site: Site = LOOPBACK): Promise<RealServer> {
  const bin = programs();
  const data = `${directory}/data`;
  await runTool(PACKAGE, ["chown", "postgres:", directory]);
  await runTool(PACKAGE, [...AS_POSTGRES, `${bin}/initdb`, "-D", data, "-E", "UTF8", "--no-locale", "-U", "postgres"]);
  await Deno.writeTextFile(
    `${data}/pg_hba.conf`,
    `host all scram all scram-sha-256
host all md5   all md5
host all plain all password
host all trusted all trust
`,
  );
  const setUp = ["scram", "md5", "plain"].map((user) =>
    `SET password_encryption = '${user === "md5" ? "md5" : "scram-sha-256"}';
     CREATE ROLE ${user} LOGIN PASSWORD '${PGSQL_PASSWORD}';`.replace(/\s+/g, " ")
  );
  setUp.push("CREATE ROLE trusted LOGIN; CREATE TABLE closed (x int); CREATE DATABASE shop;");
  const single = [...AS_POSTGRES, `${bin}/postgres`, "--single", "-D", data, "postgres"];
  await runTool(PACKAGE, single, `${setUp.join("\n").replaceAll("; ", ";\n")}\n`);
  // It takes no key that others may read, and may itself not read what stands in root's folders.
  const files = [`${CERTIFICATES}/server.key`, `${CERTIFICATES}/valid.pem`];
  await runTool(PACKAGE, ["install", "-m", "600", "-o", "postgres", ...files, directory]);
  const settings = {
    port,
    listen_addresses: `${site.v4},${site.v6}`,
    unix_socket_directories: "",
    fsync: "off",
    ssl: "on",
    ssl_cert_file: `${directory}/valid.pem`,
    ssl_key_file: `${directory}/server.key`,
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  return await startServer({
    package: PACKAGE,
    argv: [...AS_POSTGRES, `${bin}/postgres`, "-D", data, ...options],
    ready: /database system is ready to accept connections/,
    site,
  });
}
