/**
 * What a check is: the target it speaks to, the verdict it gives, the signature every checker has.
 */

import type { IpAddress } from "./address.ts";
import type { DialogueStep } from "./dialogue.ts";
import type { JsonCondition } from "./json_condition.ts";
import type { Pattern } from "./pattern.ts";
import type { Secret } from "./secret.ts";
import { beginsWithTls, isAskedForPages, isHelperService } from "./service_facts.ts";
import type { Service } from "./services.ts";
import type { Transport } from "./table.ts";
import type { Ending } from "./ending.ts";

/** Whether a round by that method is made by the helper process. */
export function isAskedByHelper(method: CheckMethod, { service }: Pick<CheckTarget, "service">): boolean {
  return method === "negotiate" && isHelperService(service);
}

/** Whether a check speaks TLS by our own means. */
export function speaksTls({ method, target }: Pick<Check, "method" | "target">): boolean {
  return method === "negotiate" && (target.startTls === true || beginsWithTls(target.service));
}

/** The record types that a dns check can ask for. */
export const DNS_TYPES = ["A", "AAAA", "PTR", "MX", "NS", "SOA", "TXT", "CNAME", "SRV"] as const;

/** One of {@link DNS_TYPES}. */
export type DnsType = typeof DNS_TYPES[number];

/** The method of an http request. */
export type HttpMethod = "GET" | "HEAD" | "POST";

/** A header line of an http request. */
export interface RequestHeader {
  readonly name: string;
  readonly value: Secret;
}

/** Whether a header is a credential. */
export function isCredential({ name }: RequestHeader): boolean {
  return /auth|cookie|key|secret|token/i.test(name);
}

/** HTTP status codes, both ends included. */
export interface StatusRange {
  readonly from: number;
  readonly to: number;
}

/** A client's certificate (with its chain) and private key, each as a PEM file; both may be the same one. */
export interface TlsClient {
  readonly certFile: string;
  readonly keyFile: string;
}

/**
 * How a real server is asked. `negotiate` speaks the target's service; `agent` and `weightfile` are for its weight, beside
 * a check of another method.
 */
export type CheckMethod =
  | "negotiate"
  | "connect"
  | "ping"
  | "external"
  | "external-perl"
  | "file"
  | "agent"
  | "weightfile";

/** Whether checks by that method, or of that kind, look at a file of this machine: they go to no server. */
export function looksAtFile(method: string): boolean {
  return method === "file" || method === "weightfile";
}

/** Where a check's packets come from, as far as the configuration says. */
export interface Origin {
  readonly address?: IpAddress;
  /** The mark of the packets on this host, for its routing rules and firewall: never sent. */
  readonly mark?: number;
}

/** All that a checker may know of the server it asks. */
export interface CheckTarget {
  readonly address: IpAddress;
  /** 0 where the virtual service is a firewall mark and no port is known. */
  readonly port: number;
  readonly transport: Transport;
  readonly origin?: Origin;
  readonly service: Service;
  /** As written in the configuration; each checker says what it makes of it. */
  readonly request?: string;
  /** The request is this real server's own: a URL says where to ask, and not only for what. */
  readonly requestIsOwn?: boolean;
  readonly receive?: Pattern;
  /** In place of `receive`, for services that are asked for pages. */
  readonly receiveJson?: JsonCondition;
  /** The steps of a dialogue, from first to last. */
  readonly dialogue?: readonly DialogueStep[];
  /** The record type of a dns check; absent = by what is asked and expected. */
  readonly dnsType?: DnsType;
  readonly httpMethod: HttpMethod;
  /** Further header lines of an http request; they may carry credentials. */
  readonly requestHeaders?: readonly RequestHeader[];
  /** What a POST sends, one character a byte. */
  readonly requestBody?: string;
  /** The http statuses that pass; absent = 200 to 299. */
  readonly expectStatus?: readonly StatusRange[];
  /** The Host header, and the name in TLS's SNI. */
  readonly virtualHost?: string;
  readonly login?: string;
  readonly passwd?: Secret;
  readonly database?: string;
  readonly secret?: Secret;
  /** Attempts of a ping before it has failed. */
  readonly pingCount: number;
  /** Whether the server's certificate must be valid for its name. */
  readonly tlsVerify: boolean;
  /** Whether a conversation that begins in the clear goes on over TLS (STARTTLS, STLS, AUTH TLS). */
  readonly startTls?: boolean;
  /** The name in TLS's SNI and in the certificate; absent = that of `virtualHost`. */
  readonly tlsServerName?: string;
  /** The certificate authorities that count, as a file; absent = those of the system. */
  readonly tlsCaFile?: string;
  /** Our certificate, for a server that asks for one. */
  readonly tlsClient?: TlsClient;
  /** Warn when the server's certificate is valid for fewer days than these. */
  readonly certExpiryWarn?: number;
  /** Whether the external command's last line may ask for a weight. */
  readonly dynamicWeight?: boolean;
  /** The file that is looked at in place of the server. */
  readonly file?: string;
  /** Seconds ago that it may have been modified at most; absent = at any time. */
  readonly maxAge?: number;
  /** The external command and its own arguments. */
  readonly command: readonly string[];
  /** The arguments of an external command: virtual address or mark, virtual port, real address, real port. */
  readonly commandArguments: readonly string[];
}

