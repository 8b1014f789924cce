import { openConnections } from "../../ipvs/counters.ts";
import { MOST_WEIGHT } from "../../model/table.ts";
import type { ControlClient } from "../../control/client.ts";
import type { OrderResult } from "../../control/requests.ts";
import type { Status } from "../../control/status.ts";
import { CONFIG, type Option, type Options } from "../base/declaration.ts";
import { ExitStatus } from "../base/exit_status.ts";
import { formatDuration, parseDuration } from "../base/quantities.ts";
import { findRunning, withDaemon } from "../base/running_instance.ts";
import { type Tool, UsageError } from "../base/tool.ts";
import { toolArguments } from "../base/tool_arguments.ts";
import { withUsage } from "../base/tool_usage.ts";
import { parseWeightChange } from "../base/weight_change.ts";
import { writeAllSync } from "../../system/write_all.ts";

/** What can be taken back, in words. */
const ORDERS = { all: "drain, disable or weight", hold: "drain or disable", weight: "weight" } as const;

/** Milliseconds between looks whether connections have ended. */
const LOOK = 1_000;

/** Milliseconds between two lines of progress where nobody looks at a terminal. */
const TELL = 10_000;

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

/** The options of orders that hold a real server out. */
const HOLD_OPTIONS = {
  virtual: VIRTUAL,
  for: FOR,
  wait: { doc: "wait until the kernel has no open connection to it any more" },
  timeout: { value: "TIME", doc: "wait no longer than that; exit status 1 then" },
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
  const patience = secondsOf(values.timeout, "--timeout");
  if (patience !== undefined && !values.wait) throw new UsageError("--timeout is for --wait");
  const input = { real, virtual: values.virtual, seconds: secondsOf(values.for, "--for") };
  return await withDaemon(findRunning(values.config), async (client) => {
    printResult(await client.ask(order, input), order === "drain" ? "drained" : "disabled");
    return values.wait ? await waitForEnd(client, input, patience) : ExitStatus.done;
  });
}

/** Returns the real server that is meant. */
export function realOf([real]: readonly string[]): string {
  if (real === undefined) throw new UsageError("which real server?");
  return real;
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

/** Looks on until the kernel has no connection to them any more. */
async function waitForEnd(
  client: ControlClient,
  { real, virtual }: { readonly real: string; readonly virtual?: string },
  patience = Infinity,
): Promise<ExitStatus> {
  const start = performance.now();
  const progress = new Progress();
  for (;;) {
    const status = await client.ask("status", { real, virtual });
    const waited = (performance.now() - start) / 1000;
    if (!isHeld(status)) return progress.end("not drained: the order has ended", ExitStatus.notDone);
    const open = openTo(status);
    if (open === 0) {
      return progress.end(`no connection is open any more, after ${formatDuration(waited)}`, ExitStatus.done);
    }
    const message = open === undefined ? "the kernel does not say what is open" : `${open} connections open`;
    if (waited >= patience) return progress.end(`${message}, after ${formatDuration(waited)}`, ExitStatus.notDone);
    progress.show(`${message}, ${formatDuration(waited)}`);
    await new Promise((wake) => setTimeout(wake, LOOK));
  }
}

/** Whether all of them are still held out. */
function isHeld({ virtuals }: Status): boolean {
  return virtuals.every(({ reals }) => reals.every(({ orders }) => orders.hold !== null));
}

/** Connections that the kernel has open to them; `undefined` when it does not say. A standby has none. */
function openTo({ daemon, virtuals }: Status): number | undefined {
  if (daemon.state !== "standby" && virtuals.some(({ kernel }) => kernel === null)) return undefined;
  const rows = virtuals.flatMap(({ protocol, reals }) => reals.map((real) => ({ protocol, real })));
  return rows.reduce(
    (sum, { protocol, real: { kernel } }) => sum + (kernel ? openConnections(protocol, kernel) : 0),
    0,
  );
}

/** A line that changes in place on a terminal, and a line now and then elsewhere. */
class Progress {
  #toldAt = -Infinity;

  show(text: string): void {
    if (Deno.stdout.isTerminal()) return write(`\r\x1b[K${text}`);
    if (performance.now() - this.#toldAt < TELL) return;
    this.#toldAt = performance.now();
    console.log(text);
  }

  end(text: string, status: ExitStatus): ExitStatus {
    write(`${Deno.stdout.isTerminal() ? "\r\x1b[K" : ""}${text}\n`);
    return status;
  }
}

function write(text: string): void {
  writeAllSync(Deno.stdout, new TextEncoder().encode(text));
}
