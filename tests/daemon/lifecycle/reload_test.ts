import { deepStrictEqual } from "node:assert/strict";
import { loadConfig } from "../../../src/config/load.ts";
import { Configuration, type ConfigurationPorts } from "../../../src/daemon/lifecycle/reload.ts";
import { Log } from "../../../src/daemon/log/log.ts";

/** Tells what it is called with, and ends when it may. */
const CALLBACK = `#!/bin/sh
cd "\${0%/*}"
echo "begins: $(tail -n 1 "$1")" >>told
until [ -e may-end ]; do sleep 0.02; done
echo "ends" >>told
`;

/** A callback that has written its last line may not have ended. */
const LENIENT = { sanitizeOps: false, sanitizeResources: false };

Deno.test("callback: one at a time, and one for all changes that came while it was under way", LENIENT, async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/test.cf`;
  await Deno.writeTextFile(`${folder}/callback`, CALLBACK, { mode: 0o755 });
  const change = (to: string) => Deno.writeTextFile(file, `callback = ${folder}/callback\n# ${to}\n`);
  await change("as it was at the start");
  const loaded = await loadConfig(file);
  const log = new Log(() => {});
  // What a look needs of the director is its model.
  const configuration = new Configuration(loaded, { director: { model: loaded.model }, log } as ConfigurationPorts);
  const told = async (lines: number) => {
    for (const end = performance.now() + 10_000; performance.now() < end;) {
      const text = await Deno.readTextFile(`${folder}/told`).catch(() => "");
      if (text.split("\n").length > lines) return text.trimEnd().split("\n");
      await new Promise((wake) => setTimeout(wake, 20));
    }
    return [];
  };
  const changes = async (to: string) => {
    await change(to);
    // It counts when the file has been left alone from one look to the next.
    configuration.look();
    configuration.look();
  };

  await changes("first");
  deepStrictEqual(await told(1), ["begins: # first"]);
  await changes("second");
  await changes("third");
  await Deno.writeTextFile(`${folder}/may-end`, "");
  deepStrictEqual(await told(4), ["begins: # first", "ends", "begins: # third", "ends"]);
  await Deno.remove(folder, { recursive: true });
});
