import { CONFIG } from "../base/declaration.ts";
import { ExitStatus } from "../base/exit_status.ts";
import { findRunning, withDaemon } from "../base/running_instance.ts";
import type { Tool } from "../base/tool.ts";
import { toolArguments } from "../base/tool_arguments.ts";
import { withUsage } from "../base/tool_usage.ts";
import { END_HELP, patienceOf, TIMEOUT } from "./orders.ts";
import { waitForEnd } from "./wait_for_end.ts";

/** Milliseconds: a change that is under way comes first, then quorumcommand and withdrawdelay. */
const PATIENCE = 180_000;

const RETIRE = withUsage({
  name: "retire",
  summary: "have routers send clients to other directors, and go on for those that are here",
  forms: ["[--wait [--timeout TIME]]"],
  words: [],
  about: `
Withdraws the addresses of all virtual services (announce), tells quorumcommand down, and
has /healthz answer 503, so that new clients go to other directors. Real servers are
checked and the kernel forwards as before: connections that are here go on to their end.
Before a machine is taken down: retire --wait, then stop. rejoin takes it back. Behind a
router with several directors, connections go on over the others: they stay in this
kernel's count until its timeout, and --wait shows for how long no packet has come.
`,
  options: {
    wait: { doc: "wait until no connection to its virtual services is open any more" },
    timeout: TIMEOUT,
    config: CONFIG,
  },
  after: END_HELP,
});

/** `ldirectord retire`: no new clients for this director. */
export const retire: Tool = {
  ...RETIRE,

  async run(args) {
    const { values } = toolArguments(args, RETIRE);
    const patience = patienceOf(values);
    return await withDaemon(findRunning(values.config), async (client) => {
      await client.ask("retire", {}, PATIENCE);
      console.log("retired: nothing is announced any more");
      if (!values.wait) return ExitStatus.done;
      return await waitForEnd(client, {
        query: {},
        packets: ({ virtuals }) => virtuals.reduce((sum, { kernel }) => sum + (kernel?.totals.packetsIn ?? 0), 0),
        obstacle: ({ daemon }) => daemon.retired ? undefined : "not retired any more: rejoin was ordered",
        patience,
      });
    });
  },
};

const REJOIN = withUsage({
  name: "rejoin",
  summary: "take retire back",
  forms: [""],
  words: [],
  about: `
Announces the addresses of virtual services again that have their quorum, and tells
quorumcommand how they are. Does nothing to a director that is not retired.
`,
  options: { config: CONFIG },
  after: "Exit status: 0 done, 1 not done, 3 no director runs.",
});

/** `ldirectord rejoin`: a retired director gets clients again. */
export const rejoin: Tool = {
  ...REJOIN,

  async run(args) {
    const { values } = toolArguments(args, REJOIN);
    return await withDaemon(findRunning(values.config), async (client) => {
      await client.ask("rejoin", {});
      console.log("not retired: what has its quorum is announced");
      return ExitStatus.done;
    });
  },
};
