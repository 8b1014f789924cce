import { askOnce, NobodyThere } from "../../control/client.ts";
import { ExitStatus } from "../base/exit_status.ts";
import { findInstance } from "../base/instance.ts";
import type { Tool } from "../base/tool.ts";
import { toolArguments } from "../base/tool_arguments.ts";

/** Milliseconds: a table of 10,000 entries takes seconds, and a change that is under way comes first. */
const PATIENCE = 120_000;

/** `ldirectord activate`: a standby takes the table over. */
export const activate: Tool = {
  summary: "have a standby take the table over",
  usage: `Usage:
    ldirectord activate [configfile]

Has a director that was started with --standby take the IPVS table over, with the health
that it knows: one batch, no real server enters whose checks have not passed. Returns
when the table is in the kernel. Does nothing to a director that is on duty already.
`,
  run: (args) => order("activate", args),
};

/** `ldirectord deactivate`: a director becomes a standby. */
export const deactivate: Tool = {
  summary: "have a director leave the table, and stand by",
  usage: `Usage:
    ldirectord deactivate [configfile]

Has a director leave the IPVS table, as a stop would (cleanstop), and go on checking as
a standby. Returns when the table is left. Does nothing to a director that stands by.
`,
  run: (args) => order("deactivate", args),
};

async function order(name: "activate" | "deactivate", args: readonly string[]): Promise<ExitStatus> {
  const instance = findInstance(toolArguments(args, {}, 1).words.at(0));
  try {
    await askOnce(instance.socket, name, {}, PATIENCE);
    return ExitStatus.done;
  } catch (error) {
    if (!(error instanceof NobodyThere)) throw error;
    console.error(`ldirectord is stopped for ${instance.file}`);
    return ExitStatus.notDone;
  }
}
