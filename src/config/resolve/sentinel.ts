/**
 * Which sections have sentinels, and which must not.
 */

import type { CheckMethod } from "../../model/check.ts";
import type { Service } from "../../model/services.ts";
import type { Load } from "./facts.ts";
import { sentinelDoc } from "../language/service_docs.ts";
import type { Section } from "../language/syntax_tree.ts";
import type { Transport } from "../../model/table.ts";

/** How a section's real servers are checked. */
export interface CheckedBy {
  readonly method: CheckMethod | "on" | "off";
  readonly service: Service;
  readonly transport: Transport;
}

/** Returns true when a section's real servers have sentinels; one that cannot have any and asks for them is an error. */
export function wantsSentinel(
  { globals, problems }: Load,
  { head, settings: own }: Section,
  checked: CheckedBy,
): true | undefined {
  const setting = own.sentinel ?? globals.sentinel;
  if (!setting?.value) return undefined;
  const advice = sentinelDoc(checked.service);
  if (advice.use === "never") {
    const instead = own.sentinel
      ? "leave sentinel out, and write a shorter checkinterval, or retryinterval with failurecount"
      : "write sentinel = no in this section";
    const text = `sentinel is not for service ${checked.service}: an idle connection is ${
      advice.why.replaceAll("`", "")
    }`;
    problems.error(own.sentinel ?? head, text, instead);
    return undefined;
  }
  const obstacle = obstacleOf(checked);
  if (obstacle === undefined) return true;
  // A global one is for the sections that can have sentinels.
  if (own.sentinel) {
    const hint = "leave sentinel out, or write checktype = connect or negotiate for a service over tcp";
    problems.error(own.sentinel, `sentinel needs a check of a TCP port: ${obstacle}`, hint);
  }
  return undefined;
}

/** Notes that no port is known for the sentinels of a section that asks for them. */
export function refuseSentinelWithoutPort({ problems }: Load, { settings: { sentinel } }: Section): void {
  if (!sentinel) return;
  const hint = "add checkport = number, or give the real servers their port";
  problems.error(sentinel, "sentinel needs a check of a TCP port: no port is known", hint);
}

/** Why there is no TCP port that is checked. */
function obstacleOf({ method, transport }: CheckedBy): string | undefined {
  if (method === "on" || method === "off") return `with checktype ${method} nothing is checked`;
  if (sentinelDoc(method).use === "none") return `with checktype ${method} ${sentinelDoc(method).why}`;
  return transport === "tcp" ? undefined : `the service is checked over ${transport}`;
}
