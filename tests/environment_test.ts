import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { PEERS, STAGE, UNPACKED } from "../tools/debian_packages.ts";
import { runProgram } from "../src/system/program.ts";
import { sourceFiles, SRC } from "./source_files.ts";

/**
 * Where programs may be started: `clean_command.ts` gives each a clean environment. The daemon in the background is this
 * very program, and keeps the environment that the command was started in.
 */
const STARTERS = ["daemon/process/background.ts", "system/clean_command.ts"];

Deno.test("programs are started in one place, with a clean environment", () => {
  const starting = sourceFiles().filter((path) =>
    /\bDeno\.Command\(|child_process/.test(Deno.readTextFileSync(new URL(path, SRC)))
  );
  deepStrictEqual(starting.sort(), STARTERS);
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

/** What every Debian has, from packages that cannot be removed. */
const ESSENTIAL =
  "cat chmod chown cp env flock install kill ln mkdir mkfifo mv rm sed setpriv setsid sh sleep test timeout touch true";

/** Programs that the lab puts there itself. */
const OWN = ["ldirectord"];

Deno.test("the lab starts no program but those that set-up brings", () => {
  const packages = Object.values({ ...STAGE, ...PEERS, ...UNPACKED });
  const paths = packages.flatMap(({ starts = [], proofs = [] }) => [...starts, ...proofs.map(([program]) => program)]);
  const brought = paths.map((path) => path.slice(path.lastIndexOf("/") + 1));
  const known = new Set([...brought, ...ESSENTIAL.split(" "), ...OWN]);
  const unknown: string[] = [];
  for (const folder of ["scenarios", "world", "services"]) {
    const path = new URL(`lab/${folder}/`, import.meta.url);
    for (const { name } of Deno.readDirSync(path)) {
      const text = Deno.readTextFileSync(new URL(name, path));
      // A name alone: addresses of real servers are started as well, by a class of the lab's.
      for (const [, program] of text.matchAll(/(?:outcomeOf|run|start)\(\s*"([a-z][\w.-]*)"/g)) {
        if (!known.has(program)) unknown.push(`${name}: ${program}`);
      }
    }
  }
  deepStrictEqual(unknown, []);
});
