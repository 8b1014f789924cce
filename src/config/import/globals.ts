/**
 * keepalived's global_defs as global directives.
 */

import type { Entry } from "../cf/outline.ts";
import type { Statement } from "./keepalived_syntax.ts";
import { type Converted, joined, leftOut } from "./notes.ts";
import { bracketed, entry } from "./statements.ts";

/** Keywords that are about keepalived itself, or about VRRP. */
const UNNEEDED = /^(router_id|smtp_connect_timeout|smtp_helo_name|script_user|enable_script_security|vrrp_.*)$/;

/** Returns the directives of a global_defs block. */
export function globalsOf({ block = [] }: Statement): Converted<readonly Entry[]> {
  return joined(block.map(globalOf));
}

function globalOf(statement: Statement): Converted<readonly Entry[]> {
  const { keyword, words, block = [], line } = statement;
  switch (keyword) {
    case "notification_email": {
      const addresses = [...words, ...block.flatMap((each) => [each.keyword, ...each.words])];
      return { value: [entry("emailalert", addresses.join(", "), line)], notes: [] };
    }
    case "notification_email_from":
      return { value: [entry("emailalertfrom", words.join(" "), line)], notes: [] };
    case "smtp_server": {
      const [host, port] = words;
      return { value: [entry("smtp", port ? `${bracketed(host)}:${port}` : host, line)], notes: [] };
    }
    default:
      return { value: [], notes: UNNEEDED.test(keyword) ? [] : [leftOut(statement)] };
  }
}
