import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { ldirectord, withFile } from "../program.ts";

const CF = `# The shop's.
checktimeout=5
quiescent = yes
virtual = 192.0.2.10:80
    receive = "OK"
    real = 198.51.100.1:80 ipip
`;
const YAML = `# The shop's.
checktimeout: 5
quiescent: yes

virtual:
  - address: 192.0.2.10:80
    receive: OK
    real:
      - address: 198.51.100.1:80
        forward: ipip
        weight: 1
`;

Deno.test("convert: to YAML, and what it wrote is a configuration", async () => {
  await withFile(CF, async (file) => {
    const { code, stdout } = await ldirectord("convert", "--to", "yaml", file);
    deepStrictEqual([code, stdout], [0, YAML]);
  });
  await withFile(YAML, async (file) => {
    strictEqual((await ldirectord("check", "--elsewhere", file)).code, 0);
    const { stdout } = await ldirectord("convert", "--to", "cf", file);
    match(stdout, /^virtual = 192\.0\.2\.10:80\n\treceive = "OK"\n\treal = 198\.51\.100\.1:80 ipip 1\n$/m);
  }, ".yaml");
});

Deno.test("check: a problem in YAML has its line, its caret and a hint in YAML", async () => {
  await withFile(YAML.replace("checktimeout: 5", "checktimeout: 5s").replace("yes", "maybe"), async (file) => {
    const { code, stdout } = await ldirectord("check", file);
    strictEqual(code, 2);
    match(stdout, /:2:15: error: checktimeout: not a number of seconds: "5s"\n {2}checktimeout: 5s\n {16}\^\^\n/);
    match(stdout, /:3:12: error: quiescent must be 'yes' or 'no', not "maybe"/);
  }, ".yml");
  await withFile(YAML.replace("    receive: OK\n", ""), async (file) => {
    match((await ldirectord("check", "--elsewhere", file)).stdout, /fix: add receive: "text"/);
  }, ".yml");
});

Deno.test("convert: what cannot be written in the other syntax is said, and nothing is written", async () => {
  await withFile(YAML.replace("receive: OK", 'receive: "a\\", b\\nc"'), async (file) => {
    const { code, stdout, stderr } = await ldirectord("convert", "--to", "cf", file);
    deepStrictEqual([code, stdout], [2, ""]);
    strictEqual(stderr, "ldirectord convert: line 7: receive: a line of a configuration file cannot hold this value\n");
  }, ".yaml");
});

Deno.test("convert: from keepalived, with what is left out on standard error", async () => {
  const text = "virtual_server 192.0.2.1 80 {\n  alpha_mode 3\n  real_server 10.0.0.1 80 {\n TCP_CHECK {\n }\n }\n}\n";
  await withFile(text, async (file) => {
    const { code, stdout, stderr } = await ldirectord("convert", "--from", "keepalived", file);
    strictEqual(code, 1);
    match(stdout, /^virtual = 192\.0\.2\.1:80$/m);
    strictEqual(stderr, `${file}:2: alpha_mode is left out: there is nothing like it here\n`);
    match(
      (await ldirectord("convert", "--from", "keepalived", "--to", "yaml", file)).stdout,
      /^ {2}- address: 192\.0\.2\.1:80$/m,
    );
  });
  await withFile(text.replace("192.0.2.1 80", "192.0.2.1"), async (file) => {
    const { code, stderr } = await ldirectord("convert", "--from", "keepalived", file);
    strictEqual(code, 1);
    match(stderr, /^ldirectord convert: line 1 of what was written: port 0 .*; add persistent = seconds$/m);
  });
  strictEqual((await ldirectord("convert", "--from", "haproxy", "x")).code, 255);
  strictEqual((await ldirectord("convert", "/dev/null")).code, 255);
});

Deno.test("fmt: prints, tells, and writes; one with errors is left alone", async () => {
  await withFile(CF, async (file) => {
    strictEqual((await ldirectord("fmt", "--check", file)).code, 1);
    const { code, stdout } = await ldirectord("fmt", file);
    strictEqual(code, 0);
    strictEqual(await Deno.readTextFile(file), CF);
    await Deno.chmod(file, 0o640);
    strictEqual((await ldirectord("fmt", "-w", file)).code, 0);
    strictEqual(await Deno.readTextFile(file), stdout);
    match(stdout, /^checktimeout = 5$/m);
    strictEqual((await Deno.stat(file)).mode! & 0o777, 0o640);
    strictEqual((await ldirectord("fmt", "--check", file)).code, 0);
  });
  await withFile(`${CF}bogus = 1\n`, async (file) => {
    strictEqual((await ldirectord("fmt", "-w", file)).code, 2);
    strictEqual(await Deno.readTextFile(file), `${CF}bogus = 1\n`);
  });
  await withFile(YAML.replace("quiescent: yes", "quiescent:    yes"), async (file) => {
    strictEqual((await ldirectord("fmt", file)).stdout, YAML);
  }, ".yaml");
});

Deno.test("fmt: sets wrong indentation right, and says so", async () => {
  const flat = "quiescent = no\nvirtual = 192.0.2.10:80\nreal = 10.0.0.1:80 gate\n  real = 10.0.0.2:80 gate\n";
  await withFile(flat, async (file) => {
    const checked = await ldirectord("check", "--elsewhere", "--errors-only", file);
    strictEqual(checked.code, 2);
    match(checked.stdout, /: 1 error$/m);
    const { code, stderr } = await ldirectord("fmt", "-w", file);
    strictEqual(code, 0);
    match(stderr, /are indented that were not enough/);
    const { virtuals, reals } = await loaded(file);
    deepStrictEqual([virtuals, reals], [1, 2]);
  });
});

/** What the configuration test counts. */
async function loaded(file: string): Promise<{ readonly virtuals: number; readonly reals: number }> {
  return JSON.parse((await ldirectord("check", "--elsewhere", "--errors-only", "--json", file)).stdout);
}
