import { parseArguments, type Verb, type VerbOptions } from "./arguments.ts";
import { ExitStatus } from "./exit_status.ts";
import { findInstance, type Instance } from "./instance.ts";
import { reload } from "./reload.ts";
import { restart, tryRestart } from "./restart.ts";
import { start } from "./start.ts";
import { status } from "./status.ts";
import { stop } from "./stop.ts";
import { UsageError } from "./tool.ts";
import { loadTools, TOOLS } from "./tools.ts";
import { USAGE_TEXT } from "./usage.ts";
import { VERSION_TEXT } from "./version.ts";

type Command = (instance: Instance, options: VerbOptions) => Promise<ExitStatus> | ExitStatus;

const COMMANDS: Readonly<Record<Verb, Command>> = {
  start,
  stop,
  restart,
  "try-restart": tryRestart,
  reload,
  "force-reload": reload,
  status,
};

/** Does what the command line asks for and gives the exit status. What could not be done is told in one line. */
export async function runCommand(args: readonly string[]): Promise<ExitStatus> {
  try {
    return await dispatch(args);
  } catch (error) {
    console.error(`ldirectord: ${error instanceof Error ? error.message : error}`);
    return ExitStatus.notDone;
  }
}

async function dispatch(args: readonly string[]): Promise<ExitStatus> {
  const invocation = parseArguments(args, new Set(Object.keys(TOOLS)));
  switch (invocation.kind) {
    case "help":
      return await runTool("help", invocation.topic ? [invocation.topic] : []);
    case "version":
      console.log(VERSION_TEXT.trimEnd());
      return ExitStatus.done;
    case "usage":
      if (invocation.complaint) console.error(invocation.complaint);
      console.log(USAGE_TEXT.trimEnd());
      return ExitStatus.usage;
    case "tool":
      return await runTool(invocation.name, invocation.args);
    case "verb":
      return await COMMANDS[invocation.verb](findInstance(invocation.config), invocation.options);
  }
}

async function runTool(name: string, args: readonly string[]): Promise<ExitStatus> {
  const tool = await TOOLS[name]();
  if (!tool.hidden && (args.includes("--help") || args.includes("-h"))) {
    console.log(tool.usage.trimEnd());
    return ExitStatus.done;
  }
  try {
    return await tool.run(args, loadTools);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const [synopsis] = tool.usage.split("\n\n");
    console.error(`ldirectord ${name}: ${error.message}\n${synopsis}\n(ldirectord ${name} --help says more)`);
    return ExitStatus.usage;
  }
}
