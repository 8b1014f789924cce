import { ok, strictEqual } from "node:assert/strict";
import { TestDaemon } from "./daemon_fixture.ts";

const SMALL = "quiescent = no\nvirtual = 192.0.2.1:80\n    checktype = on\n    real = 10.0.0.1:80 masq\n";

/** Real servers enough for many turns. */
const LARGE = `quiescent = no\n${
  Array.from({ length: 4 }, (_, i) =>
    `virtual = 192.0.2.${i + 1}:80\n    checktype = on\n    real = 10.0.${i * 16}.0->10.0.${i * 16 + 15}.255:80 masq\n`)
    .join("")
}`;

const LENIENT = { sanitizeOps: false, sanitizeResources: false };

/** Turns of the event loop until it holds. */
async function turnsUntil(holds: () => boolean): Promise<number> {
  for (let turns = 0; turns < 100_000; turns++) {
    if (holds()) return turns;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  throw new Error("it did not come");
}

for (
  const [name, text, isTaken] of [
    ["real servers", LARGE, true],
    ["comments", `${SMALL}${"# a comment\n".repeat(1_000_000)}`, true],
    ["errors", "nonsense = 3\n".repeat(600_000), false],
  ] as const
) {
  Deno.test(`a reload of thousands of ${name} lets everything else go on`, LENIENT, async () => {
    await using test = await TestDaemon.start(SMALL);
    await Deno.writeTextFile(`${test.folder}/test.cf`, text);
    test.daemon.reload();
    ok(await turnsUntil(() => test.daemon.lastReload !== null) > 5);
    strictEqual(test.daemon.lastReload?.ok, isTaken);
    const [service] = (await test.table.read()).values();
    strictEqual(service.destinations.size, name === "real servers" ? 4_096 : 1);
  });
}

Deno.test("a reload that is asked for while a large one goes on comes after it, and counts", LENIENT, async () => {
  await using test = await TestDaemon.start(SMALL);
  await Deno.writeTextFile(`${test.folder}/test.cf`, LARGE);
  test.daemon.reload();
  await turnsUntil(() => test.daemon.model.virtuals.size === 4);
  await Deno.writeTextFile(`${test.folder}/test.cf`, SMALL.replace("10.0.0.1", "10.0.0.9"));
  test.daemon.reload();
  test.daemon.reload();
  await turnsUntil(() => test.daemon.model.virtuals.size === 1);
  await turnsUntil(() => test.log.some((line) => line.includes("Purged virtual server (start): 192.0.2.4:80")));
  const [service] = (await test.table.read()).values();
  strictEqual([...service.destinations.keys()].join(), "10.0.0.9:80");
});

Deno.test("a stop in the middle of a large reload is its end, and leaves nothing", LENIENT, async () => {
  for (const turns of [1, 5, 20, 60]) {
    const test = await TestDaemon.start(SMALL);
    await Deno.writeTextFile(`${test.folder}/test.cf`, LARGE);
    test.daemon.reload();
    let count = 0;
    await turnsUntil(() => test.daemon.lastReload !== null || ++count > turns);
    await test.daemon.stop();
    strictEqual((await test.table.read()).size, 0, `after ${turns} turns`);
    ok(!test.log.some((line) => line.includes("Internal error")), test.log.slice(-5).join("\n"));
    await Deno.remove(test.folder, { recursive: true });
  }
});
