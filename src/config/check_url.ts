/**
 * A check without a configuration: `http://10.0.0.2/health` -> the tree of a file that would ask for just that.
 */

import { familyOf, MOST_PORT, parseIp } from "../model/address.ts";
import { checkPortOf, isAskedForPages, protocolOf, SERVICE_ROWS } from "../model/service_facts.ts";
import { SPOKEN_SERVICES, type SpokenService } from "../model/services.ts";
import { closest } from "./language/closest.ts";
import { CHECK_DIRECTIVES, type CheckDirective, ofFamily } from "./language/directive_facts.ts";
import type { Directive } from "./language/directive.ts";
import { type DirectiveName, DIRECTIVES, findDirective } from "./language/directives.ts";
import type { HostRef, ServiceHead } from "./language/endpoints.ts";
import { readText } from "./language/grammar.ts";
import type { Parsed } from "./cf/parse.ts";
import { ProblemList } from "./language/problem.ts";
import { looksAt } from "./language/service_docs.ts";
import { countSteps } from "./language/step_lists.ts";
import type { Setting, Settings, SyntaxTree } from "./language/syntax_tree.ts";

/** Directives that say how one check is made, beside those that the URL stands for; those of a section first. */
export const URL_DIRECTIVES: readonly CheckDirective[] = CHECK_DIRECTIVES.filter((name) => {
  const { checks, stepOf }: Directive<unknown> = DIRECTIVES[name];
  // Their order counts, and that of options is not known.
  if (stepOf) return false;
  return checks === "all" || checks === "tls" || (checks === "named" && isAskedByUrl(name));
}).toSorted((a, b) => rank(a) - rank(b));

/** A directive and its value, as text. */
export type Given = readonly [name: CheckDirective, text: string];

function isAskedByUrl(name: CheckDirective): boolean {
  return [...SPOKEN_SERVICES, "connect" as const, "ping" as const].some((kind) => looksAt(kind, name));
}

function rank(name: CheckDirective): number {
  return DIRECTIVES[name].scope === "virtual" ? 0 : 1;
}

/** What a URL may ask for: a service, or a type of check. */
type Asked = SpokenService | "connect" | "udp" | "sctp" | "ping";

/** What schemes mean. */
const SCHEMES: Readonly<Record<string, Asked>> = {
  tcp: "connect",
  connect: "connect",
  udp: "udp",
  sctp: "sctp",
  ping: "ping",
  icmp: "ping",
  ...Object.fromEntries(
    SERVICE_ROWS.flatMap(([service, { schemes = [] }]) => [...schemes, service].map((scheme) => [scheme, service])),
  ),
};

/** Whether a connection is all that is asked for. */
function isConnect(kind: Asked): boolean {
  return kind === "connect" || kind === "udp" || kind === "sctp";
}

/** Whether a directive counts for checks that speak no protocol, too. */
function countsForAny(name: CheckDirective): boolean {
  return DIRECTIVES[name].checks === "all" || looksAt("ping", name);
}

/** The tree of a check. Gives the reason as a string where there is no such check. */
export function checkUrl(url: string, given: readonly Given[]): Parsed | string {
  const match = /^([A-Za-z][A-Za-z0-9_-]*):\/\/(?:([^@/]*)@)?(\[[^\]]*\]|[^:/?#\s]*)(?::(\d{1,5}))?([/?].*)?$/.exec(
    url,
  );
  if (!match) return `not a check: ${url}; write http://10.0.0.2/health, smtp://10.0.0.2 or ping://10.0.0.2`;
  const [, scheme, login, host, portText, rest = ""] = match;
  const kind = Object.hasOwn(SCHEMES, scheme.toLowerCase()) ? SCHEMES[scheme.toLowerCase()] : undefined;
  if (!kind) {
    const near = closest(scheme, Object.keys(SCHEMES));
    return `there is no check for ${scheme}${near ? `; did you mean ${near}?` : ""}`;
  }
  if (login?.includes(":")) return "a password on the command line can be seen by everybody: write --passwdfile FILE";
  const ref = hostRef(host);
  if (!ref) return `not an address or a host name: ${host || url}`;
  const port = Number(portText ?? checkPortOf(kind));
  if (port > MOST_PORT) return `a port is a number up to ${MOST_PORT}, not ${portText}`;
  if (port === 0 && kind !== "ping") return `the port is missing: ${scheme}://${host}:PORT`;
  const named = fromRest(kind, rest);
  if (!named) return `a % in a URL is followed by two hexadecimal digits, or written %25: ${url}`;
  const texts: [CheckDirective, string][] = [
    ...named,
    ...login ? [["login", login] as const] : [],
    ...given,
  ]
    .map(([name, text]) => [name, text]);
  const silent = kind === "ping" || isConnect(kind);
  const idle = silent ? texts.find(([name]) => !countsForAny(name)) : undefined;
  if (idle) return `${idle[0]} has no effect: ${scheme}:// asks for nothing that it could be about`;
  const query = anyQuery(kind);
  if (query !== undefined && !texts.some(([name]) => name === "request")) texts.push(["request", query]);
  return treeOf(kind, ref, port, texts);
}

