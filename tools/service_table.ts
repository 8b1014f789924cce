/**
 * The README's table of checks, made from what the program says of them, with the servers that they were proven against.
 */

import { CHECK_TYPE_DOCS, sentinelText, SERVICE_DOCS, type ServiceDoc } from "../src/config/language/service_docs.ts";

/** By the first of a row's names. */
const PROVEN_AGAINST: Readonly<Record<string, string>> = {
  http: "nginx 1.22",
  http_proxy: "squid 5.7, nginx 1.22",
  smtp: "Postfix 3.7",
  imap: "Dovecot 2.3",
  ftp: "vsftpd 3.0",
  nntp: "INN 2.7",
  dns: "BIND 9.18",
  ldap: "OpenLDAP 2.5",
  mysql: "MariaDB 10.11",
  pgsql: "PostgreSQL 15",
  oracle: "a scripted listener only",
  radius: "FreeRADIUS 3.2",
  sip: "Kamailio 5.6",
  grpc: "gRPC 1.51, etcd 3.4",
  redis: "Redis 7.0",
  memcached: "memcached 1.6",
  simpletcp: "nginx 1.22",
  connect: "nginx, socat",
  ping: "Linux",
  external: "sh, perl",
};

/** The table in Markdown. */
export function serviceTable(): string {
  const rows = [...SERVICE_DOCS, ...CHECK_TYPE_DOCS].map((doc) =>
    `| ${typed(doc.names)} | ${doc.asked} | ${doc.passes} | ${typed(doc.options)} | ${idleText(doc)} | ${
      provenAgainst(doc)
    } |`
  );
  return [
    "| service | what is asked | what passes | options | idle connection (`sentinel`) | proven against |",
    "|---|---|---|---|---|---|",
    ...rows,
  ]
    .join("\n");
}

function idleText({ sentinel }: ServiceDoc): string {
  return sentinel.use === "yes" ? sentinel.why : `**${sentinelText(sentinel).replace(":", "**:")}`;
}

function typed(words: readonly string[]): string {
  return words.map((word) => `\`${word}\``).join(", ");
}

function provenAgainst({ names: [name] }: ServiceDoc): string {
  const servers = PROVEN_AGAINST[name];
  if (!servers) throw new Error(`nothing says what ${name} was proven against`);
  return servers;
}
