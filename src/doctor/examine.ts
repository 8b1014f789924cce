/**
 * What the doctor makes of the facts: one row a question, each answered with what is well and what is not. Pure.
 */

import type { Facts } from "./facts.ts";
import type { Finding, Level, Question } from "./finding.ts";
import { announcing } from "./questions/announcing.ts";
import { configuration } from "./questions/configuration.ts";
import { conntrack, quiescentPersistent, removedServers } from "./questions/connections.ts";
import { realServers } from "./questions/direct_routing.ts";
import { rpFilter, virtualAddresses } from "./questions/interfaces.ts";
import { ipv6, ipvs, sctp } from "./questions/kernel.ts";
import { forwarding, sendRedirects } from "./questions/nat.ts";
import { helperProcess, openFiles, permission } from "./questions/permissions.ts";
import { mail, openssl } from "./questions/programs.ts";
import { fallbackFlags, schedulers } from "./questions/schedulers.ts";
import { driver, keepers, neighbours, table } from "./questions/table.ts";

/** The questions, in the order in which they are asked. */
export const QUESTIONS: Readonly<Record<string, Question>> = {
  "ipvs": ipvs,
  "schedulers": schedulers,
  "fallback flags": fallbackFlags,
  "driver": driver,
  "permission": permission,
  "helper process": helperProcess,
  "configuration": configuration,
  "forwarding": forwarding,
  "ipv6": ipv6,
  "sctp": sctp,
  "announcing": announcing,
  "virtual-addresses": virtualAddresses,
  "real-servers": realServers,
  "rp-filter": rpFilter,
  "send-redirects": sendRedirects,
  "quiescent-persistent": quiescentPersistent,
  "removed-servers": removedServers,
  "conntrack": conntrack,
  "table": table,
  "neighbours": neighbours,
  "keepers": keepers,
  "mail": mail,
  "openssl": openssl,
  "open-files": openFiles,
};

/** Asks all questions; what is worst comes first. */
export function examine(facts: Facts): readonly (Finding & { readonly question: string })[] {
  const order: readonly Level[] = ["problem", "advice", "ok"];
  return Object.entries(QUESTIONS)
    .flatMap(([question, ask]) => ask(facts).map((finding) => ({ question, ...finding })))
    .sort((a, b) => order.indexOf(a.level) - order.indexOf(b.level));
}
