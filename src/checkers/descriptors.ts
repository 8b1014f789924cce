/**
 * How many descriptors a round may hold.
 */

import type { Check, CheckMethod } from "../model/check.ts";
import { isAskedForPages, protocolOf } from "../model/service_facts.ts";

/** A program's two outputs, itself, and one more while it is being started. */
const PROGRAM = 4;

/** A look-up of a name asks one server after the other, and reads files in between. */
const LOOK_UP = 2;

/** The most that a round of this check by that method holds at the same time. */
export function descriptorsOf({ target }: Pick<Check, "target">, method: CheckMethod): number {
  const isUdp = target.transport === "udp";
  switch (method) {
    case "external":
    case "external-perl":
      return PROGRAM;
    // The socket is one for all; where the system gives us none, a program asks.
    case "ping":
      return 1;
    case "connect":
      return isUdp ? 2 : 1;
    case "agent":
    case "file":
    case "weightfile":
      return 1;
    case "negotiate":
      return byService(target);
  }
}

function byService({ service, request = "" }: Check["target"]): number {
  const protocol = protocolOf(service);
  if (!protocol) return 0;
  return isAskedForPages(service) && /^https?:/i.test(request) ? LOOK_UP : protocol.connections ?? 1;
}
