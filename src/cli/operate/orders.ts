import { MOST_WEIGHT } from "../../model/table.ts";
import type { OrderResult } from "../../control/requests.ts";
import type { Status } from "../../control/status.ts";
import { CONFIG, type Option, type Options } from "../base/declaration.ts";
import { ExitStatus } from "../base/exit_status.ts";
import { parseDuration } from "../base/quantities.ts";
import { findRunning, withDaemon } from "../base/running_instance.ts";
import { type Tool, UsageError } from "../base/tool.ts";
import { toolArguments } from "../base/tool_arguments.ts";
import { withUsage } from "../base/tool_usage.ts";
import { waitForEnd } from "./wait_for_end.ts";
import { parseWeightChange } from "../base/weight_change.ts";

/** What can be taken back, in words. */
const ORDERS = { all: "drain, disable or weight", hold: "drain or disable", weight: "weight" } as const;

/** What REAL means. */
export const REAL_HELP = `REAL is address:port, an address, or a name of the configuration, and is meant in all
its virtual services, or in that of --virtual.
`;

/** The option that means one virtual service alone. */
export const VIRTUAL = {
  value: "V",
  is: "virtual",
  doc: "in this virtual service alone (address:port, mark or servicename)",
} as const satisfies Option;

const FOR = {
  value: "TIME",
  doc: "for so long, as in 90s, 30m, 2h or 1d (90 alone is seconds); else until taken back by enable",
} as const satisfies Option;

/** How long is waited for connections to end. */
export const TIMEOUT = { value: "TIME", doc: "wait no longer than that; exit status 1 then" } as const satisfies Option;

/** The options of orders that hold a real server out. */
const HOLD_OPTIONS = {
  virtual: VIRTUAL,
  for: FOR,
  wait: { doc: "wait until the kernel has no open connection to it any more" },
  timeout: TIMEOUT,
  config: CONFIG,
} as const satisfies Options;

const HOLD_FORM = "REAL [--virtual V] [--for TIME] [--wait [--timeout TIME]]";

/** What orders have in common. */
export const END_HELP = `
What is ordered survives a reload and a restart, and is shown by status.
Exit status: 0 done, 1 not done, 3 no director runs.
`;

const DRAIN = withUsage({
  name: "drain",
  summary: "send a real server no new connections, for a time if you like",
  forms: [HOLD_FORM],
  words: [["real"]],
  about: `
Gives a real server weight 0: open connections go on, new ones go to the others.
${REAL_HELP}`,
  options: HOLD_OPTIONS,
  after: END_HELP,
});

/** No new connections for a real server. */
export const drain: Tool = { ...DRAIN, run: (args) => hold("drain", args) };

const DISABLE = withUsage({
  name: "disable",
  summary: "take a real server out as if it were down",
  forms: [HOLD_FORM],
  words: [["real"]],
  about: `
Takes a real server out as if its check failed: weight 0 with quiescent = yes, else gone
from the kernel's table, which breaks its connections.
${REAL_HELP}`,
  options: HOLD_OPTIONS,
  after: END_HELP,
});

/** A real server as if it were down. */
export const disable: Tool = { ...DISABLE, run: (args) => hold("disable", args) };

const ENABLE = withUsage({
  name: "enable",
  summary: "take back drain, disable, weight and remove",
  forms: ["REAL [--hold | --weight] [--virtual V]"],
  words: [["real"]],
  about: `
Takes back what drain, disable, weight and remove have ordered: its checks and the
configuration count again.
${REAL_HELP}`,
  options: {
    virtual: VIRTUAL,
    hold: { doc: "take back drain or disable alone" },
    weight: { doc: "take back weight alone" },
    config: CONFIG,
  },
  after: "Exit status: 0 done, or there was nothing to take back; 1 not done, 3 no director runs.",
});

