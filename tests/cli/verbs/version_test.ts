import { deepStrictEqual, match } from "node:assert/strict";
import project from "../../../deno.json" with { type: "json" };
import { ldirectord } from "../program.ts";

Deno.test("--version --json says what runs: version, commit, runtime and driver", async () => {
  const { code, stdout } = await ldirectord("--version", "--json");
  const { driver, ...document } = JSON.parse(stdout);
  const { deno, v8 } = Deno.version;
  // A program that runs from its source was not built from a commit.
  deepStrictEqual(document, { version: project.version, commit: "unknown", runtime: { deno, v8 } });
  match(driver, /^(netlink|ipvsadm)$/);
  deepStrictEqual(code, 0);
});
