import { deepStrictEqual, throws } from "node:assert/strict";
import { weightWish } from "../../../src/cli/base/weight_wish.ts";
import { UsageError } from "../../../src/cli/base/tool.ts";

const ROWS: [text: string, wish: ReturnType<typeof weightWish>][] = [
  ["5", { weight: 5 }],
  ["0", { weight: 0 }],
  ["65535", { weight: 65_535 }],
  ["50%", { percent: 50 }],
  ["250%", { percent: 250 }],
  ["+1", { more: 1 }],
  ["-10", { more: -10 }],
];

for (const [text, wish] of ROWS) {
  Deno.test({ name: `weight web2 ${text}`, permissions: "none", fn: () => deepStrictEqual(weightWish(text), wish) });
}

for (const text of [undefined, "", "65536", "+1%", "-5%", "1.5", "five", "%", "+", "100000%"]) {
  Deno.test({
    name: `weight web2 ${text} is refused`,
    permissions: "none",
    fn: () => throws(() => weightWish(text), UsageError),
  });
}
