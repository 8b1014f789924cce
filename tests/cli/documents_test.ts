import { deepStrictEqual } from "node:assert/strict";
import { DOCUMENTS } from "../../tools/man/ldirectord_8.ts";
import { ldirectord, withFile } from "./program.ts";

/** The fields that the manual has of a command's JSON. */
function documented(command: string): readonly string[] {
  const [, fields] = DOCUMENTS.find(([name]) => name === command)!;
  return ["version", ...fields.flatMap(([names]) => names.split(", "))];
}

Deno.test("what --json prints has the fields that the manual has of it, and no others", async () => {
  const site = "quiescent = yes\nvirtual = 192.0.2.10:80\n    real = 127.0.0.1:1 masq\n    service = http\n";
  await withFile(site, async (file) => {
    const rows = [["check", file], ["probe", file], ["doctor", file], ["doctor", "--real", "127.0.0.1", file]];
    for (const [command, ...args] of rows) {
      const fields = Object.keys(JSON.parse((await ldirectord(command, "--json", ...args)).stdout));
      const unknown = fields.filter((field) => !documented(command).includes(field));
      deepStrictEqual(unknown, [], `${command} ${args.join(" ")}`);
      deepStrictEqual(fields[0], "version", command);
    }
  });
});
