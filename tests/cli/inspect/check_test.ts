import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { ldirectord, withFile } from "../program.ts";

const CLEAN = `checktimeout = 5
quiescent = yes
virtual = 192.0.2.10:80
    real = 198.51.100.1:80 ipip
    receive = "OK"
`;
const NOTED = CLEAN.replace("checktimeout = 5", "checktimeout = 30");
const DOUBTFUL = CLEAN.replace('    receive = "OK"\n', "");
const BROKEN = `${DOUBTFUL}checkinterval = 10s\nautoreload = Yes\n`;

Deno.test("check: the exit status says clean, warnings or errors", async () => {
  const rows = [[CLEAN, 0, "clean"], [NOTED, 0, "clean"], [DOUBTFUL, 1, "warnings"], [BROKEN, 2, "errors"]] as const;
  for (const [text, status, verdict] of rows) {
    await withFile(text, async (file) => {
      const { code, stdout } = await ldirectord("check", "--elsewhere", "--json", file);
      const report = JSON.parse(stdout);
      deepStrictEqual([code, report.version, report.file, report.verdict], [status, 1, file, verdict]);
    });
  }
});

Deno.test("check: every problem with its place, caret and fix", async () => {
  await withFile(BROKEN, async (file) => {
    const { stdout } = await ldirectord("check", "--elsewhere", file);
    strictEqual(
      stdout.replaceAll(file, "FILE"),
      `FILE:5:17: error: checkinterval: not a number of seconds: "10s"
  checkinterval = 10s
                  ^^^
  fix: write the number of seconds: 10

FILE:6:14: error: autoreload must be 'yes' or 'no', not "Yes"
  autoreload = Yes
               ^^^
  fix: write yes

FILE: 2 errors
`,
    );
  });
});

Deno.test("check: a doubtful line says why, and can be let be", async () => {
  await withFile(DOUBTFUL, async (file) => {
    const { stdout } = await ldirectord("check", "--elsewhere", file);
    match(stdout, /:3:11: warning: the http check of 192\.0\.2\.10:80 has no receive \[http-without-receive\]\n/);
    match(stdout, /\n {2}why: .*\n(.*\n)* {2}fix: add receive = /);
    match(stdout, /: 1 warning in 1 virtual service with 1 real server\n$/);
    strictEqual((await ldirectord("check", "--elsewhere", "--ignore", "http-without-receive", file)).code, 0);
  });
});

Deno.test("check: a note is shown and is no warning, and says both ways out", async () => {
  await withFile(NOTED, async (file) => {
    const { code, stdout } = await ldirectord("check", "--elsewhere", file);
    strictEqual(code, 0);
    match(stdout, /:1:16: note: .* 40 s at most \[timeout-over-interval\]\n/);
    match(stdout.replaceAll(/\s+/g, " "), /fix: .*lower negotiatetimeout, .*raise checkinterval to 30/);
    match(stdout, /: 1 note in 1 virtual service with 1 real server\n$/);
  });
});

Deno.test("check: --errors-only leaves out what does not keep a file from being used", async () => {
  await withFile(DOUBTFUL, async (file) => {
    const { code, stdout } = await ldirectord("check", "--elsewhere", "--errors-only", file);
    deepStrictEqual([code, stdout], [0, `${file}: no problems found in 1 virtual service with 1 real server\n`]);
  });
  await withFile(BROKEN, async (file) => {
    const { code, stdout } = await ldirectord("check", "--elsewhere", "--errors-only", "--json", file);
    const { verdict, problems } = JSON.parse(stdout);
    deepStrictEqual([code, verdict, problems.length], [2, "errors", 2]);
  });
});

Deno.test("check: no warning about the example of docs/configuration.md", async () => {
  const document = await Deno.readTextFile(new URL("../../../docs/configuration.md", import.meta.url));
  const example = /^`\/etc\/ha\.d\/www`:\n\n((?: {4}.*\n)+)/m.exec(document)![1].replaceAll(/^ {4}/gm, "");
  await withFile(example, async (file) => {
    const { code, stdout } = await ldirectord("check", "--elsewhere", file);
    deepStrictEqual([code, stdout], [0, `${file}: no problems found in 1 virtual service with 2 real servers\n`]);
  });
});

Deno.test("check: what it is asked wrongly is a usage error, and a file that is not there an error", async () => {
  const { code, stderr } = await ldirectord("check", "--ignore", "nonsense");
  deepStrictEqual([code, stderr.split(";")[0]], [255, "ldirectord check: there is no nonsense"]);
  strictEqual((await ldirectord("check", "a", "b")).code, 255);
  strictEqual((await ldirectord("check", "--nonsense")).code, 255);
  const missing = await ldirectord("check", "/nonsense.cf");
  deepStrictEqual([missing.code, missing.stderr], [2, "Config file /nonsense.cf not found\n"]);
});

Deno.test("check: every example of the package is clean, and laid out as fmt does it", async () => {
  const examples = new URL("../../../packaging/examples/", import.meta.url);
  const files = [...Deno.readDirSync(examples)].filter(({ name }) => /\.(cf|yaml)$/.test(name));
  ok(files.length >= 15);
  for (const { name } of files) {
    const { pathname } = new URL(name, examples);
    const { code, stdout } = await ldirectord("check", "--elsewhere", pathname);
    strictEqual(code, 0, stdout);
    strictEqual((await ldirectord("fmt", "--check", pathname)).code, 0, name);
  }
});
