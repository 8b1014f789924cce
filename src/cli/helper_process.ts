import { ExitStatus } from "./base/exit_status.ts";
import type { Tool } from "./base/tool.ts";
import { withUsage } from "./base/tool_usage.ts";

/** The process that speaks to databases and directories for a director, which starts it. */
export const helperProcess: Tool = {
  ...withUsage({
    name: "__helper",
    summary: "speak to databases and directories for a director",
    hidden: true,
    forms: ["CHANNEL WORDS"],
    words: [],
    options: {},
  }),

  async run(args) {
    const [channel, words] = args.map((arg) => /^\d+$/.test(arg) ? Number(arg) : -1);
    if (args.length !== 2 || channel < 3 || words < 3 || Deno.stdin.isTerminal()) {
      console.error("ldirectord __helper speaks to databases and directories for a director, which starts it itself");
      return ExitStatus.usage;
    }
    try {
      const { serveDirector } = await import("../helper/serve_director.ts");
      await serveDirector(channel, words);
    } catch (error) {
      console.error((error as Error).message);
      return ExitStatus.notDone;
    }
    return ExitStatus.done;
  },
};
