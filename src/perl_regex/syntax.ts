/**
 * A Perl regular expression as a tree. Only whether it matches is ever asked, so what only matters
 * for where and what (captures, lazy or greedy, \K) leaves no trace in the tree.
 */

import type { ByteSet } from "./byte_set.ts";

/** A part of an expression. */
export type Node =
  /** One byte of the set. */
  | { readonly kind: "byte"; readonly set: ByteSet }
  | { readonly kind: "sequence"; readonly parts: readonly Node[] }
  /** One of the options; of none, nothing ever matches. */
  | { readonly kind: "choice"; readonly options: readonly Node[] }
  /** `most` may be Infinity. */
  | { readonly kind: "repeat"; readonly body: Node; readonly least: number; readonly most: number }
  /** No byte, but a condition on the place. */
  | { readonly kind: "assert"; readonly assertion: Assertion; readonly holds: boolean };

/** A condition that holds at some places of a text and not at others. */
export type Assertion =
  | { readonly kind: Place }
  /** The body matches from here on (ahead) or up to here (behind). */
  | { readonly kind: "ahead" | "behind"; readonly body: Node };

/** The places that have a name of their own. */
export type Place =
  /** `\A`, and `^` */
  | "text start"
  /** `\z` */
  | "text end"
  /** `\Z`, and `$`: the end, or before a newline at the end */
  | "last line end"
  /** `^` under (?m): never after a newline at the end */
  | "line start"
  /** `$` under (?m) */
  | "line end"
  /** `\b` */
  | "word boundary";

/** The empty expression. */
export const NOTHING: Node = { kind: "sequence", parts: [] };

/** Why an expression is refused, and where. */
export class RegexError extends Error {
  constructor(
    /** Offset in the expression's bytes. */
    readonly at: number,
    message: string,
    /** What to write instead. */
    readonly hint?: string,
  ) {
    super(message);
  }
}
