/**
 * What a row of the table of protocols says (see services.ts).
 */

/** A protocol that real servers are asked in. Words in backticks are to be typed. */
export interface Protocol<Option extends string = string> {
  /** The services that speak it: they differ in their port and in encryption. */
  readonly services: Readonly<Record<string, ServiceFacts>>;
  readonly asked: string;
  readonly passes: string;
  /** Directives that the check looks at, beside those of all checks and those of TLS. */
  readonly options: readonly Option[];
  /** What must be given for the check to make sense. */
  readonly needs?: readonly Need[];
  /** What `request` may be, where that is not free. */
  readonly requests?: RequestForm;
  /** What `request` is, where the protocol shares it with others. */
  readonly question?: Question;
  /** The process that holds the conversation; absent = the director itself. */
  readonly askedBy?: "helper";
  /** Connections that a round holds at the same time; absent = 1. */
  readonly connections?: number;
  readonly sentinel: SentinelAdvice;
  /** The servers that the check was tried with, and their versions. */
  readonly provenAgainst: string;
}

/** What one service of a protocol has of its own. */
export interface ServiceFacts {
  /** Where it is checked when no other port is known. */
  readonly port?: number;
  /**
   * A virtual service at that port is checked for it unless the configuration names another service. Only ports that stood for a
   * service in the Perl program: an old configuration must mean what it meant.
   */
  readonly impliedByPort?: true;
  /** What services(5) calls that port, with its protocol, for machines without the file: `pop3/tcp`. */
  readonly portNames?: readonly string[];
  /** It begins with a TLS handshake. */
  readonly overTls?: true;
  /** What it is always asked over; absent = the protocol of the virtual service. */
  readonly transport?: "tcp" | "udp";
  /** What it is asked over behind a firewall mark, which tells no protocol; absent = tcp. */
  readonly behindMark?: "udp";
  /** Schemes of a URL that mean it, beside its name. */
  readonly schemes?: readonly string[];
}

/** A directive that a check needs. */
export interface Need {
  readonly directive: "login" | "request" | "database";
  /** What it is to say, where the name does not tell. */
  readonly meaning?: string;
  /** A value, as it is written. */
  readonly example: string;
  /** The check can be made without it, and fails. */
  readonly isWarning?: true;
}

/** What a `request` may be. */
export interface RequestForm {
  readonly pattern: RegExp;
  readonly text: string;
  readonly hint: string;
}

/** A `page` is asked for by a URL or a path, rows by a `query`; `any` is one that every server answers. */
export type Question = { readonly kind: "page" } | { readonly kind: "query"; readonly any: string };

/** Whether a sentinel may hold an idle connection to such a server, and what that server does with one. */
export interface SentinelAdvice {
  /** `never`: servers of the service count such clients against their host, and turn it away in the end; `none`: no TCP port. */
  readonly use: "yes" | "never" | "none";
  readonly why: string;
}
