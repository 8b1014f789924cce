import { askOnce, NobodyThere } from "../../control/client.ts";
import { ONE_CONFIGURATION } from "../base/declaration.ts";
import { ExitStatus } from "../base/exit_status.ts";
import { findInstance } from "../base/instance.ts";
import type { Tool } from "../base/tool.ts";
import { toolArguments } from "../base/tool_arguments.ts";
import { withUsage } from "../base/tool_usage.ts";

/** Milliseconds: a table of 10,000 entries takes seconds, and a change that is under way comes first. */
const PATIENCE = 120_000;

const ACTIVATE = withUsage({
  name: "activate",
  summary: "have a standby take the table over",
  forms: ["[config]"],
  words: ONE_CONFIGURATION,
  options: {},
  about: `
Has a director that was started with --standby take the IPVS table over, with the health
that it knows: one batch, and no real server enters before its checks have passed. Returns
when the table is in the kernel. Does nothing to a director that is on duty already.
`,
});

/** `ldirectord activate`: a standby takes the table over. */
export const activate: Tool = { ...ACTIVATE, run: (args) => order(ACTIVATE, args) };

const DEACTIVATE = withUsage({
  name: "deactivate",
  summary: "have a director leave the table, and stand by",
  forms: ["[config]"],
  words: ONE_CONFIGURATION,
  options: {},
  about: `
Has a director leave the IPVS table, as a stop would (cleanstop), and go on checking as
a standby. Returns when the table is left. Does nothing to a director that stands by.
`,
});

/** `ldirectord deactivate`: a director becomes a standby. */
export const deactivate: Tool = { ...DEACTIVATE, run: (args) => order(DEACTIVATE, args) };

async function order(declared: typeof ACTIVATE | typeof DEACTIVATE, args: readonly string[]): Promise<ExitStatus> {
  const instance = findInstance(toolArguments(args, declared).words.at(0));
  try {
    await askOnce(instance.socket, declared.name, {}, PATIENCE);
    return ExitStatus.done;
  } catch (error) {
    if (!(error instanceof NobodyThere)) throw error;
    console.error(`ldirectord is stopped for ${instance.file}`);
    return ExitStatus.notDone;
  }
}
