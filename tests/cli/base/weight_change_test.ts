import { deepStrictEqual, throws } from "node:assert/strict";
import { parseWeightChange } from "../../../src/cli/base/weight_change.ts";
import { UsageError } from "../../../src/cli/base/tool.ts";

const ROWS: [text: string, query: ReturnType<typeof parseWeightChange>][] = [
  ["5", { weight: 5 }],
  ["0", { weight: 0 }],
  ["65535", { weight: 65_535 }],
  ["50%", { percent: 50 }],
  ["250%", { percent: 250 }],
  ["+1", { more: 1 }],
  ["-10", { more: -10 }],
];

for (const [text, query] of ROWS) {
  Deno.test({
    name: `weight web2 ${text}`,
    permissions: "none",
    fn: () => deepStrictEqual(parseWeightChange(text), query),
  });
}

for (const text of [undefined, "", "65536", "+1%", "-5%", "1.5", "five", "%", "+", "100000%"]) {
  Deno.test({
    name: `weight web2 ${text} is refused`,
    permissions: "none",
    fn: () => throws(() => parseWeightChange(text), UsageError),
  });
}
