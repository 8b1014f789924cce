import { ExitStatus } from "./base/exit_status.ts";
import type { Tool } from "./base/tool.ts";
import { withUsage } from "./base/tool_usage.ts";

/** The process that brings one letter to a mail server for a director, which starts it. */
export const mailProcess: Tool = {
  ...withUsage({
    name: "__mail",
    summary: "bring a letter to a mail server for a director",
    hidden: true,
    forms: ["CONNECTION"],
    words: [],
    options: {},
  }),

  async run(args) {
    const connection = /^\d+$/.test(args[0] ?? "") ? Number(args[0]) : -1;
    if (args.length !== 1 || connection < 3 || Deno.stdin.isTerminal()) {
      console.error("ldirectord __mail brings a letter to a mail server for a director, which starts it itself");
      return ExitStatus.usage;
    }
    const { sendMail } = await import("../helper/send_mail.ts");
    await sendMail(connection);
    return ExitStatus.done;
  },
};
