import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { afterLookUp, differenceOf, type ListState } from "../../../src/daemon/lifecycle/list_state.ts";
import type { RealList } from "../../../src/model/real_list.ts";

const DNS: RealList = { kind: "dns", name: "web", rest: "masq" };
const FILE: RealList = { kind: "file", path: "/x" };

/** Name, list, `resolvemin`, what look-ups find one after the other, and what is in force after each. */
const ROWS: readonly (readonly [name: string, list: RealList, least: number, found: string[], after: string[]])[] = [
  ["a new one is added at once", DNS, 1, ["a b", "a b c"], ["a b", "a b c"]],
  ["one that is missing twice in a row goes", DNS, 1, ["a b", "a", "a"], ["a b", "a b", "a"]],
  ["one that is missing once and then back stays", DNS, 1, ["a b", "a", "a b", "a"], ["a b", "a b", "a b", "a b"]],
  ["resolvemin of them stay", DNS, 2, ["a b c", "a", "a", "a"], ["a b c", "a b c", "a b", "a b"]],
  ["those that come in their place let them go", DNS, 2, ["a b", "c d", "c d"], ["a b", "a b c d", "c d"]],
  ["in a file it goes at once", FILE, 1, ["a b", "b"], ["a b", "b"]],
  ["an empty file leaves resolvemin", FILE, 1, ["a b", ""], ["a b", "a"]],
  ["with resolvemin = 0 it leaves none", FILE, 0, ["a b", ""], ["a b", ""]],
];

for (const [name, list, least, found, after] of ROWS) {
  Deno.test({
    name: `reals: ${name}`,
    permissions: "none",
    fn: () => {
      let state: ListState = { entries: [], missing: new Map() };
      const states = found.map((entries) => {
        state = afterLookUp(state, entries.split(" ").filter(Boolean), { list, least });
        return state.entries.join(" ");
      });
      deepStrictEqual(states, after);
    },
  });
}

Deno.test({
  name: "reals: another weight is another text of the same entry, and takes effect at once",
  permissions: "none",
  fn: () => {
    const before = { entries: ["10.0.0.1:80 5 a"], missing: new Map() };
    const { entries } = afterLookUp(before, ["10.0.0.1:80 7 a"], { list: DNS, least: 1 });
    deepStrictEqual(entries, ["10.0.0.1:80 7 a"]);
    strictEqual(differenceOf(before.entries, entries), "added 10.0.0.1:80 7 a; removed 10.0.0.1:80 5 a");
    strictEqual(differenceOf(entries, entries), undefined);
  },
});
