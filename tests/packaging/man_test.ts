import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { DIRECTIVES } from "../../src/config/language/directives.ts";
import { TOOLS } from "../../src/cli/tools.ts";
import { VERBS } from "../../src/cli/base/arguments.ts";
import { needsSetup } from "../needs_setup.ts";

const FOLDER = new URL("../../packaging/man/", import.meta.url).pathname;
const PAGES = ["ldirectord.8", "ldirectord.cf.5"];

async function said(
  program: string,
  ...args: readonly string[]
): Promise<{ readonly out: string; readonly err: string }> {
  const { stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    env: { MANWIDTH: "80", LC_ALL: "C.UTF-8", MAN_KEEP_FORMATTING: "", MANROFFSEQ: "" },
  }).output();
  const decoder = new TextDecoder();
  return { out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

/** Bold is a letter struck twice, with a step back between. */
function struckOnce(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/.\x08/g, "");
}

for (const page of PAGES) {
  Deno.test(`${page}: neither mandoc nor groff has a complaint`, needsSetup, async () => {
    const lint = await said("mandoc", "-Tlint", `${FOLDER}${page}`);
    deepStrictEqual([lint.out, lint.err], ["", ""]);
    strictEqual((await said("groff", "-man", "-Tutf8", "-ww", "-rLL=80n", `${FOLDER}${page}`)).err, "");
  });
}

Deno.test("ldirectord.8: every verb and every command has its place", needsSetup, async () => {
  const { out } = await said("mandoc", "-Tascii", "-O", "width=80", `${FOLDER}ldirectord.8`);
  const text = struckOnce(out);
  for (const verb of VERBS) match(text, new RegExp(`^ {7}${verb}\\b`, "m"), verb);
  for (const [name, load] of Object.entries(TOOLS)) {
    if (!(await load()).hidden) match(text, new RegExp(`^ {2,3}${name}$`, "m"), name);
  }
});

Deno.test("ldirectord.cf.5: every directive has its place", needsSetup, async () => {
  const { out } = await said("mandoc", "-Tascii", "-O", "width=80", `${FOLDER}ldirectord.cf.5`);
  const text = struckOnce(out);
  for (const name of Object.keys(DIRECTIVES)) ok(new RegExp(`^ {7}${name} =(\\s|$)`, "m").test(text), name);
});
