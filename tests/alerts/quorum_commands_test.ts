import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { QuorumCommands } from "../../src/alerts/quorum_commands.ts";
import { withScript } from "./command_script.ts";

const env = () => ({ WHY: "because" });

Deno.test("quorumcommand: each state once, in order, and down before a purge", () =>
  withScript("quorumCommand", 'echo "$* $WHY" >> CALLS', async (virtual, said) => {
    const commands = new QuorumCommands(() => {});
    for (const is of ["up", "up", "down", "up"] as const) commands.change(virtual, is, env);
    const told = await commands.withdraw([virtual], env);
    deepStrictEqual(told.map(({ key }) => key), [virtual.key]);
    const line = (is: string) => `--site a b ${is} 192.0.2.1:80 tcp because`;
    deepStrictEqual(said(), ["up", "down", "up", "down"].map(line));
  }));

Deno.test("quorumcommand: what is withdrawn is not called until it is released", () =>
  withScript("quorumCommand", 'echo "$3" >> CALLS', async (virtual, said) => {
    const commands = new QuorumCommands(() => {});
    deepStrictEqual(await commands.withdraw([virtual], env), []);
    commands.change(virtual, "up", env);
    await commands.withdraw([virtual], env);
    deepStrictEqual(said(), [""]);
    commands.release(new Map([[virtual.key, virtual]]));
    commands.change(virtual, "up", env);
    await commands.withdraw([virtual], env);
    deepStrictEqual(said(), ["up", "down"]);
  }));

Deno.test("quorumcommand: another program is called with the state that the one before knew", () =>
  withScript("quorumCommand", 'echo "$*" >> CALLS', async (virtual, said) => {
    const commands = new QuorumCommands(() => {});
    commands.change(virtual, "up", env);
    const other = { ...virtual, quorumCommand: [virtual.quorumCommand![0], "--other"] };
    commands.release(new Map([[other.key, other]]));
    commands.change(other, "up", env);
    await commands.withdraw([other], env);
    deepStrictEqual(said().map((line) => line.split(" ").slice(0, 2).join(" ")), [
      "--site a",
      "--other up",
      "--other down",
    ]);
  }));

Deno.test("quorumcommand: one that hangs is ended soon before a purge, and the failure is reported", () =>
  withScript(
    "quorumCommand",
    'echo "$3" >> CALLS; if test "$3" = up; then exec sleep 60; fi',
    async (virtual, said) => {
      const reasons: string[] = [];
      const commands = new QuorumCommands((reason) => reasons.push(reason), { usual: 60, last: 0.5 });
      commands.change(virtual, "up", env);
      await commands.withdraw([virtual], env);
      deepStrictEqual(said(), ["up", "down"]);
      strictEqual(reasons.length, 1);
      match(reasons[0], /program was ended: no time was left/);
    },
  ));
