import { deepStrictEqual, throws } from "node:assert/strict";
import { toolArguments } from "../../../src/cli/base/tool_arguments.ts";
import { UsageError } from "../../../src/cli/base/tool.ts";

const DECLARED = {
  words: [["real"]],
  options: {
    json: { doc: "as JSON" },
    lines: { short: "n", value: "N", doc: "the last N" },
    virtual: { value: "V", repeats: true, doc: "of these" },
  },
  further: { intro: "And:", options: { receive: { value: "text", repeats: true } } },
} as const;

Deno.test({
  name: "a tool's arguments are taken apart as it is declared",
  permissions: "none",
  fn() {
    const line = "-n 5 --json 10.0.0.1 --virtual a --virtual b --receive OK".split(" ");
    deepStrictEqual(toolArguments(line, DECLARED), {
      values: { lines: "5", json: true, virtual: ["a", "b"] },
      further: { receive: ["OK"] },
      words: ["10.0.0.1"],
    });
    deepStrictEqual(toolArguments([], DECLARED), { values: {}, further: {}, words: [] });
  },
});

const COMPLAINTS: readonly (readonly [line: string, complaint: string])[] = [
  ["--jsn", "unknown option '--jsn': did you mean --json?"],
  ["-json", "unknown option '-j': did you mean --json?"],
  ["--recieve=OK", "unknown option '--recieve': did you mean --receive?"],
  ["--nonsense", "unknown option '--nonsense'"],
  ["--lines", "Option '-n, --lines <value>' argument missing"],
  ["a b", "unexpected argument 'b'"],
];

for (const [line, message] of COMPLAINTS) {
  Deno.test({
    name: `a tool's arguments: ${line}: ${message}`,
    permissions: "none",
    fn: () => throws(() => toolArguments(line.split(" "), DECLARED), new UsageError(message)),
  });
}
