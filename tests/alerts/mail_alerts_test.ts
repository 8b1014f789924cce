import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Letter } from "../../src/alerts/letter.ts";
import { Notifier } from "../../src/alerts/notifier.ts";
import { MailAlerts } from "../../src/alerts/mail_alerts.ts";
import { Log } from "../../src/daemon/log/log.ts";
import { Reporter } from "../../src/daemon/log/reporter.ts";
import { Director } from "../../src/director/director.ts";
import { MemoryIpvs } from "../../src/ipvs/memory.ts";
import { decodeRules } from "../../src/ipvs/ipvsadm/rules.ts";
import type { RealId } from "../../src/model/orders.ts";
import type { AlertSettings } from "../../src/model/virtual_service.ts";
import { FakeClock } from "../director/fake_clock.ts";
import { sketchModel, verdict, type VirtualSketch } from "../director/fixture.ts";
import { alertSettings } from "./fixture.ts";

const pure = { permissions: "none" } as const;

const AT = "192.0.2.10:80";
const A = "10.0.0.11:80";
const B = "10.0.0.12:80";

/** Both real servers are in the table, at weight 1. */
const FULL = `-A -t ${AT} -s wrr\n-a -t ${AT} -r ${A} -m -w 1\n-a -t ${AT} -r ${B} -m -w 1\n`;

/** A director with its mails, over a table in memory. */
class World {
  readonly clock = new FakeClock();
  readonly letters: Letter[] = [];
  readonly mails: MailAlerts;
  readonly director: Director;
  readonly #dead = new Set<string>();
  readonly #settings: Partial<AlertSettings>;

  constructor(table = FULL, settings: Partial<AlertSettings> = {}) {
    this.#settings = settings;
    this.mails = new MailAlerts({
      clock: this.clock,
      host: "lb1",
      namesOf: () => [],
      send: (letter) => {
        this.letters.push(letter);
        return Promise.resolve([]);
      },
      onTrouble: (text) => ok(false, text),
    });
    const log = new Log(() => {});
    const notifier = new Notifier({ host: "lb1", onTrouble: () => {} });
    const model = () => this.director.model;
    const health = () => this.director.health;
    const reporter = new Reporter({ log, mails: this.mails, notifier, model, health, onDuty: () => true });
    this.director = new Director(this.sketch(), {
      driver: new MemoryIpvs(decodeRules(table)),
      clock: this.clock,
      report: reporter.report,
      runRound: (check) => {
        const up = !this.#dead.has(check.key);
        return Promise.resolve({
          result: verdict(up, up ? "200 OK" : "503 Service Unavailable"),
          durationMs: 1,
          startedAt: 0,
          trace: [],
        });
      },
    });
  }

