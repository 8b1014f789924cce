/**
 * The text of a keepalived.conf as a tree: keywords with their words, and blocks in braces. What the keywords mean is
 * keepalived.ts's business.
 */

/** A keyword with what follows it on its line, and the block that it opens, if it does. */
export interface Statement {
  readonly keyword: string;
  readonly words: readonly string[];
  readonly block?: readonly Statement[];
  /** 1-based. */
  readonly line: number;
}

/** Reads a text. What makes no sense is read as far as it does: another program judges it. */
export function parseKeepalived(text: string): readonly Statement[] {
  const root: Statement[] = [];
  const open: Statement[][] = [root];
  for (const [i, line] of text.split("\n").entries()) {
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
  return root;
}

/** Words, quoted strings and braces; what follows `#` or `!` is a remark. */
function tokens(line: string): readonly string[] {
  return [...line.matchAll(/"(?:[^"\\]|\\.)*"|[{}]|[#!].*|[^\s{}"]+/g)]
    .map(([token]) => token)
    .filter((token) => !/^[#!]/.test(token));
}
