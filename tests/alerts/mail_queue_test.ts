import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { type Letter, type Refusal, refuseAll, type Send } from "../../src/alerts/letter.ts";
import { MailQueue } from "../../src/alerts/mail_queue.ts";
import { FakeClock } from "../director/fake_clock.ts";
import { saysFacts } from "../facts.ts";
import { mailServer, sketchLetter } from "./fixture.ts";

const pure = { permissions: "none" } as const;

/** How a mail server takes a letter. */
type Answer = (letter: Letter, to: readonly string[]) => readonly Refusal[] | Promise<readonly Refusal[]>;

const takes: Answer = () => [];
const refuses: Answer = (_letter, to) => refuseAll(to, "connection refused");
const hangs: Answer = () => new Promise(() => {});

/** A queue before mail servers that answer as told, with what they and the log got to see. */
class World {
  readonly clock = new FakeClock();
  readonly attempts: string[] = [];
  readonly signals: AbortSignal[] = [];
  readonly complaints: string[] = [];
  answer: Answer = takes;
  readonly queue: MailQueue;

  constructor() {
    const send: Send = async (letter, to, signal) => {
      this.attempts.push(`${this.clock.now() / 1000} ${letter.subject} to ${to.join()}`);
      this.signals.push(signal);
      return await this.answer(letter, to);
    };
    this.queue = new MailQueue({ clock: this.clock, send, onTrouble: (text) => this.complaints.push(text) });
  }

  async until(second: number): Promise<void> {
    await this.clock.advance(second * 1000 - this.clock.now());
  }
}

Deno.test("a letter is sent at once, and once", pure, async () => {
  const world = new World();
  world.queue.add(sketchLetter("one"));
  await world.until(4_000);
  deepStrictEqual(world.attempts, ["0 one to ops@example.org"]);
  deepStrictEqual(world.complaints, []);
});

Deno.test("a server that refuses is tried again with growing delays, until it takes the letter", pure, async () => {
  const world = new World();
  world.answer = refuses;
  world.queue.add(sketchLetter("one"));
  await world.until(60);
  world.answer = takes;
  await world.until(4_000);
  deepStrictEqual(world.attempts.map((line) => parseInt(line)), [0, 5, 20, 50, 110]);
  saysFacts(world.complaints, ["… 192.0.2.25: connection refused"]);
});

Deno.test("after an hour a letter is given up", pure, async () => {
  const world = new World();
  world.answer = refuses;
  world.queue.add(sketchLetter("one"));
  await world.until(10_000);
  ok(parseInt(world.attempts.at(-1)!) <= 3_600);
  saysFacts(world.complaints.slice(-1), ["… one: connection refused"]);
  strictEqual(world.complaints.length, 2);
});

Deno.test("a server that says nothing is left after a minute, and holds up no other", pure, async () => {
  const world = new World();
  world.answer = (letter, to) => letter.server?.host === "silent" ? hangs(letter, to) : [];
  world.queue.add(sketchLetter("one", { server: mailServer("silent") }));
  world.queue.add(sketchLetter("two"));
  await world.until(59);
  deepStrictEqual(world.attempts, ["0 one to ops@example.org", "0 two to ops@example.org"]);
  ok(!world.signals[0].aborted);
  world.answer = takes;
  await world.until(100);
  ok(world.signals[0].aborted);
  deepStrictEqual(world.attempts.at(-1), "65 one to ops@example.org");
  saysFacts(world.complaints, ["… silent … 60 s"]);
});

Deno.test("one server gets one letter at a time, the oldest first", pure, async () => {
  const world = new World();
  let underWay = 0;
  world.answer = async () => {
    strictEqual(++underWay, 1);
    await new Promise<void>((resolve) => world.clock.after(1_000, resolve));
    underWay--;
    return [];
  };
  for (const subject of ["one", "two", "three"]) world.queue.add(sketchLetter(subject));
  await world.until(10);
  deepStrictEqual(world.attempts.map((line) => line.split(" ").slice(0, 2).join(" ")), ["0 one", "1 two", "2 three"]);
});

Deno.test("only the addresses that were not reached are tried again", pure, async () => {
  const world = new World();
  world.answer = (_letter, to) => refuseAll(to.filter((address) => address === "full@b"), "452 mailbox full");
  world.queue.add(sketchLetter("one", { to: ["a@b", "full@b"] }));
  await world.until(1);
  world.answer = takes;
  await world.until(4_000);
  deepStrictEqual(world.attempts, ["0 one to a@b,full@b", "5 one to full@b"]);
});

Deno.test("an address that is refused for good is not tried again", pure, async () => {
  const world = new World();
  world.answer = (_letter, to) => refuseAll(to, "550 no such user", true);
  world.queue.add(sketchLetter("one"));
  await world.until(4_000);
  strictEqual(world.attempts.length, 1);
  saysFacts(world.complaints, [
    "… 192.0.2.25 … ops@example.org … 550 no such user",
  ]);
});

Deno.test("the same trouble is logged once, and again after the server took a letter", pure, async () => {
  const world = new World();
  world.answer = refuses;
  world.queue.add(sketchLetter("one"));
  world.queue.add(sketchLetter("two"));
  await world.until(10);
  strictEqual(world.complaints.length, 1);
  world.answer = takes;
  await world.until(60);
  world.answer = refuses;
  world.queue.add(sketchLetter("three"));
  await world.until(61);
  strictEqual(world.complaints.length, 2);
});

Deno.test("beyond a thousand letters the oldest is dropped", pure, async () => {
  const world = new World();
  world.answer = hangs;
  for (let i = 0; i <= 1_000; i++) world.queue.add(sketchLetter(`letter ${i}`));
  saysFacts(world.complaints, ["… 1000 … letter 0"]);
  world.answer = takes;
  await world.until(100);
  strictEqual(world.attempts.length, 1_001);
  strictEqual(world.attempts.at(-1), "60 letter 1000 to ops@example.org");
});

Deno.test("close() sends what waits for its next attempt at once", pure, async () => {
  const world = new World();
  world.answer = refuses;
  world.queue.add(sketchLetter("one"));
  await world.until(1);
  world.answer = takes;
  await world.queue.close(5_000);
  deepStrictEqual(world.attempts, ["0 one to ops@example.org", "1 one to ops@example.org"]);
});

Deno.test("close() does not try twice", pure, async () => {
  const world = new World();
  world.answer = refuses;
  world.queue.add(sketchLetter("one"));
  await world.queue.close(5_000);
  strictEqual(world.attempts.length, 1);
  saysFacts(world.complaints.slice(-1), ["… one: connection refused"]);
});

Deno.test("close() waits for a silent server no longer than it may, and breaks off", pure, async () => {
  const world = new World();
  world.answer = hangs;
  world.queue.add(sketchLetter("one"));
  const closed = world.queue.close(5_000);
  await world.until(5);
  await closed;
  ok(world.signals[0].aborted);
  saysFacts(world.complaints, ["… one …"]);
});

Deno.test("close() of an empty queue waits for nothing", pure, () => new World().queue.close(5_000));
