import { strictEqual } from "node:assert/strict";
import { endCommands } from "../../src/checkers/external.ts";
import { runRound } from "../../src/checkers/run.ts";
import type { CheckMethod, CheckTarget } from "../../src/model/check.ts";
import { checkOf, inWords, openDescriptors, verdict } from "./peers.ts";

const sh = (script: string): Partial<CheckTarget> => ({ command: ["/bin/sh", "-c", script, "sh"] });

const ROWS: readonly { name: string; target: Partial<CheckTarget>; verdict: string }[] = [
  { name: "exit status 0", target: { command: ["/bin/true"] }, verdict: "up: exit status 0" },
  { name: "another exit status", target: { command: ["/bin/false"] }, verdict: "down (reported): exit status 1" },
  {
    name: "its last line",
    target: sh("echo one; echo two; echo; exit 3"),
    verdict: "down (reported): exit status 3: two",
  },
  {
    name: "its last line on stderr",
    target: sh("echo oops >&2; exit 3"),
    verdict: "down (reported): exit status 3: oops",
  },
  {
    name: "a script with a missing command",
    target: sh("/no/such/command"),
    verdict:
      "down (internal): the command could not run what it needs: exit status 127: sh: 1: /no/such/command: not found",
  },
  { name: "stdout before stderr", target: sh("echo out; echo err >&2"), verdict: "up: exit status 0: out" },
  {
    name: "control characters in its last line",
    target: sh("printf 'a\\033[1mb\\n'"),
    verdict: "up: exit status 0: a\\u{1b}[1mb",
  },
  {
    name: "death by a signal",
    target: sh("kill -SEGV $$"),
    verdict: "down (reported): the command was killed by SIGSEGV",
  },
  { name: "an empty stdin", target: sh("read line || echo nothing"), verdict: "up: exit status 0: nothing" },
  {
    name: "a flood of output",
    target: sh("head -c 100000000 /dev/zero | tr '\\0' x; echo; echo end"),
    verdict: "up: exit status 0: end",
  },
  {
    name: "a background child that keeps its output open",
    target: sh("sleep 1 & echo done"),
    verdict: "up: exit status 0: done",
  },
  {
    name: "arguments, its own first",
    target: { command: ["/bin/echo", "own words"], commandArguments: ["10.0.0.1", "80", "a;b $c", "*"] },
    verdict: "up: exit status 0: own words 10.0.0.1 80 a;b $c *",
  },
];

for (const row of ROWS) {
  Deno.test(`external: ${row.name}`, async () => {
    strictEqual(await verdict(checkOf(row.target), "external"), row.verdict);
  });
}

Deno.test("external: a command that is missing says nothing of the server", async () => {
  const { result } = await runRound(checkOf({ command: ["/no/such/command"] }), "external");
  strictEqual(inWords(result).replace(/:[^:]*$/, ""), "down (internal): cannot run /no/such/command");
});

Deno.test("external: a command that is not executable, or lacks its interpreter, says nothing of the server", async () => {
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(file, "#!/no/such/interpreter\n");
  for (const mode of [0o644, 0o755]) {
    await Deno.chmod(file, mode);
    const { result } = await runRound(checkOf({ command: [file] }), "external");
    strictEqual(inWords(result).startsWith(`down (internal): cannot run ${file}: `), true, inWords(result));
  }
  await Deno.remove(file);
});

for (const method of ["external", "external-perl"] as const) {
  Deno.test(`${method}: a command that vanishes while its interpreter starts says nothing of the server`, async () => {
    const file = await Deno.makeTempFile();
    // The interpreter's own failure, when it can no longer open the file.
    await Deno.writeTextFile(file, '#!/bin/sh\nrm "$0"\nexit 2\n');
    await Deno.chmod(file, 0o755);
    const { result } = await runRound(checkOf({ command: [file] }), method);
    strictEqual(inWords(result).startsWith(`down (internal): cannot run ${file}: `), true, inWords(result));
  });
}

/** Whether a process is gone, or dead and not yet reaped by its parent. */
async function ended(pid: number): Promise<boolean> {
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`).catch(() => "gone) Z");
  return / Z/.test(stat.slice(stat.lastIndexOf(")")));
}

const OVERRUNS: readonly { name: string; script: string }[] = [
  { name: "a command that overruns", script: 'echo $$ >"$1"; exec sleep 100' },
  { name: "what it started", script: 'sleep 100 & echo $! >"$1"; wait' },
  { name: "a command that ignores TERM", script: 'trap "" TERM; echo $$ >"$1"; while :; do sleep 1; done' },
  { name: "a child that ignores TERM", script: '(trap "" TERM; sleep 100) & echo $! >"$1"; wait' },
];

for (const row of OVERRUNS) {
  Deno.test({
    name: `external: ${row.name} is down at the deadline, and gone soon after`,
    sanitizeOps: false,
    sanitizeResources: false,
  }, async () => {
    const descriptors = openDescriptors();
    const file = await Deno.makeTempFile();
    const check = checkOf({ ...sh(row.script), commandArguments: [file] }, { checkTimeout: 0.5 });
    const said = inWords((await runRound(check, "external")).result);
    strictEqual(said.replace(/\(running.*/, "(…)"), "down (timeout): no answer within 0.5 s (…)");
    const pid = Number(await Deno.readTextFile(file));
    await Deno.remove(file);
    while (!await ended(pid)) await new Promise((resolve) => setTimeout(resolve, 20));
    while (openDescriptors() > descriptors) await new Promise((resolve) => setTimeout(resolve, 20));
  });
}

Deno.test("external: a stop leaves no command behind, even one that ignores TERM", async () => {
  const file = await Deno.makeTempFile();
  const script = 'trap "" TERM; echo $$ >"$1"; while :; do sleep 1; done';
  const round = runRound(checkOf({ ...sh(script), commandArguments: [file] }), "external");
  const pid = async () => Number(await Deno.readTextFile(file));
  while (await pid() === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  await endCommands();
  strictEqual(await ended(await pid()), true);
  await round;
  await Deno.remove(file);
});

const PERL_ROWS: readonly { name: string; script: string; mode: number; verdict: string }[] = [
  {
    name: "a Perl script that is not executable",
    script: 'print "$ARGV[0] $0\\n" =~ s/ .*/ perl/r',
    mode: 0o644,
    verdict: "up: exit status 0: virtual perl",
  },
  {
    name: "a Perl script that dies",
    script: 'die "no luck\\n"',
    mode: 0o644,
    verdict: "down (reported): exit status 255: no luck",
  },
  {
    name: "an executable in another language",
    script: "#!/bin/sh\necho $1 sh; exit 1",
    mode: 0o755,
    verdict: "down (reported): exit status 1: virtual sh",
  },
];

for (const row of PERL_ROWS) {
  Deno.test(`external-perl: ${row.name}`, async () => {
    const file = await Deno.makeTempFile();
    await Deno.writeTextFile(file, row.script);
    await Deno.chmod(file, row.mode);
    const method: CheckMethod = "external-perl";
    strictEqual(await verdict(checkOf({ command: [file], commandArguments: ["virtual"] }), method), row.verdict);
    await Deno.remove(file);
  });
}

Deno.test("external-perl: a script that is missing says nothing of the server", async () => {
  const { result } = await runRound(checkOf({ command: ["/no/such/script"] }), "external-perl");
  strictEqual(result.up === false && result.why, "internal");
});
