import { askOnce, NobodyThere } from "../../control/client.ts";
import { RequestError } from "../../control/protocol.ts";
import type { HistoryEntry } from "../../control/history.ts";
import type { RealStatus } from "../../control/status.ts";
import { whyUnreadable } from "../../config/unreadable.ts";
import { readHistory } from "../../daemon/records/history_file.ts";
import { kindBrush } from "../terminal/brushes.ts";
import { CONFIG } from "../base/declaration.ts";
import { ExitStatus } from "../base/exit_status.ts";
import { type Instance, keptFiles } from "../base/instance.ts";
import { type Paint, paintFor } from "../terminal/paint.ts";
import { formatDuration, formatShare } from "../base/quantities.ts";
import { findRunning } from "../base/running_instance.ts";
import { type Tool, UsageError } from "../base/tool.ts";
import { toolArguments } from "../base/tool_arguments.ts";
import { withUsage } from "../base/tool_usage.ts";

/** Entries that are shown unless more or less are asked for. */
const USUAL = 50;

const DECLARED = withUsage({
  name: "history",
  summary: "show what happened: which real servers came and went, why, how long each was up",
  forms: ["[REAL] [-n LINES] [--json] [--config NAME]"],
  words: [["real"]],
  about: `
Shows what happened, the newest last: real servers that came and went and why, orders,
reloads, starts and stops. With REAL (address:port, address or name) only what is about
it. For each real server: how long its checks have passed, of the time it was watched.
`,
  options: {
    lines: { short: "n", value: "N", doc: `the last N entries (${USUAL}); 0 for all that are kept` },
    json: { doc: "one JSON object an entry, one a line" },
    config: CONFIG,
  },
  after: `
Works without a running director, uptimes apart. Exit status: 0, or 1 when nothing was
found.
`,
});

/** What happened, from the file that the daemon keeps. */
export const history: Tool = {
  ...DECLARED,

  async run(args) {
    const { values, words } = toolArguments(args, DECLARED);
    const lines = linesOf(values.lines);
    const instance = findRunning(values.config);
    const reals = await realsNamed(instance, words[0]);
    const isMeant = meant(words[0], reals);
    const entries = entriesAt(keptFiles(instance).history).filter(isMeant).slice(-lines);
    if (values.json) { for (const entry of entries) console.log(JSON.stringify(entry)); }
    else for (const line of historyLines(entries, reals, paintFor(Deno.stdout))) console.log(line);
    if (entries.length + reals.length > 0) return ExitStatus.done;
    console.error(`nothing${words[0] === undefined ? "" : ` of ${words[0]}`} in ${keptFiles(instance).history}`);
    return ExitStatus.notDone;
  },
};

interface NamedReal {
  readonly virtual: string;
  readonly real: RealStatus;
}

function entriesAt(path: string): readonly HistoryEntry[] {
  try {
    return readHistory(path);
  } catch (error) {
    throw new Error(`cannot read ${path}: ${whyUnreadable(error)}`);
  }
}

function linesOf(text: string | undefined): number {
  if (text === undefined) return USUAL;
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`--lines is a number, not ${text}`);
  return Number(text) || Infinity;
}

/** The real servers that the word means to the director; all, when there is none; none of a director that is silent. */
async function realsNamed({ socket }: Instance, word: string | undefined): Promise<readonly NamedReal[]> {
  try {
    const { virtuals } = await askOnce(socket, "status", word === undefined ? {} : { real: word });
    return virtuals.flatMap(({ virtual, reals }) => reals.map((real) => ({ virtual, real })));
  } catch (error) {
    // The file may know whom the director no longer has.
    const unknown = error instanceof RequestError && error.code === "bad-argument";
    if (!unknown && !(error instanceof NobodyThere)) {
      console.error(`ldirectord: ${(error as Error).message}; uptimes are left out`);
    }
    return [];
  }
}

/** Of a director that does not run only addresses are known. */
function meant(word: string | undefined, reals: readonly NamedReal[]): (entry: HistoryEntry) => boolean {
  if (word === undefined) return () => true;
  const known = new Set(reals.map(({ real }) => real.real));
  return ({ real }) => real !== undefined && (known.has(real) || isCalled(real, word));
}

/** Whether `10.0.0.11:80` is meant by the word: with its port or without. */
function isCalled(real: string, word: string): boolean {
  const address = real.slice(0, real.lastIndexOf(":"));
  return word === real || word === address || `[${word}]` === address;
}

/** Entries and uptimes as a person reads them. */
export function historyLines(entries: readonly HistoryEntry[], reals: readonly NamedReal[], paint: Paint): string[] {
  const lines = entries.map((entry) => entryLine(entry, paint));
  if (reals.length === 0) return lines;
  if (lines.length > 0) lines.push("");
  const width = Math.max(...reals.map(({ real }) => real.real.length));
  const rows = reals.map(({ virtual, real }) => {
    const { upSeconds, watchedSeconds } = real.uptime;
    const share = formatShare(upSeconds, watchedSeconds).padStart(7);
    const watched = watchedSeconds > 0 ? ` of ${formatDuration(watchedSeconds)}` : "";
    return `up ${share}${watched.padEnd(12)}  ${real.real.padEnd(width)}  ${virtual}`;
  });
  return [...lines, ...rows];
}

/** One entry: when, what, whom, and why. */
export function entryLine({ time, kind, virtual, real, detail }: HistoryEntry, paint: Paint): string {
  const whom = [real, virtual && (real ? `(${virtual})` : virtual)].filter(Boolean).join(" ");
  const when = new Date(time).toLocaleString("sv-SE");
  return `${paint.dim(when)}  ${kindBrush(kind, paint)(kind.padEnd(13))} ${whom ? `${whom}: ` : ""}${detail}`;
}
