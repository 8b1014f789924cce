import { type Options, tagOf } from "../../src/cli/base/declaration.ts";
import type { Tool } from "../../src/cli/base/tool.ts";
import type { Page } from "./roff.ts";

/** Adds a command to the manual: the ways to write it, paragraphs, options and examples. */
export function describeTool(
  page: Page,
  { name, summary, forms, about = "", options, further, after = "" }: Tool,
): void {
  page.part(name).first(`${summary[0].toUpperCase()}${summary.slice(1)}.`);
  page.example(forms.map((form) => `ldirectord ${name} ${form}`).join("\n"));
  describeText(page, about);
  describeOptions(page, options);
  if (further) {
    describeText(page, further.intro);
    page.example(Object.entries(further.options).map(([name, option]) => tagOf(name, option)).join("\n"));
  }
  describeText(page, after);
}

function describeOptions(page: Page, options: Options): void {
  for (const [name, option] of Object.entries(options)) {
    const tag = tagOf(name, option);
    page.term(`\`${tag}\``, marked(option.doc ?? tag));
  }
}

/** Paragraphs; lines that are indented are examples. */
function describeText(page: Page, text: string): void {
  for (const block of text.split("\n\n")) {
    const lines = block.split("\n").filter((line) => line !== "");
    const examples = lines.filter((line) => line.startsWith("    "));
    const prose = lines.filter((line) => !line.startsWith("    "));
    if (prose.length > 0) page.paragraph(marked(prose.join(" ")));
    if (examples.length > 0) page.example(examples.map((line) => line.slice(4)).join("\n"));
  }
}

/** Options and exit statuses stand out. */
function marked(text: string): string {
  return text.replace(/(?<![\w-])--?[a-z][a-z-]*(?![\w-])/g, (option) => `\`${option}\``)
    .replace(/^Exit status:/, "`Exit status:`");
}
