import { ExitStatus } from "../base/exit_status.ts";
import { helpText, topicText } from "./help_text.ts";
import type { Tool } from "../base/tool.ts";
import { toolArguments } from "../base/tool_arguments.ts";
import { withUsage } from "../base/tool_usage.ts";

const DECLARED = withUsage({
  name: "help",
  summary: "say all about a command, a directive or a service",
  forms: ["[TOPIC]"],
  words: [["topic"]],
  about: `
TOPIC is directives, services, commands, yaml, or the name of a directive, of a
service or of a command. Without one it is the same as --help.
`,
  options: {},
  after: "Exit status: 0 done, 1 there is no such topic.",
});

/** Says what there is, or all about one thing. */
export const help: Tool = {
  ...DECLARED,

  async run(args, others) {
    const { words: [topic] } = toolArguments(args, DECLARED);
    const tools = await others();
    if (topic === undefined) {
      console.log(helpText(tools).trimEnd());
      return ExitStatus.done;
    }
    const { text, known } = topicText(topic, tools);
    if (known) console.log(text.trimEnd());
    else console.error(text.trimEnd());
    return known ? ExitStatus.done : ExitStatus.notDone;
  },
};
