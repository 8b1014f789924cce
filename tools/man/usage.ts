import type { Tool } from "../../src/cli/base/tool.ts";
import type { Page } from "./roff.ts";

/** A command's usage text as a part of the manual: its synopsis, paragraphs, options and examples. */
export function describeTool(page: Page, name: string, { summary, usage }: Tool): void {
  const [synopsis, ...blocks] = usage.trimEnd().split("\n\n");
  page.part(name).first(`${summary[0].toUpperCase()}${summary.slice(1)}.`);
  page.example(synopsisLines(synopsis).join("\n"));
  for (const block of blocks) describeBlock(page, block.split("\n"));
}

/** Without the word Usage, and without the indentation that all its lines have. */
function synopsisLines(synopsis: string): readonly string[] {
  const lines = synopsis.replace(/^Usage:[ ]?/, "      ").split("\n").filter((line) => line.trim() !== "");
  return lines.map((line) => line.replace(/^ {0,7}/, ""));
}

/** An option, and its explanation where it has one on the same line. */
const OPTION = /^ {4}(-\S.*?)(?: {2,}(.*))?$/;

function describeBlock(page: Page, lines: readonly string[]): void {
  const rest = lines[0] === "Options:" ? lines.slice(1) : lines;
  const explained = rest.some((line) => OPTION.exec(line)?.[2] !== undefined);
  let text: string[] = [];
  let example: string[] = [];
  let option: { readonly tag: string; readonly text: string[] } | undefined;
  const flush = () => {
    if (text.length > 0) page.paragraph(marked(text.join(" ")));
    if (example.length > 0) page.example(example.join("\n"));
    if (option) page.term(`\`${option.tag}\``, marked(option.text.join(" ").trim() || option.tag));
    text = [];
    example = [];
    option = undefined;
  };
  for (const line of rest) {
    const match = explained ? OPTION.exec(line) : null;
    if (match) {
      flush();
      option = { tag: match[1], text: match[2] ? [match[2]] : [] };
    } else if (option && /^ {8,}/.test(line)) option.text.push(line.trim());
    else if (line.startsWith("    ")) {
      if (example.length === 0) flush();
      example.push(line.slice(4));
    } else {
      if (example.length > 0 || option) flush();
      text.push(line.trim());
    }
  }
  flush();
}

/** Options and exit statuses stand out. */
function marked(text: string): string {
  return text.replace(/(?<![\w-])--?[a-z][a-z-]*(?![\w-])/g, (option) => `\`${option}\``)
    .replace(/^Exit status:/, "`Exit status:`");
}