/** Orders about a real server taken back. */
export const enable: Tool = {
  ...ENABLE,

  async run(args) {
    const { values, words } = toolArguments(args, ENABLE);
    const real = realOf(words);
    const only = values.hold === values.weight ? undefined : values.hold ? "hold" : "weight";
    return await withDaemon(findRunning(values.config), async (client) => {
      const result = await client.ask("enable", { real, virtual: values.virtual, only });
      if (result.reals.length === 0) console.log(`no ${ORDERS[only ?? "all"]} was ordered of ${real}`);
      printResult(result, "enabled");
      return ExitStatus.done;
    });
  },
};

const WEIGHT = withUsage({
  name: "weight",
  summary: "give a real server another weight than the configured one",
  forms: ["REAL N|N%|+N|-N [--virtual V] [--for TIME]"],
  words: [["real"], []],
  about: `
Gives a real server the weight N, 0 to ${MOST_WEIGHT}, while it is up; N% of its configured weight
(at least 1, unless N is 0); or N more or less than it has now. With weight 0 it gets no
new connections: where no other real server serves, the fallback does.
${REAL_HELP}`,
  options: { virtual: VIRTUAL, for: FOR, config: CONFIG },
  after: END_HELP,
});

/** Another weight for a real server. */
export const weight: Tool = {
  ...WEIGHT,

  async run(args) {
    // A minus before a number is no option's.
    const less = args.findIndex((arg) => /^-\d+$/.test(arg));
    const rest = less < 0 ? args : [...args.slice(0, less), ...args.slice(less + 1)];
    const { values, words } = toolArguments(rest, less < 0 ? WEIGHT : { ...WEIGHT, words: WEIGHT.words.slice(1) });
    const real = realOf(words);
    const wanted = parseWeightChange(less < 0 ? words.at(1) : args[less]);
    const input = { real, virtual: values.virtual, seconds: secondsOf(values.for, "--for"), ...wanted };
    return await withDaemon(findRunning(values.config), async (client) => {
      printResult(await client.ask("weight", input), "weight");
      return ExitStatus.done;
    });
  },
};

async function hold(order: "drain" | "disable", args: readonly string[]): Promise<ExitStatus> {
  const { values, words } = toolArguments(args, order === "drain" ? DRAIN : DISABLE);
  const real = realOf(words);
  const patience = patienceOf(values);
  const { virtual } = values;
  const input = { real, virtual, seconds: secondsOf(values.for, "--for") };
  return await withDaemon(findRunning(values.config), async (client) => {
    printResult(await client.ask(order, input), order === "drain" ? "drained" : "disabled");
    return values.wait ? await waitForEnd(client, { query: { real, virtual }, obstacle, patience }) : ExitStatus.done;
  });
}

/** Returns the real server that is meant. */
export function realOf([real]: readonly string[]): string {
  if (real === undefined) throw new UsageError("which real server?");
  return real;
}

/** Reads how long is to be waited; absent = for ever. @throws {UsageError} */
export function patienceOf(
  { wait, timeout }: { readonly wait?: boolean; readonly timeout?: string },
): number | undefined {
  const patience = secondsOf(timeout, "--timeout");
  if (patience !== undefined && !wait) throw new UsageError("--timeout is for --wait");
  return patience;
}

function secondsOf(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined;
  const seconds = parseDuration(text);
  if (seconds === undefined) throw new UsageError(`${option} is a time as in 90s, 30m, 2h or 1d, not ${text}`);
  return seconds;
}

/** Prints what came of an order. */
export function printResult({ reals, until, warnings }: OrderResult, done: string): void {
  const ending = until === null ? "" : ` until ${new Date(until).toLocaleString("sv-SE")}`;
  for (const { real, names: [name], virtual, weight } of reals) {
    const how = done === "weight" ? `weight ${weight}` : done;
    console.log(`${how}: ${real}${name === undefined ? "" : ` ${name}`} (${virtual})${ending}`);
  }
  for (const warning of warnings) console.error(`warning: ${warning}`);
}

/** Those that are no longer held out get new connections again. */
function obstacle({ virtuals }: Status): string | undefined {
  const isHeld = virtuals.every(({ reals }) => reals.every(({ orders }) => orders.hold !== null));
  return isHeld ? undefined : "not drained: the order has ended";
}
