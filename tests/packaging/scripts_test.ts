import { ok, strictEqual } from "node:assert/strict";
import { needsSetup } from "../needs_setup.ts";

const PACKAGING = new URL("../../packaging/", import.meta.url).pathname;

/** Everything in the folder, and those in it, that a shell is to run. */
function scriptsBelow(folder: string): string[] {
  return [...Deno.readDirSync(PACKAGING + folder)].flatMap(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    if (isDirectory) return scriptsBelow(path);
    return Deno.readTextFileSync(PACKAGING + path).startsWith("#!/bin/sh\n") ? [path] : [];
  });
}

Deno.test("shellcheck has nothing to say against the scripts that install", needsSetup, async () => {
  const scripts = scriptsBelow(".");
  ok(scripts.includes("./ocf/ldirectord"));
  const args = ["--severity=warning", "--format=gcc", ...scripts];
  const { stdout, stderr } = await new Deno.Command("shellcheck", { args, cwd: PACKAGING }).output();
  strictEqual(new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr), "");
});
