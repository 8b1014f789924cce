/**
 * Which checker asks what. Those that need a library of their own are loaded when they are first used.
 */

import type { Checker, CheckMethod } from "../model/check.ts";
import { isHelperService } from "../model/service_facts.ts";
import type { HelperService, Service } from "../model/services.ts";
import { agent } from "./agent.ts";
import { connect } from "./connect.ts";
import { external, externalPerl } from "./external.ts";
import { file } from "./file.ts";
import { http, httpProxy, https } from "./http.ts";
import { ping } from "./ping.ts";
import { simpletcp } from "./simpletcp.ts";
import { up } from "./verdict.ts";
import { weightFile } from "./weight_file.ts";

type Source = () => Checker | Promise<Checker>;

const BY_METHOD: Record<Exclude<CheckMethod, "negotiate">, Checker> = {
  agent,
  connect,
  ping,
  external,
  "external-perl": externalPerl,
  file,
  weightfile: weightFile,
};

/** Every service but those of the helper process, which has their checkers (see helper/own_checkers.ts). */
const BY_SERVICE: Record<Exclude<Service, HelperService>, Source> = {
  dialogue: async () => (await import("./dialogue.ts")).dialogue,
  dialogues: async () => (await import("./dialogue.ts")).dialogues,
  dns: async () => (await import("./dns.ts")).dns,
  ftp: async () => (await import("./ftp.ts")).ftp,
  grpc: async () => (await import("./grpc.ts")).grpc,
  grpcs: async () => (await import("./grpc.ts")).grpcs,
  http: () => http,
  http_proxy: () => httpProxy,
  https: () => https,
  imap: async () => (await import("./imap.ts")).imap,
  imaps: async () => (await import("./imap.ts")).imaps,
  memcached: async () => (await import("./memcached.ts")).memcached,
  nntp: async () => (await import("./nntp.ts")).nntp,
  none: () => unasked,
  pop: async () => (await import("./pop.ts")).pop,
  pops: async () => (await import("./pop.ts")).pops,
  radius: async () => (await import("./radius.ts")).radius,
  redis: async () => (await import("./redis.ts")).redis,
  simpletcp: () => simpletcp,
  sip: async () => (await import("./sip.ts")).sip,
  sips: async () => (await import("./sip.ts")).sip,
  smtp: async () => (await import("./smtp.ts")).smtp,
  smtps: async () => (await import("./smtp.ts")).smtps,
  submission: async () => (await import("./smtp.ts")).smtp,
};

/**
 * Returns the checker for a method; `service` counts for `negotiate` only. `undefined` where the helper process has it.
 */
export function checkerFor(method: CheckMethod, service: Service): Checker | Promise<Checker> | undefined {
  if (method !== "negotiate") return BY_METHOD[method];
  return isHelperService(service) ? undefined : BY_SERVICE[service]();
}

/** `service = none`: there is nothing to ask. */
function unasked() {
  return Promise.resolve(up("not checked"));
}