/** What to ask a database where nothing else is to be asked. */
function anyQuery(kind: Asked): string | undefined {
  const question = protocolOf(kind)?.question;
  return question?.kind === "query" ? question.any : undefined;
}

function hostRef(host: string): HostRef | undefined {
  const text = host.replace(/^\[|\]$/g, "");
  const ip = parseIp(text);
  if (!ip && !/^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_.])?$/.test(text)) return undefined;
  return { text, ip, at: 0, length: text.length };
}

/**
 * What stands behind the host: a page, the name of a database, or what else the service is asked for. `undefined` where
 * that is not as URLs write it.
 */
function fromRest(kind: Asked, rest: string): readonly Given[] | undefined {
  if (isAskedForPages(kind)) return [["request", rest.startsWith("/") ? rest : `/${rest}`]];
  try {
    const name = decodeURIComponent(rest.replace(/^\//, ""));
    return name === "" ? [] : [[anyQuery(kind) === undefined ? "request" : "database", name]];
  } catch {
    return undefined;
  }
}

function treeOf(
  kind: Asked,
  host: HostRef,
  number: number,
  texts: readonly (readonly [CheckDirective, string])[],
): Parsed | string {
  const family = host.ip && familyOf(host.ip) === 6 ? 6 : 4;
  const port = { text: String(number), number, at: 0, length: 0 };
  // A mark leaves the real server its port and its service; only for udp and sctp must the virtual service be of that protocol.
  const head: ServiceHead = kind === "udp" || kind === "sctp"
    ? { kind: "endpoint", host: { ...host, ip: parseIp(family === 6 ? "::1" : "127.0.0.1")! }, port }
    : { kind: "mark", mark: 1 };
  const real = {
    host,
    port: number > 0 ? port : undefined,
    forwarding: "masq",
    weight: 1,
    upperThreshold: 0,
    lowerThreshold: 0,
  } as const;
  const collected: Record<string, unknown> = { [ofFamily("real", family)]: [setting(real)] };
  const method = kind === "ping" ? "ping" : isConnect(kind) ? "connect" : "negotiate";
  collected.checktype = setting(method);
  if (kind === "udp" || kind === "sctp") collected.protocol = setting(kind);
  if (method === "negotiate") collected.service = setting(kind);
  for (const [name, text] of texts) {
    const row = findDirective(name)!.row;
    const reading = readText(row.value, text);
    if ("mistake" in reading) {
      const { text: message, hint } = reading.mistake;
      return `${name}${message.startsWith("must ") ? " " : ": "}${message}${hint ? `; ${hint}` : ""}`;
    }
    if (row.repeats) {
      const one = setting(reading.value);
      const step = row.stepOf ? { ...one, nth: countSteps(collected as Settings, row.stepOf) } : one;
      collected[name] = [...(collected[name] as unknown[] | undefined) ?? [], step];
    } else collected[name] = setting(reading.value);
  }
  const globals: Settings = { quiescent: setting(true) };
  const [placed, settings] = [setting(head), collected as Settings];
  const sections: SyntaxTree["sections"] = [{ family, head: placed, settings, opening: placed }];
  return { tree: { globals, sections }, problems: new ProblemList(), lines: [], show: () => undefined };
}

function setting<T>(value: T): Setting<T> {
  return { value, line: 1, column: 1, length: 0 };
}

/** How a directive's value is written, for a usage text. */
export function formOf(name: DirectiveName): string {
  return DIRECTIVES[name].value.form;
}
