/**
 * The syntax tree: what the file says, each value read and with its place, nothing looked up or inherited yet.
 */

import type { DirectiveName, DIRECTIVES, ValueOf } from "./directives.ts";
import type { ServiceHead } from "./endpoints.ts";

/** One directive of the file. */
export interface Setting<T> {
  readonly value: T;
  /** 1-based line of the file. */
  readonly line: number;
  /** 1-based column of the value's first character. */
  readonly column: number;
  /** Characters of the value. */
  readonly length: number;
  /** Of a step: how many steps of its list stand above it. */
  readonly nth?: number;
  /** Of a real server that does not stand in the file: where it comes from. */
  readonly origin?: string;
  /** Of a real server: what is for it alone. */
  readonly own?: OwnBlock;
}

/** What stands between the braces of a real server, or in its `check` in YAML. */
export interface OwnBlock {
  readonly settings: Settings;
  /** The line of the closing brace, of one in YAML that of the value. */
  readonly line: number;
}

/** What a scope sets: one setting for each directive, a list where a directive repeats. */
export type Settings = {
  readonly [Name in DirectiveName]?: (typeof DIRECTIVES)[Name] extends { readonly repeats: true }
    ? readonly Setting<ValueOf<Name>>[]
    : Setting<ValueOf<Name>>;
};

/** A virtual service of a `virtual` or `virtual6` line and that line's body. */
export interface Section {
  readonly family: 4 | 6;
  readonly head: Setting<ServiceHead>;
  /** The same object for all virtual services of a line. */
  readonly settings: Settings;
  /** All that the line names. */
  readonly opening: Pick<Setting<unknown>, "line" | "column" | "length">;
}

/** A whole file. */
export interface SyntaxTree {
  readonly globals: Settings;
  /** Those with a `virtual` line that could be read. */
  readonly sections: readonly Section[];
}
