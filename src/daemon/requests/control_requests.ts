import { type Arguments, type EncodedResult, RequestError } from "../../control/protocol.ts";
import type { Handlers, Nothing } from "../../control/requests.ts";
import { IpvsUnavailable } from "../../ipvs/driver.ts";
import { SharedWork } from "../../model/shared_work.ts";
import type { Controlled } from "./reported.ts";
import { selectReals } from "../operator/select_reals.ts";
import { statusOf, type StatusScope } from "./status_document.ts";

/** What the control socket does with each request. */
export function controlRequests(daemon: Controlled): Handlers {
  const { operator, membership, history } = daemon;
  const documents = new SharedWork<EncodedResult>();
  return {
    status: (input) => {
      const { real, virtual, detail, conversation } = input;
      const query = JSON.stringify([real, virtual, detail, conversation]);
      return documents.do(query, async () => statusOf(daemon, await scopeOf(input, daemon)));
    },
    history: ({ after = 0 }) => {
      if (typeof after !== "number") throw new RequestError("bad-argument", "after is not a number");
      return history.since(after);
    },
    drain: (input) => operator.hold("drain", input),
    disable: (input) => operator.hold("disable", input),
    enable: async (input) => await operator.enable(input, await membership.restore(input)),
    add: (input) => membership.add(input),
    remove: (input) => membership.remove(input),
    weight: (input) => operator.setWeight(input),
    activate: () => done(daemon.activate()),
    deactivate: () => done(daemon.deactivate()),
    retire: () => done(daemon.retire()),
    rejoin: () => done(daemon.rejoin()),
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

async function scopeOf(
  { real, virtual, detail = false, conversation = false }: Arguments,
  { model }: Controlled,
): Promise<StatusScope> {
  if (typeof detail !== "boolean" || typeof conversation !== "boolean") {
    throw new RequestError("bad-argument", "detail and conversation are true or false");
  }
  if (real === undefined && virtual === undefined) return { detail, conversation };
  if (typeof real !== "string" || (virtual !== undefined && typeof virtual !== "string")) {
    throw new RequestError("bad-argument", "real is missing: which real server?");
  }
  return { detail, conversation, selected: await selectReals(model, real, virtual) };
}
