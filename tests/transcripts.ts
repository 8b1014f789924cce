/** The transcripts that documents show, and how they are compared with what the program prints. */

import { deepStrictEqual, ok } from "node:assert/strict";

const ROOT = new URL("../", import.meta.url);

/** A block of a document that is shown as it is: indented by four, or between fences. */
export interface Block {
  readonly document: string;

  /** The line of the document that it begins with. */
  readonly line: number;

  readonly text: string;
}

/** A command of a block, and what the block shows below it; without a prompt the command is empty. */
export interface Step {
  /** The host in front of the prompt; empty where none is named. */
  readonly host: string;

  readonly command: string;
  readonly shown: string;
}

/** README and the documents in docs/. */
export function documentNames(): readonly string[] {
  const names = Array.from(Deno.readDirSync(new URL("docs/", ROOT)), ({ name }) => `docs/${name}`);
  return ["README.md", ...names.filter((name) => name.endsWith(".md")).sort()];
}

/** Returns the blocks of a document, in its order. */
export function blocksOf(document: string): readonly Block[] {
  return blocksIn(document, Deno.readTextFileSync(new URL(document, ROOT)));
}

/** Returns the blocks of a text. */
export function blocksIn(document: string, text: string): readonly Block[] {
  const blocks: { line: number; lines: string[] }[] = [];
  let open: "fence" | "indent" | undefined;
  for (const [index, line] of text.split("\n").entries()) {
    const block = blocks.at(-1)!;
    const isFence = line.startsWith("```");
    if (open === "fence") {
      if (isFence) open = undefined;
      else block.lines.push(line);
    } else if (isFence) {
      open = "fence";
      blocks.push({ line: index + 2, lines: [] });
    } else if (open === "indent" && (line === "" || line.startsWith("    "))) {
      block.lines.push(line.slice(4));
    } else if (line.startsWith("    ")) {
      open = "indent";
      blocks.push({ line: index + 1, lines: [line.slice(4)] });
    } else {
      open = undefined;
    }
  }
  return blocks.map(({ line, lines }) => ({ document, line, text: lines.join("\n").trimEnd() }));
}

/**
 * Returns the one block of the document that begins with `beginning`. transcripts_test.ts reads these calls from the tests:
 * both arguments are written as they stand, so that each transcript is seen to have a test that makes it.
 */
export function transcript(document: string, beginning: string): Block {
  const found = blocksOf(document).filter(({ text }) => text.startsWith(beginning));
  ok(found.length === 1, `${document} has ${found.length} blocks that begin with ${beginning}`);
  return found[0];
}

const PROMPT = /^([\w-]*)[#$] (.+)$/;

/** Returns the commands of a block, each with what is shown below it. */
export function stepsOf(text: string): readonly Step[] {
  const steps: { host: string; command: string; lines: string[] }[] = [];
  for (const line of text.split("\n")) {
    const [, host, command] = PROMPT.exec(line) ?? [];
    const last = steps.at(-1);
    if (command) steps.push({ host, command, lines: [] });
    else if (last?.command.endsWith("\\")) last.command += `\n${line}`;
    else if (last) last.lines.push(line);
    else steps.push({ host: "", command: "", lines: [line] });
  }
  return steps.map(({ host, command, lines }) => ({ host, command, shown: lines.join("\n").trimEnd() }));
}

/** A command of this program, by its own name or the one that it has beside the Perl program. */
const OURS = /^ldirectord2? /;

/** What differs from run to run, and what stands for it on both sides. */
const MASKS: readonly (readonly [varies: RegExp, mask: string])[] = [
  // Moments: of our log and the monitor file, of the journal, of RFC 5424, of a history.
  [/\[\w{3} \w{3} [ \d]\d [\d:]{8} \d{4}(?=[|\]])/g, "[WHEN"],
  [/^\w{3} [ \d]\d [\d:]{8} \S+(?= (?:ldirectord|systemd)\[)/gm, "WHEN HOST"],
  [/\b\d{4}-\d\d-\d\d[T ][\d:.]+Z?/g, "WHEN"],
  // Process ids.
  [/\bpid(:?) \d+/g, "pid$1 N"],
  [/(\bError |\bldirectord|\[WHEN\] )\[\d+\]/g, "$1[N]"],
  [/(\[WHEN\|[^|\]]+)\|\d+\]/g, "$1|N]"],
  [/\b[\da-f]{12}\b/g, "DIGEST"],
  [/\bkernel \d\S+/g, "kernel N"],
  // Durations that are measured have no blank before their unit; those that are configured have one.
  [/(?<![\w.-])(?:\d+[dhm])*\d+(?:\.\d+)?m?s\b/g, "T"],
  [/^ +[\d.]+ ms(?= )/gm, "  T ms"],
  // What the kernel has counted.
  [/\b\d+(?= conn\/s)/g, "N"],
  [/\b(in|out) [\d.]+[kMG]?B\/s/g, "$1 N"],
  [/( {2,}T {2,}\S+(?: \(\S+\))? {2,}\S+ {2,})\d+ {2,}\d+ {2,}\d+( {2,}\S+ {2,})\d+(?= {2,})/g, "$1N  N  N$2N"],
  // How wide a column is.
  [/(?<=\S) {2,}/g, "  "],
  [/ +$/gm, ""],
];

/** Returns the text without what differs from run to run. */
export function masked(text: string): string {
  return MASKS.reduce((rest, [varies, mask]) => rest.replaceAll(varies, mask), text).trim();
}

/** What a document writes in place of lines that it leaves out. */
const LEFT_OUT = "…";

/** Returns what was printed with `…` where the document has it in place of lines. */
function withLinesLeftOut(printed: readonly string[], shown: readonly string[]): string[] {
  const result: string[] = [];
  const rest = [...printed];
  for (const [index, line] of shown.entries()) {
    if (line === LEFT_OUT) {
      const next = shown[index + 1];
      const end = next === undefined ? rest.length : rest.indexOf(next);
      if (end > 0) rest.splice(0, end, LEFT_OUT);
    }
    result.push(...rest.splice(0, 1));
  }
  return [...result, ...rest];
}

/** Asserts that the document shows what was printed. */
export function assertShown({ document, line }: Block, shown: string, printed: string): void {
  const expected = masked(shown).split("\n");
  const found = withLinesLeftOut(masked(printed).split("\n"), expected);
  const place = `${document}:${line}`;
  deepStrictEqual([place, ...found], [place, ...expected]);
}

/**
 * Runs the commands of a block one after the other, and asserts that it shows what each of them prints. `run` returns
 * `undefined` for a command of another program that is not run; ours are all run.
 */
export async function replay(block: Block, run: (step: Step) => Promise<string | undefined>): Promise<void> {
  for (const step of stepsOf(block.text)) {
    const printed = await run(step);
    ok(printed !== undefined || !OURS.test(step.command), `${block.document}: ${step.command} was not run`);
    if (printed !== undefined) assertShown(block, `${step.command}\n${step.shown}`, `${step.command}\n${printed}`);
  }
}

/** Whether a command is one of this program. */
export function isOurs({ command }: Step): boolean {
  return OURS.test(command);
}
