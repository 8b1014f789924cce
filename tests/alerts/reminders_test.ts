import { deepStrictEqual } from "node:assert/strict";
import { Reminders } from "../../src/alerts/reminders.ts";
import type { Model, RealServer, VirtualService } from "../../src/model/virtual_service.ts";
import { FakeClock } from "../director/fake_clock.ts";
import { sketchModel, type VirtualSketch } from "../director/fixture.ts";
import { alertSettings } from "./fixture.ts";

const AT = "192.0.2.10:80";

function model(repeatEvery: number, sketch: Partial<VirtualSketch> = {}): Model {
  const options = { alerts: alertSettings({ repeatEvery }) };
  return sketchModel({ at: AT, reals: ["10.0.0.11:80", "10.0.0.12:80"], options, ...sketch });
}

function lookUp({ virtuals }: Model, real: string): [VirtualService, RealServer] {
  const [virtual] = virtuals.values();
  return [virtual, [...virtual.reals.values()].find(({ key }) => key === real)!];
}

type Step = [at: number, event: "down" | "up", real: string] | [at: number, event: "model", model: Model] | [
  number,
  "stop",
];

/** What happens at which second on the left; which reminders come at which second, up to the 60th, on the right. */
const TIMELINES: [name: string, every: number, steps: Step[], reminders: string[]][] = [
  ["a server that stays down", 20, [[1, "down", "10.0.0.11:80"]], ["21 10.0.0.11:80", "41 10.0.0.11:80"]],
  ["a server that comes back", 20, [[1, "down", "10.0.0.11:80"], [30, "up", "10.0.0.11:80"]], ["21 10.0.0.11:80"]],
  ["each server at its own time", 30, [[1, "down", "10.0.0.11:80"], [11, "down", "10.0.0.12:80"]], [
    "31 10.0.0.11:80",
    "41 10.0.0.12:80",
  ]],
  ["zero means never", 0, [[1, "down", "10.0.0.11:80"]], []],
  ["a server that leaves the configuration", 20, [
    [1, "down", "10.0.0.11:80"],
    [30, "model", model(20, { reals: ["10.0.0.12:80"] })],
  ], ["21 10.0.0.11:80"]],
  ["a virtual service that leaves", 20, [[1, "down", "10.0.0.11:80"], [30, "model", sketchModel()]], [
    "21 10.0.0.11:80",
  ]],
  ["a server that is no longer checked", 20, [
    [1, "down", "10.0.0.11:80"],
    [30, "model", model(20, { policy: "off" })],
  ], ["21 10.0.0.11:80"]],
  ["a reload that changes nothing keeps the rhythm", 20, [[1, "down", "10.0.0.11:80"], [15, "model", model(20)]], [
    "21 10.0.0.11:80",
    "41 10.0.0.11:80",
  ]],
  ["a reload with another rhythm", 20, [[1, "down", "10.0.0.11:80"], [10, "model", model(40)]], ["50 10.0.0.11:80"]],
  ["a reload that asks for reminders", 0, [[1, "down", "10.0.0.11:80"], [10, "model", model(30)]], [
    "40 10.0.0.11:80",
  ]],
  ["a reload that asks for none", 20, [[1, "down", "10.0.0.11:80"], [10, "model", model(0)]], []],
  ["the end", 20, [[1, "down", "10.0.0.11:80"], [30, "stop"]], ["21 10.0.0.11:80"]],
  ["a rhythm that no timer can hold", 10_000_000, [[1, "down", "10.0.0.11:80"]], []],
];

for (const [name, every, steps, expected] of TIMELINES) {
  Deno.test(`reminders: ${name}`, { permissions: "none" }, async () => {
    const clock = new FakeClock();
    const seen: string[] = [];
    const reminders = new Reminders(clock, (_virtual, key, reason) => {
      seen.push(`${clock.now() / 1000} ${key}`);
      deepStrictEqual(reason, "refused");
    });
    const before = model(every);
    for (const step of steps) {
      await clock.advance(step[0] * 1000 - clock.now());
      if (step[1] === "model") reminders.reconfigure(step[2]);
      else if (step[1] === "stop") reminders.stop();
      else reminders.change(...lookUp(before, step[2]), step[1] === "down", "refused");
    }
    await clock.advance(60_000 - clock.now());
    deepStrictEqual(seen, expected);
  });
}
