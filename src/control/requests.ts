/**
 * Every request of the control socket with its input and its answer: the registry. A new one is a line here,
 * a handler in daemon/requests/control_requests.ts, and a section in docs/control-socket.md.
 */

import type { History } from "./history.ts";
import type { Arguments, EncodedResult } from "./protocol.ts";
import type { OrderKind } from "../model/orders.ts";
import type { Status } from "./status.ts";

/** The input and the answer, by the request's name; `given` where a handler may give it in another form. */
export interface Requests {
  readonly status: { readonly input: StatusQuery; readonly answers: Status; readonly given: Status | EncodedResult };
  readonly history: { readonly input: { readonly after?: number }; readonly answers: History };
  readonly drain: { readonly input: OrderInput; readonly answers: OrderResult };
  readonly disable: { readonly input: OrderInput; readonly answers: OrderResult };
  readonly enable: { readonly input: RealSelection & { readonly only?: OrderKind }; readonly answers: OrderResult };
  /** A real server beside those of the configuration; answered when the table has it, as far as its checks say so. */
  readonly add: { readonly input: AddInput; readonly answers: OrderResult };
  /** A real server is taken out of the configuration in force; one that was added is forgotten. */
  readonly remove: { readonly input: RealSelection; readonly answers: OrderResult };
  readonly weight: { readonly input: OrderInput & WeightChange; readonly answers: OrderResult };
  /** A standby takes the table over; answered when the table is in the kernel. */
  readonly activate: { readonly input: Nothing; readonly answers: Nothing };
  /** The director leaves the table, and goes on checking; answered when it has. */
  readonly deactivate: { readonly input: Nothing; readonly answers: Nothing };
  /** The director announces nothing any more, and goes on forwarding; answered when that is so. */
  readonly retire: { readonly input: Nothing; readonly answers: Nothing };
  /** What a retired director has to announce is announced again. */
  readonly rejoin: { readonly input: Nothing; readonly answers: Nothing };
}

/** A request without arguments, or an answer that says no more than that it was done. */
export type Nothing = Readonly<Record<never, never>>;

/** What a status is to be of. */
export interface StatusQuery {
  /** Only of these real servers, named as in {@link RealSelection}. */
  readonly real?: string;
  readonly virtual?: string;
  /** With what graphs are drawn from. */
  readonly detail?: boolean;
  /** With what was said in each check's last round. */
  readonly conversation?: boolean;
}

/** Which real servers are meant. */
export interface RealSelection {
  /** `address:port`, `address`, or a name of the configuration. */
  readonly real: string;
  /** `address:port`, mark, key or `servicename`; absent = in all virtual services. */
  readonly virtual?: string;
}

/** A real server that is to be added. */
export interface AddInput {
  /** `address:port`, mark, key or `servicename`. */
  readonly virtual: string;
  /** As a `real` line of the configuration has it: `10.0.0.13:80 masq 5`. */
  readonly line: string;
}

/** An order, and for how long. */
export interface OrderInput extends RealSelection {
  /** Absent = until it is taken back. */
  readonly seconds?: number;
}

/** A weight: a number, a share of the configured one, or so much more or less than now. */
export type WeightChange = { readonly weight: number } | { readonly percent: number } | { readonly more: number };

/** What came of an order; the kernel's table is as it says. */
export interface OrderResult {
  /** Whom it is about. */
  readonly reals: readonly OrderedReal[];
  /** When it ends by itself. */
  readonly until: string | null;
  /** What the operator should know. */
  readonly warnings: readonly string[];
}

/** A real server that an order is about. */
export interface OrderedReal {
  readonly virtual: string;
  readonly key: string;
  readonly real: string;
  /** Its names in the configuration; none where that does not have it any more. */
  readonly names: readonly string[];
  /** The weight that it was given; absent where none was. */
  readonly weight?: number;
}

/** One of {@link Requests}. */
export type RequestName = keyof Requests;

/** What a handler gives: what is answered, or the same encoded already where that is long. */
type Given<Name extends RequestName> = Requests[Name] extends { readonly given: infer Long } ? Long
  : Requests[Name]["answers"];

/**
 * What does each request. Arguments come from outside and are the handler's to judge: it throws a RequestError for those
 * that make no sense.
 */
export type Handlers = {
  readonly [Name in RequestName]: (
    input: Arguments,
  ) => Given<Name> | Promise<Given<Name>>;
};
