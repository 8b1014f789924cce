import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { runProgram } from "../src/system/program.ts";

const SRC = new URL("../src/", import.meta.url);

/**
 * Where programs may be started: `clean_command.ts` gives each a clean environment. The daemon in the background is this
 * very program, and keeps the environment that the command was started in.
 */
const STARTERS = ["daemon/background.ts", "system/clean_command.ts"];

Deno.test("programs are started in one place, with a clean environment", () => {
  const found: string[] = [];
  for (const folder of Deno.readDirSync(SRC)) {
    for (const file of Deno.readDirSync(new URL(`${folder.name}/`, SRC))) {
      const path = `${folder.name}/${file.name}`;
      if (/\bDeno\.Command\(|child_process/.test(Deno.readTextFileSync(new URL(path, SRC)))) found.push(path);
    }
  }
  deepStrictEqual(found.sort(), STARTERS);
});

Deno.test("a program gets PATH and LANG, and nothing of what is in our own environment", async () => {
  Deno.env.set("LDIRECTORD_TEST_PASSWORD", "s3cret");
  try {
    const script = 'test "$PATH" = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" || exit 3; ' +
      'test "$LANG" = C.UTF-8 || exit 4; env | grep -vc "^PWD=\\|^_=\\|^SHLVL="';
    const end = await runProgram(["sh", "-c", script], AbortSignal.timeout(10_000));
    strictEqual(`${end.status} ${end.lastLine}`, "0 2");
  } finally {
    Deno.env.delete("LDIRECTORD_TEST_PASSWORD");
  }
});
