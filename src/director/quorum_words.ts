import type { DirectorEvent } from "./events.ts";
import type { QuorumFigures } from "./real_health.ts";

/** A virtual service lost its quorum, or has it again. Where no quorum is configured, one real server is the quorum. */
type Fallback = Extract<DirectorEvent, { type: "fallback" }>;

/** Returns why a virtual service is down, or is up again. */
export function quorumReason(event: Fallback): string {
  const { active } = event;
  if (!hasOwnQuorum(event)) return active ? "no real server is up" : "a real server is up again";
  return `the quorum is ${active ? "lost" : "back"}: ${figuresOf(event.quorum)}`;
}

/** Returns the line of the log. Scripts look for those without a quorum. */
export function fallbackLine(event: Fallback): string {
  const { virtual: { label }, active } = event;
  if (hasOwnQuorum(event)) return `Virtual server ${label} is ${active ? "down" : "up again"}: ${quorumReason(event)}`;
  return active
    ? `No real server is up for virtual server ${label}`
    : `Virtual server ${label} has a real server again`;
}

function hasOwnQuorum({ virtual: { quorum, hysteresis } }: Fallback): boolean {
  return quorum + hysteresis > 1;
}

/** Returns how much weight serves, and how much has to. */
export function figuresOf({ serving, needed }: QuorumFigures): string {
  return `serving weight ${serving}, needed ${needed}`;
}
