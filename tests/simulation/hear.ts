import type { DirectorEvent } from "../../src/director/events.ts";
import { encodeAction } from "../../src/ipvs/ipvsadm/rules.ts";
import { serviceLabel } from "../../src/model/table.ts";
import type { Logged } from "./promises/logged.ts";
import type { Timeline } from "./timeline.ts";
import type { World } from "./world.ts";

/** Takes note of what the director reports. */
export function hear(event: DirectorEvent, world: World, timeline: Timeline, logged: Logged): void {
  const now = world.clock.now();
  switch (event.type) {
    case "round": {
      const server = world.servers.get(event.check.key)!;
      const { up } = event.result;
      if (server.said?.up === up) server.said.count++;
      else server.said = { up, count: 1, since: now };
      return;
    }
    case "table-changed":
      return logged.told(encodeAction(event.action));
    case "transition": {
      const fallback = event.virtual.fallback?.key;
      world.byHand.turn(serviceLabel(event.virtual.settings.address), event.real.key, fallback);
      return timeline.note(`${event.real.key} ${event.was} -> ${event.is} (${event.virtual.label})`);
    }
    case "quorum":
    case "fail-open":
      world.byHand.turnAll(serviceLabel(event.virtual.settings.address));
      return timeline.note(`${event.type} (${event.virtual.label})`);
    case "table-refused":
      return timeline.note(`refused ${encodeAction(event.action)}: ${event.message}`);
    case "services-vanished":
      for (const { address } of event.services) world.vanishedAt.set(serviceLabel(address), now);
      return timeline.note(`vanished ${event.services.map(({ address }) => serviceLabel(address)).join(", ")}`);
    default:
      return timeline.note(event.type === "table-unavailable" ? `unavailable: ${event.message}` : event.type);
  }
}
