import { deepStrictEqual, match } from "node:assert/strict";
import { FallbackCommands } from "../../src/alerts/fallback_command.ts";
import type { VirtualService } from "../../src/model/virtual_service.ts";
import { keyOf, sketchModel } from "../director/fixture.ts";

/** A virtual service whose fallback command writes its arguments into a file. */
async function withScript(
  script: string,
  work: (virtual: VirtualService, said: () => string[]) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const [path, calls] = [`${folder}/sorry`, `${folder}/calls`];
    await Deno.writeTextFile(path, `#!/bin/sh\n${script.replaceAll("CALLS", calls)}\n`, { mode: 0o755 });
    const options = { fallbackCommand: [path, "--site", "a b"] };
    const model = sketchModel({ at: "192.0.2.1:80", reals: ["10.0.0.1:80"], options });
    await Deno.writeTextFile(calls, "");
    await work(model.virtuals.get(keyOf("192.0.2.1:80"))!, () => Deno.readTextFileSync(calls).trim().split("\n"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("fallbackcommand: start when the last goes, stop when the first returns, each once and in order", () =>
  withScript('echo "$#: $*" >> CALLS', async (virtual, said) => {
    const commands = new FallbackCommands(() => {});
    for (const active of [false, true, true, false, false, true]) commands.change(virtual, active);
    await commands.stopAll();
    const line = (verb: string) => `5: --site a b ${verb} 192.0.2.1:80 tcp`;
    deepStrictEqual(said(), ["start", "stop", "start", "stop"].map(line));
  }));

Deno.test("fallbackcommand: one that never started is not stopped", () =>
  withScript("echo called >> CALLS", async (_virtual, said) => {
    await new FallbackCommands(() => {}).stopAll();
    deepStrictEqual(said(), [""]);
  }));

Deno.test("fallbackcommand: one that hangs is ended soon when the director stops, and stop is called all the same", () =>
  withScript('echo "$3" >> CALLS; if test "$3" = start; then exec sleep 60; fi', async (virtual, said) => {
    const reasons: string[] = [];
    const commands = new FallbackCommands((reason) => reasons.push(reason), { usual: 60, last: 0.5 });
    commands.change(virtual, true);
    await commands.stopAll();
    deepStrictEqual(said(), ["start", "stop"]);
    deepStrictEqual(reasons.length, 1);
    match(reasons[0], /sorry was ended: no time was left/);
  }));

Deno.test("fallbackcommand: a failure is reported and disturbs nobody", () =>
  withScript("exit 3", async (virtual) => {
    const reasons: string[] = [];
    const commands = new FallbackCommands((reason) => reasons.push(reason));
    commands.change(virtual, true);
    await commands.stopAll();
    deepStrictEqual(reasons.length, 2);
    match(reasons[0], /sorry ended with status 3/);
  }));
