import { type Declaration, type Options, tagOf } from "./declaration.ts";
import { wrapText } from "./wrap_text.ts";

/** Columns of a usage text. */
const WIDTH = 90;

/** Columns before an option, and between it and what it does. */
const [MARGIN, GAP] = [4, 3];

/** Returns the declaration with its usage text: all of a tool but what it does. */
export function withUsage<const D extends Declaration>(declared: D): D & { readonly usage: string } {
  return { ...declared, usage: usageOf(declared) };
}

/** Returns the ways to write it, as a usage error shows them. */
export function synopsisOf({ name, forms }: Pick<Declaration, "name" | "forms">): string {
  return forms.map((form, i) => `${i === 0 ? "Usage:" : "      "} ldirectord ${[name, form].join(" ").trim()}`)
    .join("\n");
}

function usageOf(declared: Declaration): string {
  const { options, further, about = "", after = "" } = declared;
  const parts = [
    synopsisOf(declared),
    about,
    optionLines(options).join("\n"),
    ...further ? [further.intro, optionLines(further.options).join("\n")] : [],
    after,
  ];
  return `${parts.map((part) => part.replace(/^\n+|\n+$/g, "")).filter(Boolean).join("\n\n")}\n`;
}

/** What each option does, beside it. */
function optionLines(options: Options): readonly string[] {
  const rows = Object.entries(options).map(([name, option]) => ({ tag: tagOf(name, option), doc: option.doc ?? "" }));
  const column = Math.max(...rows.map(({ tag }) => tag.length)) + GAP;
  return rows.flatMap(({ tag, doc }) =>
    wrapText(doc, WIDTH - MARGIN - column).map((line, i) =>
      `${" ".repeat(MARGIN)}${(i === 0 ? tag : "").padEnd(column)}${line}`.trimEnd()
    )
  );
}
