/**
 * The text of a keepalived.conf as a tree: keywords with their words, and blocks in braces. What the keywords mean is
 * the business of the other files.
 */

import { splitLines } from "../cf/parse.ts";

/** A keyword with what follows it on its line, and the block that it opens, if it does. */
export interface Statement {
  readonly keyword: string;
  readonly words: readonly string[];
  readonly block?: readonly Statement[];
  /** 1-based. */
  readonly line: number;
}

/** Something that was left out, or that means something else here. */
export interface Note {
  /** 1-based line of keepalived's file. */
  readonly line: number;
  readonly text: string;
}

const LONGEST_LINE = 65_536;
/** Blocks within each other; keepalived has five. */
const DEEPEST = 64;

/** Reads a text, and what of it could not be read. What is wrong is read as far as it can be: another program judges it. */
export function parseKeepalived(
  text: string,
): { readonly statements: readonly Statement[]; readonly flaws: readonly Note[] } {
  const root: Statement[] = [];
  const flaws: Note[] = [];
  const open: Statement[][] = [root];
  for (const [i, line] of splitLines(text).entries()) {
    if (line.length > LONGEST_LINE) {
      flaws.push({ line: i + 1, text: `the line is left out: it is longer than ${LONGEST_LINE} characters` });
      continue;
    }
    let words: string[] = [];
    const finish = (block?: Statement[]) => {
      const into = open[open.length - 1];
      if (words.length > 0) {
        const [keyword, ...rest] = words;
        into.push({ keyword, words: rest, line: i + 1, ...block ? { block } : {} });
      } else if (block && into.length > 0) {
        // The brace stands on a line of its own.
        into.push({ ...into.pop()!, block });
      }
      words = [];
    };
    for (const token of tokens(line)) {
      if (token === "{") {
        if (open.length > DEEPEST) {
          flaws.push({ line: i + 1, text: "the rest of the file is left out: its blocks are nested too deeply" });
          return { statements: root, flaws };
        }
        const block: Statement[] = [];
        finish(block);
        open.push(block);
      } else if (token === "}") {
        finish();
        if (open.length > 1) open.pop();
      } else words.push(token.replace(/^"(.*)"$/, "$1"));
    }
    finish();
  }
  return { statements: root, flaws };
}

/** Words, quoted strings, the last of which may be open, and braces; what follows `#` or `!` is a remark. */
function tokens(line: string): readonly string[] {
  return [...line.matchAll(/"(?:[^"\\]|\\.)*(?:"|\\?$)|[{}]|[#!].*|[^\s{}"]+/g)]
    .map(([token]) => token)
    .filter((token) => !/^[#!]/.test(token));
}
