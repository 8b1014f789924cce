import { type Arguments, RequestError } from "../control/protocol.ts";
import type { Handlers, Nothing } from "../control/requests.ts";
import { IpvsUnavailable } from "../ipvs/driver.ts";
import type { Daemon } from "./daemon.ts";
import { selectReals } from "./select_reals.ts";
import { statusOf, type StatusScope } from "./status_document.ts";

/** What the control socket does with each request. */
export function controlRequests(daemon: Daemon): Handlers {
  const { operator, history } = daemon;
  return {
    status: (told) => statusOf(daemon, wishOf(told, daemon)),
    history: ({ after = 0 }) => {
      if (typeof after !== "number") throw new RequestError("bad-argument", "after is not a number");
      return history.since(after);
    },
    drain: (told) => operator.hold("drain", told),
    disable: (told) => operator.hold("disable", told),
    enable: (told) => operator.enable(told),
    weight: (told) => operator.weigh(told),
    activate: () => done(daemon.activate()),
    deactivate: () => done(daemon.deactivate()),
  };
}

async function done(turn: Promise<void>): Promise<Nothing> {
  try {
    await turn;
    return {};
  } catch (error) {
    if (error instanceof IpvsUnavailable) throw new RequestError("refused", error.message);
    throw error;
  }
}

function wishOf(
  { real, virtual, detail = false, conversation = false }: Arguments,
  { model }: Daemon,
): StatusScope {
  if (typeof detail !== "boolean" || typeof conversation !== "boolean") {
    throw new RequestError("bad-argument", "detail and conversation are true or false");
  }
  if (real === undefined && virtual === undefined) return { detail, conversation };
  if (typeof real !== "string" || (virtual !== undefined && typeof virtual !== "string")) {
    throw new RequestError("bad-argument", "real is missing: which real server?");
  }
  return { detail, conversation, selected: selectReals(model, real, virtual) };
}
