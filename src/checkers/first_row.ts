/**
 * What the checks of databases have in common: a query must give a row, and `receive` is about the first one.
 */

import type { CheckResult, CheckTarget } from "../model/check.ts";
import { utf8Characters } from "../wire/transport/latin1.ts";
import { down, matches, up } from "./verdict.ts";

/** A row as the server writes it; `null` is SQL's NULL. */
export type Row = readonly (string | null)[];

/** `receive` meets the row's values, joined by blanks, NULL as `NULL`. */
export async function judgeFirstRow(target: CheckTarget, row: Row | undefined): Promise<CheckResult> {
  if (!row) return down("mismatch", "the query gave no row");
  const text = rowText(row);
  const { receive } = target;
  if (!receive || await matches(receive, utf8Characters(text))) return up(`first row: ${text}`);
  return down("mismatch", `first row does not match receive: /${receive.source}/ (${text})`);
}

/** A row as one text. */
export function rowText(row: Row): string {
  return row.map((value) => value ?? "NULL").join(" ");
}
