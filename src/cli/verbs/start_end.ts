import { UserUnavailable } from "../../daemon/process/unprivileged.ts";
import { IpvsUnavailable } from "../../ipvs/driver.ts";

/** How a start has ended. */
export type StartEnd =
  /** The first table is in the kernel. */
  | { readonly type: "at work" }
  /** A signal came before. */
  | { readonly type: "told to end"; readonly signal: string }
  /** `message` is for the person who waits, `logged` says where it broke as well, if that was our fault. */
  | { readonly type: "failed"; readonly message: string; readonly logged: string };

/** Returns how a start ends: when its work has ended, or when a signal ends the daemon. */
export function endOfStart(work: Promise<void>, ended: Promise<string>): Promise<StartEnd> {
  return Promise.race([
    ended.then((signal): StartEnd => ({ type: "told to end", signal })),
    work.then((): StartEnd => ({ type: "at work" }), failure),
  ]);
}

function failure(error: unknown): StartEnd {
  const type = "failed";
  const isKnown = error instanceof IpvsUnavailable || error instanceof UserUnavailable;
  if (isKnown) return { type, message: error.message, logged: error.message };
  const message = `Internal error: ${error instanceof Error ? error.message : error}`;
  return { type, message, logged: error instanceof Error ? `Internal error: ${error.stack}` : message };
}
