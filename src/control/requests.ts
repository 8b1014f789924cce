/**
 * Every request of the control socket with what it is told and what it answers: the registry. A new one is a line here,
 * a handler in daemon/control_requests.ts, and a section in docs/control-socket.md.
 */

import type { Arguments } from "./protocol.ts";
import type { Status } from "./status.ts";

/** What is told and answered, by the request's name. */
export interface Requests {
  readonly status: { readonly told: Nothing; readonly answers: Status };
  /** A standby takes the table over; answered when the table is in the kernel. */
  readonly activate: { readonly told: Nothing; readonly answers: Nothing };
  /** The director leaves the table, and goes on checking; answered when it has. */
  readonly deactivate: { readonly told: Nothing; readonly answers: Nothing };
}

/** A request without arguments. */
export type Nothing = Readonly<Record<never, never>>;

/** One of {@link Requests}. */
export type RequestName = keyof Requests;

/**
 * What does each request. Arguments come from outside and are the handler's to judge: it throws a RequestError for those
 * that make no sense.
 */
export type Handlers = {
  readonly [Name in RequestName]: (
    told: Arguments,
  ) => Requests[Name]["answers"] | Promise<Requests[Name]["answers"]>;
};
