/**
 * Which checker asks what. Those that need a library of their own are loaded when they are first used.
 */

import type { Checker, CheckMethod, Service } from "../model/check.ts";
import { agent } from "./agent.ts";
import { connect } from "./connect.ts";
import { external, externalPerl } from "./external.ts";
import { http, httpProxy, https } from "./http.ts";
import { ping } from "./ping.ts";
import { simpletcp } from "./simpletcp.ts";
import { up } from "./verdict.ts";

/** `helper`: code of others parses what the server says, so the helper process asks it (see helper/own_checkers.ts). */
type Source = (() => Checker | Promise<Checker>) | "helper";

const BY_METHOD: Record<Exclude<CheckMethod, "negotiate">, Checker> = {
  agent,
  connect,
  ping,
  external,
  "external-perl": externalPerl,
};

const BY_SERVICE: Partial<Record<Service, Source>> = {
  dns: async () => (await import("./dns.ts")).dns,
  ftp: async () => (await import("./ftp.ts")).ftp,
  grpc: async () => (await import("./grpc.ts")).grpc,
  grpcs: async () => (await import("./grpc.ts")).grpcs,
  http: () => http,
  http_proxy: () => httpProxy,
  https: () => https,
  imap: async () => (await import("./imap.ts")).imap,
  imaps: async () => (await import("./imap.ts")).imaps,
  ldap: "helper",
  ldaps: "helper",
  memcached: async () => (await import("./memcached.ts")).memcached,
  mysql: "helper",
  nntp: async () => (await import("./nntp.ts")).nntp,
  none: () => unasked,
  oracle: "helper",
  pgsql: "helper",
  pop: async () => (await import("./pop.ts")).pop,
  pops: async () => (await import("./pop.ts")).pops,
  radius: async () => (await import("./radius.ts")).radius,
  redis: async () => (await import("./redis.ts")).redis,
  simpletcp: () => simpletcp,
  sip: async () => (await import("./sip.ts")).sip,
  sips: async () => (await import("./sip.ts")).sip,
  smtp: async () => (await import("./smtp.ts")).smtp,
  submission: async () => (await import("./smtp.ts")).smtp,
};

/**
 * The checker for a method; `service` counts for `negotiate` only. `undefined` where there is none in this process.
 */
export function checkerFor(method: CheckMethod, service: Service): Checker | Promise<Checker> | undefined {
  if (method !== "negotiate") return BY_METHOD[method];
  const source = BY_SERVICE[service];
  return source === "helper" ? undefined : source?.();
}

/** Whether negotiate checks of the service are made by the helper process. */
export function isAskedByHelper(service: Service): boolean {
  return BY_SERVICE[service] === "helper";
}

/** `service = none`: there is nothing to ask. */
function unasked() {
  return Promise.resolve(up("not checked"));
}
