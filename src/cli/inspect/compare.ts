import { askOnce, NobodyThere } from "../../control/client.ts";
import { CONFIG } from "../base/declaration.ts";
import { findRunning } from "../base/running_instance.ts";
import { type Tool, UsageError } from "../base/tool.ts";
import { toolArguments } from "../base/tool_arguments.ts";
import { withUsage } from "../base/tool_usage.ts";
import { otherDirector } from "./other_director.ts";
import { type Compared, type Difference, differencesOf } from "./status_differences.ts";
import { statusIn } from "./told_status.ts";

/** The exit statuses of `compare`: those of diff(1). */
const STATUS = { same: 0, differ: 1, unknown: 2 } as const;

/** Directors that are compared with the first one. */
const MOST = 32;

/** Differences of two directors that a person is shown. */
const MOST_SHOWN = 100;

const DECLARED = withUsage({
  name: "compare",
  summary: "show whether directors hold the same table, and what differs",
  forms: ["[--json] [--config NAME] WITH…"],
  words: Array.from({ length: MOST }, () => []),
  about: `
Compares the director on this host with others, which must not differ behind one router
(ECMP): configuration, health, what was done by hand, and the kernel's table. WITH is

    HOST:PORT   the other director's status page (directive statuspage), or its URL
    FILE        what its 'status --json' printed; - is standard input

Where no director runs on this host, the first WITH is compared with the others.

    ldirectord compare b.example.net:9780
    ssh b ldirectord status --json | ldirectord compare -
`,
  options: {
    json: { doc: "print everything as JSON" },
    config: CONFIG,
  },
  after: `
Exit status: 0 they hold the same, 1 they differ, 2 it cannot be said (a director does
not answer, or it is a standby, which holds no table).
`,
});

/** Whether directors hold the same table, and what differs. */
export const compare: Tool = {
  ...DECLARED,

  async run(args) {
    const { values, words } = toolArguments(args, DECLARED);
    if (words.length === 0) throw new UsageError("with which director? Write HOST:PORT of its status page, or a file");
    if (words.filter((word) => word === "-").length > 1) throw new UsageError("standard input can be read once only");
    try {
      const own = await ownStatus(values.config);
      const others = await Promise.all(words.map(otherDirector));
      const [first, ...rest] = own ? [own, ...others] : others;
      if (rest.length === 0) {
        throw new Error("no director runs on this host: name two others, or start it");
      }
      const pairs = rest.map((other) => compared(first, other));
      if (values.json) console.log(JSON.stringify(report([first, ...rest], pairs), undefined, 2));
      else console.log(pairs.map((pair) => textOf(pair).join("\n")).join("\n"));
      return worst(pairs);
    } catch (error) {
      if (error instanceof UsageError) throw error;
      console.error(`ldirectord compare: ${error instanceof Error ? error.message : error}`);
      return STATUS.unknown;
    }
  },
};

/** What the director of this host says; `undefined` where none runs. */
async function ownStatus(config: string | undefined): Promise<Compared | undefined> {
  try {
    return { where: "here", status: statusIn(await askOnce(findRunning(config).socket, "status", {})) };
  } catch (error) {
    if (!(error instanceof NobodyThere)) throw error;
    if (config === undefined) return undefined;
    throw new Error(`no director of ${config} runs on this host`);
  }
}

/** Two directors, and what they do not have in common. */
interface ComparedPair {
  readonly one: Compared;
  readonly other: Compared;
  readonly differences: readonly Difference[];
  /** null: a table is not known. */
  readonly same: boolean | null;
}

function compared(one: Compared, other: Compared): ComparedPair {
  const differences = differencesOf(one, other);
  const isKnown = [one, other].every(({ status }) => status.digest.table !== null);
  return { one, other, differences, same: differences.length > 0 ? false : isKnown ? true : null };
}

function worst(pairs: readonly ComparedPair[]): number {
  if (pairs.some(({ same }) => same === false)) return STATUS.differ;
  return pairs.some(({ same }) => same === null) ? STATUS.unknown : STATUS.same;
}

function textOf({ one, other, differences, same }: ComparedPair): string[] {
  const verdict = same === null ? "cannot be said" : same ? "same" : "different";
  const digests = [one, other].map(({ where, status: { digest } }) =>
    `  table ${digest.table ?? "not known   "}  configuration ${digest.configuration}  ${where}`
  );
  const lines = [`${verdict}: ${one.where} and ${other.where}`, ...digests];
  for (const { where, status } of [one, other]) {
    if (status.digest.table !== null) continue;
    lines.push(
      `  ! the table ${where} is not known: ${
        status.isStandby ? "a standby holds none" : status.trouble ?? "it does not say why"
      }`,
    );
  }
  for (const { kind, virtual, real, text } of differences.slice(0, MOST_SHOWN)) {
    const whom = [real, real === null ? virtual : `(${virtual})`].filter((part) => part !== null).join(" ");
    lines.push(`  ${kind.padEnd(13)}  ${whom === "" ? "" : `${whom}: `}${text}`);
  }
  const left = differences.length - MOST_SHOWN;
  if (left > 0) lines.push(`  and ${left} more differences: --json prints all of them`);
  return lines;
}

function report(directors: readonly Compared[], pairs: readonly ComparedPair[]) {
  return {
    version: 1,
    directors: directors.map(({ where, status: { digest } }) => ({ where, digest })),
    comparisons: pairs.map(({ one, other, same, differences }) => ({
      of: one.where,
      with: other.where,
      same,
      differences,
    })),
  };
}
