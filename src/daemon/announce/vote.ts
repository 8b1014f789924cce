import type { Vote } from "../../announce/routes.ts";
import { quorumFigures } from "../../director/quorum.ts";
import { figuresOf } from "../../director/quorum_words.ts";
import type { Health } from "../../director/real_health.ts";
import type { VirtualService } from "../../model/virtual_service.ts";

/**
 * Returns whether clients of a virtual service are to come here: while it has its quorum, or all real servers get clients
 * (`failopen`). One that is never checked counts as up.
 *
 * @param missing the virtual services that the kernel's table lacks.
 */
export function voteOf(virtual: VirtualService, health: Health, missing: readonly VirtualService[]): Vote {
  const own = health.get(virtual.key);
  const { label } = virtual;
  if (!own) return { is: "unknown", why: `nothing is known of ${label} yet` };
  if (missing.includes(virtual)) return { is: "down", why: `${label} is not in the kernel's table` };
  if (virtual.reals.size > 0 && own.reals.size === 0) return { is: "up", why: `${label} is not checked` };
  if (own.failOpen) return { is: "up", why: `${label} fails open` };
  if (own.service === "unknown") return { is: "unknown", why: `${label} awaits its first checks` };
  return { is: own.service, why: `${label} is ${own.service}: ${figuresOf(quorumFigures(virtual, own))}` };
}