/** Why a check failed: the words that status, metrics and scripts see, and what they mean. */
export const FAILURES = {
  refused: "the connection was refused or reset, or the host or port is unreachable",
  timeout: "the deadline passed",
  mismatch: "the server answered, but not what receive asks for",
  reported: "the server answered by its protocol that it does not serve: a status, an error, a refusal",
  protocol: "the server answered what its protocol does not allow, or TLS failed",
  auth: "the server did not accept the credentials",
  internal:
    "the check itself could not be made (no descriptor, no memory, no command), which says nothing of the server",
} as const;

/** One of {@link FAILURES}. */
export type FailureKind = keyof typeof FAILURES;

/** The weight that a real server asks for itself: a share of the configured one, or a number in its place. */
export type AskedWeight = { readonly percent: number } | { readonly absolute: number };

/**
 * A check's verdict. `detail` is one line for an operator: `503 Service Unavailable`. `warning` is what will become a
 * problem though the server is well; `detail` has it too.
 */
export type CheckResult =
  | {
    readonly up: true;
    readonly detail: string;
    readonly weight?: AskedWeight;
    readonly warning?: string;
    /** An agent did not answer: what it said last holds. */
    readonly isSilent?: true;
  }
  | { readonly up: false; readonly why: FailureKind; readonly detail: string };

/** Whether a check could not be made: that says nothing of the server, and changes nothing. */
export function couldNotBeMade(result: CheckResult): boolean {
  return !result.up && result.why === "internal";
}

/** What a checker is given besides its target. */
export interface CheckRun {
  /** Aborted at the deadline; the checker then drops what it holds and ends. */
  readonly signal: Ending;
  /**
   * Notes one line of the conversation for the operator: what is done (`* connecting to …`), sent (`> …`) or received
   * (`< …`). Never given a secret.
   */
  trace(line: string): void;
  /** Notes that the server has said something: what goes wrong with it from then on is the server's doing. */
  onReply(): void;
  /** Notes what the operator should know even if the check passes. */
  warn(warning: string): void;
}

/** One protocol's check: holds the conversation and says what it found. */
export type Checker = (target: CheckTarget, run: CheckRun) => Promise<CheckResult>;

/** Everything that makes two checks the same check, as one string. */
export type CheckKey = string & { readonly brand: "CheckKey" };

/** A check as the director schedules it. */
export interface Check {
  readonly key: CheckKey;
  readonly target: CheckTarget;
  /** The method of every round; with `connectsPerNegotiate` set, of those that do not only connect. */
  readonly method: CheckMethod;
  /** `checktype = N`: after a negotiate round that passed N rounds only connect, see checkers/run.ts. */
  readonly connectsPerNegotiate?: number;
  /** Seconds from the start of one round to the start of the next. */
  readonly interval: number;
  /** Seconds in place of `interval` while the verdict is open; never more than it. */
  readonly retryInterval: number;
  /** Seconds that a connect, ping or external round may take. */
  readonly checkTimeout: number;
  /** Seconds that a negotiate round may take. */
  readonly negotiateTimeout: number;
}

/** What to do where {@link expectsHeaders}. */
export const RECEIVE_HINT = "write expectstatus = 200 for the status, and in receive a text of the page itself";

/** Whether the `receive` of an http check looks for the status line or a header, which it never sees. */
export function expectsHeaders({ service, receive }: Pick<CheckTarget, "service" | "receive">): boolean {
  if (receive === undefined || !isAskedForPages(service)) return false;
  return /^\^?(HTTP\/\d|(Server|Content-Type|Location|Set-Cookie|Date|X-[A-Za-z-]+): )/i.test(receive.source);
}
