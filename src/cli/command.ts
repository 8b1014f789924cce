import { wrapText } from "./base/wrap_text.ts";
import { isHidden, parseArguments, type Verb, type VerbOptions } from "./base/arguments.ts";
import { ExitStatus } from "./base/exit_status.ts";
import { ExitWith } from "./base/exit_with.ts";
import { findInstance, type Instance } from "./base/instance.ts";
import { findForStatus } from "./base/running_instance.ts";
import { UsageError } from "./base/tool.ts";
import { synopsisOf } from "./base/tool_usage.ts";
import { loadTools, TOOLS } from "./tools.ts";
import { USAGE_TEXT } from "./help/usage.ts";

type Command = (instance: Instance, options: VerbOptions) => Promise<ExitStatus> | ExitStatus;

/** Each is loaded when it is asked for: what a command does not need costs it nothing. */
const COMMANDS: Readonly<Record<Verb, () => Promise<Command>>> = {
  start: async () => (await import("./verbs/start.ts")).start,
  stop: async () => (await import("./verbs/stop.ts")).stop,
  restart: async () => (await import("./verbs/restart.ts")).restart,
  "try-restart": async () => (await import("./verbs/restart.ts")).tryRestart,
  reload: async () => (await import("./verbs/reload.ts")).reload,
  "force-reload": async () => (await import("./verbs/reload.ts")).reload,
  status: async () => (await import("./verbs/status.ts")).status,
};

/** Does what the command line asks for and returns the exit status. What could not be done is reported in one line. */
export async function runCommand(args: readonly string[]): Promise<ExitStatus> {
  ignoreStandardErrorFailures();
  try {
    return await dispatch(args);
  } catch (error) {
    if (error instanceof ExitWith) {
      if (error.message) console.error(error.message);
      return error.status;
    }
    console.error(`ldirectord: ${error instanceof Error ? error.message : error}`);
    return ExitStatus.notDone;
  }
}

/** A complaint that cannot be written, as the disk is full, say, must not leave half done what it complains of. */
function ignoreStandardErrorFailures(): void {
  const onTrouble = console.error;
  console.error = (...words: unknown[]) => {
    try {
      onTrouble(...words);
    } catch {
      // Nothing reads our output any more.
    }
  };
}

async function dispatch(args: readonly string[]): Promise<ExitStatus> {
  const invocation = parseArguments(args, new Set(Object.keys(TOOLS)));
  switch (invocation.kind) {
    case "help":
      return await runTool("help", invocation.topic ? [invocation.topic] : []);
    case "version": {
      const { versionDocument, versionText } = await import("./verbs/version.ts");
      console.log(invocation.asDocument ? versionDocument() : versionText());
      return ExitStatus.done;
    }
    case "usage":
      if (invocation.complaint) console.error(invocation.complaint);
      console.log(`${USAGE_TEXT}\n${commandList()}`);
      return ExitStatus.usage;
    case "tool":
      return await runTool(invocation.name, invocation.args);
    case "verb": {
      const command = await COMMANDS[invocation.verb]();
      const { verb, config, options } = invocation;
      const isPerson = options.form !== undefined || Deno.stdout.isTerminal();
      return await command(verb === "status" ? findForStatus(config, isPerson) : findInstance(config), options);
    }
  }
}

/** The names of all commands, for a usage error. */
function commandList(): string {
  const names = Object.keys(TOOLS).filter((name) => !isHidden(name));
  return ["    ldirectord COMMAND, where COMMAND is", ...wrapText(names.join(" | "), 80).map((line) => `    ${line}`)]
    .join("\n");
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
    console.error(`ldirectord ${name}: ${error.message}\n${synopsisOf(tool)}\n(ldirectord ${name} --help says more)`);
    return ExitStatus.usage;
  }
}
