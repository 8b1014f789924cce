import { CONFIG } from "../base/declaration.ts";
import { ExitStatus } from "../base/exit_status.ts";
import { findRunning, withDaemon } from "../base/running_instance.ts";
import { type Tool, UsageError } from "../base/tool.ts";
import { toolArguments } from "../base/tool_arguments.ts";
import { withUsage } from "../base/tool_usage.ts";
import { END_HELP, printResult, REAL_HELP, realOf, VIRTUAL } from "./orders.ts";

/** Words of a real server's line. */
const MOST_WORDS = 12;

const ADD = withUsage({
  name: "add",
  summary: "add a real server to a virtual service while the director runs",
  forms: ['VIRTUAL "REAL LINE"'],
  // A line that was not put in quotes is put together again.
  words: [["virtual"], ...Array.from({ length: MOST_WORDS }, () => [])],
  about: `
Adds a real server as if its line stood in the configuration, behind real =, in the section
of VIRTUAL (address:port, mark or servicename). It is checked as the others are, and gets
clients when its check has passed. remove takes it back.
    ldirectord add 192.0.2.10:80 "10.0.0.13:80 masq 5"
`,
  options: { config: CONFIG },
  after: END_HELP,
});

/** A real server beside those of the configuration. */
export const add: Tool = {
  ...ADD,

  async run(args) {
    const { values, words: [virtual, ...line] } = toolArguments(args, ADD);
    if (virtual === undefined) throw new UsageError("to which virtual service?");
    if (line.length === 0) throw new UsageError('which real server? Write its line, as in "10.0.0.13:80 masq"');
    return await withDaemon(findRunning(values.config), async (client) => {
      printResult(await client.ask("add", { virtual, line: line.join(" ") }), "added");
      return ExitStatus.done;
    });
  },
};

const REMOVE = withUsage({
  name: "remove",
  summary: "take a real server out of the configuration in force",
  forms: ["REAL [--virtual V]"],
  words: [["real"]],
  about: `
Removes a real server as if its line did not stand in the configuration: its connections
break, unless removaldrain lets them end. enable takes that back; one that was added by
hand is forgotten. What is to come back soon is better drained.
${REAL_HELP}`,
  options: { virtual: VIRTUAL, config: CONFIG },
  after: END_HELP,
});

/** A real server fewer. */
export const remove: Tool = {
  ...REMOVE,

  async run(args) {
    const { values, words } = toolArguments(args, REMOVE);
    const real = realOf(words);
    return await withDaemon(findRunning(values.config), async (client) => {
      printResult(await client.ask("remove", { real, virtual: values.virtual }), "removed");
      return ExitStatus.done;
    });
  },
};
