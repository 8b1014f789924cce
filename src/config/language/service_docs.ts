/**
 * What each check asks, when it passes, and which settings it looks at: the manual, the help, the README and the lint read
 * it. Words in backticks are to be typed.
 */

import type { CheckMethod } from "../../model/check.ts";
import type { SentinelAdvice } from "../../model/protocol.ts";
import { beginsWithTls } from "../../model/service_facts.ts";
import { PROTOCOLS, type Service } from "../../model/services.ts";
import type { Directive } from "./directive.ts";
import { CHECK_DIRECTIVES, type CheckDirective } from "./directive_facts.ts";
import { type DirectiveName, DIRECTIVES } from "./directives.ts";

/** A check, or several that differ only in encryption. */
export interface ServiceDoc {
  /** Services, or types of check. */
  readonly names: readonly string[];
  readonly asked: string;
  readonly passes: string;
  /** Directives that it looks at, beside those of all checks and those of TLS. */
  readonly options: readonly DirectiveName[];
  /** It goes to no port of a server. */
  readonly withoutPort?: true;
  readonly sentinel: SentinelAdvice;
  readonly provenAgainst: string;
}

/** The checks of each service. */
export const SERVICE_DOCS: readonly ServiceDoc[] = PROTOCOLS.map(({ services, ...row }) => ({
  names: Object.keys(services),
  ...row,
}));

/** The checks that speak no service's protocol, by `checktype`. */
export const CHECK_TYPE_DOCS: readonly ServiceDoc[] = [
  {
    names: ["connect"],
    asked: "a TCP connection, for sctp an association; for udp a ping, and no port-unreachable",
    passes: "it is made",
    options: [],
    sentinel: { use: "yes", why: "kept for as long as its server likes; over tcp only" },
    provenAgainst: "nginx, socat (TCP, SCTP)",
  },
  {
    names: ["ping"],
    asked: "ICMP echo over IPv4 and IPv6",
    passes: "a reply",
    options: ["checkcount"],
    withoutPort: true,
    sentinel: { use: "none", why: "no port is checked" },
    provenAgainst: "Linux",
  },
  {
    names: ["external", "external-perl"],
    asked: "a program, without a shell",
    passes: "exit status 0",
    options: ["checkcommand", "dynamicweight"],
    withoutPort: true,
    sentinel: { use: "none", why: "no port is known to be checked" },
    provenAgainst: "sh, perl",
  },
  {
    names: ["file"],
    asked: "a file on the director, which another program renews",
    passes: "it is there, and was modified within `maxage`",
    options: ["checkfile", "maxage"],
    withoutPort: true,
    sentinel: { use: "none", why: "no port is checked" },
    provenAgainst: "Linux",
  },
];

/** A way of being checked: a service's, or a method that speaks none. */
export type Kind = Service | Exclude<CheckMethod, "negotiate">;

const ALL_DOCS = [...SERVICE_DOCS, ...CHECK_TYPE_DOCS];

/** The settings of a section that only some checks look at. */
export const CHECK_SETTINGS: readonly CheckDirective[] = CHECK_DIRECTIVES.filter((name) =>
  ["port", "tls", "named"].includes(DIRECTIVES[name].checks)
);

/** Whether a check looks at a directive. `overTls` says that it goes over to TLS by itself. */
export function looksAt(kind: Kind, name: CheckDirective, overTls = beginsWithTls(kind)): boolean {
  if (name === "starttls" && beginsWithTls(kind)) return false;
  const { checks } = DIRECTIVES[name];
  if (checks === "port") return !docOf(kind)?.withoutPort;
  return (overTls && checks === "tls") || docOf(kind)?.options.includes(name) === true;
}

/** Returns whether a sentinel is possible, and what becomes of its connection. */
export function sentinelText({ use, why }: SentinelAdvice): string {
  if (use === "yes") return `an idle connection is ${why}`;
  return use === "never" ? `refused: an idle connection is ${why}` : `not possible: ${why}`;
}

/** What a sentinel means to the servers of a service, or of a type of check; those of which nothing is known take it. */
export function sentinelDoc(kind: string): SentinelAdvice {
  return docOf(kind)?.sentinel ?? { use: "yes", why: "kept for as long as its server likes" };
}

/** The checks that look at a directive, by services and types of check; those over TLS in one word. None: all do. */
export function lookedAtBy(name: DirectiveName): readonly string[] {
  const { checks }: Directive<unknown> = DIRECTIVES[name];
  if (checks !== "named" && checks !== "tls") return [];
  const kinds = ALL_DOCS.flatMap(({ names, options }) => options.includes(name) ? names : []);
  const own = name === "starttls" ? kinds.filter((kind) => !beginsWithTls(kind)) : kinds;
  return checks === "tls" ? [...own, "all over TLS"] : own;
}

function docOf(kind: string): ServiceDoc | undefined {
  return ALL_DOCS.find(({ names }) => names.includes(kind));
}
