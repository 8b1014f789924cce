import { deepStrictEqual, match } from "node:assert/strict";
import { FallbackCommands } from "../../src/alerts/fallback_command.ts";
import { withScript } from "./command_script.ts";

Deno.test("fallbackcommand: start when the last goes, stop when the first returns, each once and in order", () =>
  withScript("fallbackCommand", 'echo "$#: $*" >> CALLS', async (virtual, said) => {
    const commands = new FallbackCommands(() => {});
    for (const active of [false, true, true, false, false, true]) commands.change(virtual, active);
    await commands.stopAll();
    const line = (verb: string) => `5: --site a b ${verb} 192.0.2.1:80 tcp`;
    deepStrictEqual(said(), ["start", "stop", "start", "stop"].map(line));
  }));

Deno.test("fallbackcommand: one that never started is not stopped", () =>
  withScript("fallbackCommand", "echo called >> CALLS", async (_virtual, said) => {
    await new FallbackCommands(() => {}).stopAll();
    deepStrictEqual(said(), [""]);
  }));

Deno.test("fallbackcommand: one that hangs is ended soon when the director stops, and stop is called all the same", () =>
  withScript(
    "fallbackCommand",
    'echo "$3" >> CALLS; if test "$3" = start; then exec sleep 60; fi',
    async (virtual, said) => {
      const reasons: string[] = [];
      const commands = new FallbackCommands((reason) => reasons.push(reason), { usual: 60, last: 0.5 });
      commands.change(virtual, true);
      await commands.stopAll();
      deepStrictEqual(said(), ["start", "stop"]);
      deepStrictEqual(reasons.length, 1);
      match(reasons[0], /program was ended: no time was left/);
    },
  ));

Deno.test("fallbackcommand: a failure is reported and disturbs nothing else", () =>
  withScript("fallbackCommand", "exit 3", async (virtual) => {
    const reasons: string[] = [];
    const commands = new FallbackCommands((reason) => reasons.push(reason));
    commands.change(virtual, true);
    await commands.stopAll();
    deepStrictEqual(reasons.length, 2);
    match(reasons[0], /program ended with status 3/);
  }));