  sketch(sketch: Partial<VirtualSketch> = {}) {
    const alerts = alertSettings(this.#settings);
    return sketchModel({
      at: AT,
      reals: [A, B],
      fallback: "127.0.0.1:80",
      interval: 4,
      options: { alerts },
      ...sketch,
    });
  }

  async start(): Promise<void> {
    const started = this.director.start();
    await this.clock.advance(1_000);
    await started;
    this.mails.enter("running");
    await this.clock.advance(14_000);
  }

  async reload(sketch: Partial<VirtualSketch>): Promise<void> {
    this.mails.enter("reloading");
    const model = this.sketch(sketch);
    await this.director.reload(model);
    this.mails.reconfigure(model);
    this.mails.enter("running");
    await this.clock.advance(15_000);
  }

  async drain(held: boolean, ...reals: readonly string[]): Promise<void> {
    const orders = reals.map((real) =>
      [`tcp:${AT} ${real}` as RealId, { hold: { value: "drain", since: 0 } }] as const
    );
    void this.director.applyOrders(new Map(held ? orders : []));
    await this.clock.advance(15_000);
  }

  async stop(): Promise<void> {
    this.mails.enter("stopping");
    await this.director.stop();
    await this.mails.stop();
  }

  async kill(...reals: readonly string[]): Promise<void> {
    for (const real of reals) this.#dead.add(real);
    await this.clock.advance(15_000);
  }

  async revive(...reals: readonly string[]): Promise<void> {
    for (const real of reals) this.#dead.delete(real);
    await this.clock.advance(15_000);
  }

  /** The subjects of all letters since the last look. */
  subjects(): string[] {
    return this.letters.splice(0).map(({ subject }) => subject);
  }
}

Deno.test("a start over a table that is right is silent, and so is a stop", pure, async () => {
  const world = new World();
  await world.start();
  await world.stop();
  deepStrictEqual(world.subjects(), []);
});

Deno.test("a server that goes and comes back makes two letters", pure, async () => {
  const world = new World();
  await world.start();
  await world.kill(A);
  const [{ subject, text }] = world.letters;
  strictEqual(subject, `Deleted real server: ${A} (${AT})`);
  strictEqual(
    text,
    `ldirectord host: lb1\nLog-Message: Deleted real server: ${A} (${AT})\n` +
      `Reason: Real server ${A} (${AT}) is down: 503 Service Unavailable\nDaemon-Status: running\n`,
  );
  await world.revive(A);
  deepStrictEqual(world.subjects().slice(1), [`Added real server: ${A} (${AT}) (Weight set to 1)`]);
  await world.stop();
});

Deno.test("all servers go, the fallback comes: the first at once, the fallback by itself", pure, async () => {
  const world = new World();
  await world.start();
  await world.kill(A, B);
  deepStrictEqual(world.subjects(), [
    `Deleted real server: ${B} (${AT})`,
    `Added fallback server: 127.0.0.1:80 (${AT}) (Weight set to 1)`,
    `Deleted real server: ${A} (${AT})`,
  ]);
  await world.stop();
});

Deno.test("a start over an empty table tells whom the first checks let in, as starting", pure, async () => {
  const world = new World("");
  await world.start();
  deepStrictEqual(world.letters.map(({ text }) => text.includes("\nDaemon-Status: starting\n")), [true, true]);
  deepStrictEqual(world.subjects(), [A, B].map((real) => `Added real server: ${real} (${AT}) (Weight set to 1)`));
  await world.stop();
});

Deno.test("without starting in emailalertstatus that start is silent, a later failure is not", pure, async () => {
  const world = new World("", { on: new Set(["running"]) });
  await world.start();
  deepStrictEqual(world.subjects(), []);
  await world.kill(A);
  deepStrictEqual(world.subjects(), [`Deleted real server: ${A} (${AT})`]);
  await world.stop();
});

Deno.test("a server that a start finds dead is mailed, though it was never in the table", pure, async () => {
  const world = new World(FULL.split("\n").slice(0, 2).join("\n") + "\n");
  await world.kill(B);
  await world.start();
  deepStrictEqual(world.subjects(), [`Real server ${B} (${AT}) is down: 503 Service Unavailable`]);
  await world.stop();
});

Deno.test("a reload that takes servers out or changes a weight is silent", pure, async () => {
  const world = new World();
  await world.start();
  await world.reload({ reals: [`${A} weight 5`] });
  await world.reload({ reals: [`${A} weight 5`], fallback: "127.0.0.2:80" });
  deepStrictEqual(world.subjects(), []);
  await world.stop();
});

Deno.test("a server that is down is repeated until it is up", pure, async () => {
  const world = new World(FULL, { repeatEvery: 30 });
  await world.start();
  await world.kill(A);
  await world.clock.advance(60_000);
  const reminder = `Inaccessible real server: ${A} (${AT})`;
  ok(world.letters[1].text.includes(`Reason: Real server ${A} (${AT}) is down: 503 Service Unavailable\n`));
  deepStrictEqual(world.subjects(), [`Deleted real server: ${A} (${AT})`, reminder, reminder]);
  await world.revive(A);
  await world.clock.advance(120_000);
  deepStrictEqual(world.subjects(), [`Added real server: ${A} (${AT}) (Weight set to 1)`]);
  await world.stop();
});

Deno.test("a server that is down is not repeated once the configuration has lost it", pure, async () => {
  const world = new World(FULL, { repeatEvery: 30 });
  await world.start();
  await world.kill(A);
  await world.reload({ reals: [B] });
  world.subjects();
  await world.clock.advance(120_000);
  deepStrictEqual(world.subjects(), []);
  await world.stop();
});

Deno.test("of news that go on coming the first are sent at once, the others every ten seconds", pure, async () => {
  const world = new World();
  const [virtual] = world.sketch().virtuals.values();
  const [real] = virtual.reals.values();
  for (let second = 0; second < 25; second++) {
    const [was, is] = second % 2 === 1 ? ["down", "up"] as const : ["up", "down"] as const;
    world.mails.transition(virtual, real, was, is, `news of second ${second}`);
    await world.clock.advance(1_000);
  }
  await world.clock.advance(5_000);
  deepStrictEqual(world.subjects(), [
    "news of second 0",
    "news of second 1 (and 8 more)",
    "news of second 10 (and 9 more)",
    "news of second 20 (and 4 more)",
  ]);
});

Deno.test("the first alert of a quiet time is sent as soon as the table has followed", pure, async () => {
  const world = new World();
  await world.start();
  const [virtual] = world.sketch().virtuals.values();
  const [real] = virtual.reals.values();
  world.mails.transition(virtual, real, "up", "down", "a is down");
  world.mails.tableChange(virtual, real.key, true, "Deleted a");
  deepStrictEqual(world.subjects(), ["Deleted a"]);
  world.mails.transition(virtual, real, "down", "up", "a is up");
  await world.clock.advance(1_000);
  deepStrictEqual(world.subjects(), [], "what follows within seconds is sent together");
  await world.clock.advance(3_000);
  deepStrictEqual(world.subjects(), ["a is up"]);
});

Deno.test(
  "the first alert waits for its own change of the table, whatever came before it that is not told",
  pure,
  async () => {
    const world = new World(FULL, { on: new Set(["running"]) });
    const [virtual] = world.sketch().virtuals.values();
    const [first, second] = virtual.reals.values();
    world.mails.transition(virtual, first, "unknown", "up", "a is up");
    await world.clock.advance(900);
    world.mails.enter("running");
    world.mails.transition(virtual, second, "up", "down", "b is down");
    await world.clock.advance(500);
    world.mails.tableChange(virtual, second.key, true, "Deleted b");
    deepStrictEqual(world.subjects(), ["Deleted b"]);
    await world.clock.advance(10_000);
    deepStrictEqual(world.subjects(), []);
  },
);

Deno.test("reminders are letters of their own, one for each real server", pure, async () => {
  const world = new World(FULL, { repeatEvery: 30 });
  await world.start();
  await world.kill(A, B);
  world.subjects();
  await world.clock.advance(30_000);
  deepStrictEqual(world.subjects().sort(), [A, B].map((real) => `Inaccessible real server: ${real} (${AT})`));
  await world.stop();
});

for (const planned of [false, true]) {
  Deno.test(`emailalertplanned = ${planned ? "yes" : "no"}: a drain and its end`, pure, async () => {
    const world = new World(FULL, { planned });
    await world.start();
    await world.drain(true, A);
    deepStrictEqual(world.subjects(), planned ? [`Quiescent real server: ${A} (${AT}) (Weight set to 0)`] : []);
    await world.drain(false);
    deepStrictEqual(world.subjects(), planned ? [`Restored real server: ${A} (${AT}) (Weight set to 1)`] : []);
    await world.drain(true, A, B);
    const about = world.subjects().filter((subject) => subject.startsWith("Added fallback"));
    deepStrictEqual(about.length, 1, "that no real server is left is sent all the same");
    await world.stop();
  });
}

Deno.test(
  "a start that lets its fallback in before the first rounds are over tells nothing of that",
  pure,
  async () => {
    const world = new World("");
    const started = world.director.start();
    await world.clock.advance(500);
    world.mails.fallbackChange([...world.sketch().virtuals.values()][0], true, "Added fallback");
    await world.clock.advance(10_000);
    await started;
    deepStrictEqual(world.subjects().filter((subject) => /fallback/i.test(subject)), []);
    await world.stop();
  },
);

Deno.test("what was gathered when the daemon stops is sent before it ends", pure, async () => {
  const world = new World();
  const [virtual] = world.sketch().virtuals.values();
  const [real] = virtual.reals.values();
  world.mails.transition(virtual, real, "up", "down", "the last news");
  await world.mails.stop();
  deepStrictEqual(world.subjects(), ["the last news"]);
});
