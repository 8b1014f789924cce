import { askOnce } from "../../control/client.ts";
import type { Status } from "../../control/status.ts";
import { IpvsUnavailable } from "../../ipvs/driver.ts";
import { openIpvs } from "../../ipvs/open_ipvs.ts";
import { encodeRules } from "../../ipvs/ipvsadm/rules.ts";
import { ExitStatus } from "../base/exit_status.ts";
import { ipvsLines, ipvsReport } from "./ipvs_table.ts";
import { runningInstances } from "../base/running_instance.ts";
import type { Tool } from "../base/tool.ts";
import { UsageError } from "../base/tool.ts";
import { toolArguments } from "../base/tool_arguments.ts";
import { withUsage } from "../base/tool_usage.ts";
import { writeAll } from "../../system/write_all.ts";

const DECLARED = withUsage({
  name: "ipvs",
  summary: "show the kernel's IPVS table, and what the directors here say of it",
  forms: ["[--json | --save]"],
  words: [],
  about: `
Shows the whole IPVS table of the kernel as ipvsadm lays it out, entries of
others included, and beside each real server its state, its names and why, as
the directors that run on this machine have it. ipvsadm is not needed. Nothing
is changed.
`,
  options: {
    json: { doc: "print everything as JSON, with traffic and thresholds" },
    save: { doc: "print the rules alone, as ipvsadm -Sn does and ipvsadm -R takes" },
  },
  after: "Exit status: 0 it was shown, 1 it cannot be read.",
});

/** The kernel's table, whichever program keeps it. */
export const ipvs: Tool = {
  ...DECLARED,

  async run(args) {
    const { values } = toolArguments(args, DECLARED);
    if (values.json && values.save) throw new UsageError("--json and --save exclude each other");
    const kernel = openIpvs();
    try {
      const table = await kernel.read({ thresholds: values.json === true });
      if (values.save) {
        await writeAll(Deno.stdout, new TextEncoder().encode(encodeRules(table)));
        return ExitStatus.done;
      }
      const [counters, directors] = [await kernel.counters(), await directorsHere()];
      const report = ipvsReport({ driver: kernel.name, table, counters, directors });
      console.log(values.json ? JSON.stringify(report, null, 2) : ipvsLines(report).join("\n"));
      return ExitStatus.done;
    } catch (error) {
      if (!(error instanceof IpvsUnavailable)) throw error;
      console.error(`ldirectord ipvs: ${error.message}`);
      return ExitStatus.notDone;
    }
  },
};

/** What those say that answer; the table is shown whatever they do. */
async function directorsHere(): Promise<readonly Status[]> {
  const answers = await Promise.all(
    runningInstances().map(({ socket, file }) =>
      askOnce(socket, "status", {}).catch((error: Error) => {
        console.error(
          `ldirectord ipvs: the director of ${file} does not say how its real servers are: ${error.message}`,
        );
        return undefined;
      })
    ),
  );
  return answers.filter((each) => each !== undefined);
}
