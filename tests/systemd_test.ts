import { match, strictEqual } from "node:assert/strict";
import { needsSetup } from "./needs_setup.ts";

const UNITS = new URL("../systemd/", import.meta.url).pathname;

async function analyze(...args: string[]): Promise<string> {
  const { stdout, stderr } = await new Deno.Command("systemd-analyze", { args, cwd: UNITS }).output();
  return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
}

for (const unit of ["ldirectord.service", "ldirectord@.service"]) {
  Deno.test(
    `${unit}: systemd has nothing to say against it, and calls it exposed by 2.0 at most`,
    needsSetup,
    async () => {
      const complaints = (await analyze("verify", "--man=no", unit)).split("\n").filter((line) => line.includes(unit));
      strictEqual(complaints.join("\n"), "");
      const verdict = await analyze("security", "--offline=true", "--no-pager", unit);
      match(verdict, /Overall exposure level for \S+: ([01]\.\d|2\.0) OK/);
    },
  );
}

Deno.test("the unit of one configuration and that of many differ in the configuration's name alone", () => {
  const [one, many] = ["ldirectord.service", "ldirectord@.service"].map((name) => Deno.readTextFileSync(UNITS + name));
  strictEqual(many.replace("(%i)", "(/etc/ha.d/ldirectord.cf)").replaceAll("%i ", ""), one);
});
