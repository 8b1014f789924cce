import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { ldirectord, withFile } from "../program.ts";

const SITE = `checktimeout = 5
quiescent = yes
virtual = 192.0.2.10:80
    real = 198.51.100.1:80 gate
    real = 198.51.100.2:80 masq
    service = http
    receive = "OK"
virtual = 192.0.2.20:80
    real = 198.51.100.1:80 gate
    service = http
    receive = "OK"
`;

Deno.test("doctor --real: what a real server needs, by the configuration or by the options", async () => {
  await withFile(SITE, async (file) => {
    const { code, stdout } = await ldirectord("doctor", "--real", "198.51.100.1", file);
    strictEqual(code, 0);
    match(
      stdout,
      /^198\.51\.100\.1 is reached by direct routing \(gate\), serving 192\.0\.2\.10, 192\.0\.2\.20\. It needs:$/m,
    );
    for (const system of ["Debian, Ubuntu (ifupdown)", "RHEL, Alma, Rocky, Fedora", "systemd-networkd"]) {
      ok(stdout.includes(`  ${system}\n`), system);
    }
    const masq = await ldirectord("doctor", "--json", "--real", "198.51.100.2", file);
    deepStrictEqual(JSON.parse(masq.stdout).needs.map(({ forwarding }: { forwarding: string }) => forwarding), [
      "masq",
    ]);
    const { code: unknown, stderr } = await ldirectord("doctor", "--real", "198.51.100.3", file);
    deepStrictEqual([unknown, stderr.includes("no real server has the address 198.51.100.3")], [2, true]);
  });
  const given = await ldirectord("doctor", "--real", "2001:db8::1", "--method", "gate", "--virtual", "[2001:db8::9]");
  match(given.stdout, /ip address add 2001:db8::9\/128 dev lo preferred_lft 0/);
});

Deno.test("doctor: nonsensical options are usage errors", async () => {
  const rows = [
    ["--real", "web1"],
    ["--method", "gate"],
    ["--real", "10.0.0.1", "--method", "dr"],
    ["--real", "10.0.0.1", "--method", "gate", "--virtual", "::1"],
  ];
  for (const args of rows) strictEqual((await ldirectord("doctor", ...args)).code, 255, args.join(" "));
});

Deno.test("doctor: a configuration with errors is a problem that says what to do", async () => {
  await withFile(`${SITE}bogus = 1\n`, async (file) => {
    const { code, stdout } = await ldirectord("doctor", "--json", file);
    const { findings, verdict } = JSON.parse(stdout);
    deepStrictEqual([code, verdict], [2, "problem"]);
    const finding = findings.find(({ question }: { question: string }) => question === "configuration");
    deepStrictEqual(finding.commands, [`ldirectord check ${file}`]);
  });
});
