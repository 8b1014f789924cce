import { deepStrictEqual, rejects } from "node:assert/strict";
import { TestDaemon } from "../daemon_fixture.ts";
import type { VirtualKey } from "../../../src/model/table.ts";

/** The daemon's alarms outlive it by a second. */
const LENIENT = { sanitizeOps: false, sanitizeResources: false };
const KEY = "tcp:192.0.2.1:80" as VirtualKey;
const VIRTUAL = "192.0.2.1:80";

function config(virtual = VIRTUAL): string {
  return `quiescent = no\nvirtual = ${virtual}\n    real = 10.0.0.1:80 masq\n    checktype = on\n`;
}

function realsOf({ daemon }: TestDaemon): string[] {
  return [...daemon.model.virtuals.get(KEY)?.reals.keys() ?? []];
}

async function reloaded({ daemon, folder }: TestDaemon, text: string): Promise<void> {
  await Deno.writeTextFile(`${folder}/test.cf`, text);
  daemon.reload();
  // A change that is begun after the reload ends after it.
  await daemon.deactivate();
  await daemon.activate();
}

Deno.test("add: requests that come together are all carried out", LENIENT, async () => {
  await using test = await TestDaemon.start(config());
  const { membership } = test.daemon;
  const lines = [2, 3, 4, 5].map((n) => `10.0.0.${n}:80 masq`);
  await Promise.all(lines.map((line) => membership.add({ virtual: VIRTUAL, line })));
  deepStrictEqual(membership.amendments.added.map(({ line, reals }) => [line, reals]), [
    ["10.0.0.2:80 masq", ["10.0.0.2:80"]],
    ["10.0.0.3:80 masq", ["10.0.0.3:80"]],
    ["10.0.0.4:80 masq", ["10.0.0.4:80"]],
    ["10.0.0.5:80 masq", ["10.0.0.5:80"]],
  ]);
  await Promise.all(["10.0.0.2", "10.0.0.4"].map((real) => membership.remove({ real })));
  deepStrictEqual(realsOf(test), ["10.0.0.1:80", "10.0.0.3:80", "10.0.0.5:80"]);
});

Deno.test(
  "remove: what was added to a virtual service that is gone can be forgotten",
  LENIENT,
  async () => {
    await using test = await TestDaemon.start(config());
    const { membership } = test.daemon;
    await membership.add({ virtual: VIRTUAL, line: "10.0.0.2:80 masq" });
    await reloaded(test, config("192.0.2.9:80"));
    deepStrictEqual(membership.amendments.added.length, 1);
    await membership.add({ virtual: "192.0.2.9:80", line: "10.0.0.3:80 masq" });
    const { reals } = await membership.remove({ real: "10.0.0.2" });
    deepStrictEqual(reals.map(({ real }) => real), ["10.0.0.2:80"]);
    await reloaded(test, config());
    deepStrictEqual(realsOf(test), ["10.0.0.1:80"]);
    await rejects(async () => await membership.remove({ real: "10.0.0.2" }), /no real server is called 10\.0\.0\.2/);
  },
);

Deno.test(
  "add and remove: orders of an earlier run are in force after a start",
  LENIENT,
  async () => {
    const first = await TestDaemon.start(config());
    await first.daemon.membership.add({ virtual: VIRTUAL, line: "10.0.0.2:80 masq 5" });
    await first.daemon.membership.remove({ real: "10.0.0.1" });
    deepStrictEqual(realsOf(first), ["10.0.0.2:80"]);
    await first.stop();
    await using second = await TestDaemon.start(config(), first);
    deepStrictEqual(second.daemon.membership.amendments.added.map(({ line }) => line), ["10.0.0.2:80 masq 5"]);
  },
);
