import { deepStrictEqual } from "node:assert/strict";
import { type Alert, Happenings, type News } from "../../src/alerts/alert_rules.ts";
import type { AlertState } from "../../src/model/virtual_service.ts";
import { alertSettings, server, sketchVirtual } from "./fixture.ts";

const virtual = sketchVirtual();

type Row = [name: string, news: [kind: News["kind"], server: string, text: string][], told: string[]];

function alertsOf(news: readonly News[]): Alert[] {
  const happenings = new Happenings();
  for (const each of news) happenings.add(each, 0);
  return happenings.takeAll();
}

/** News on the left; the alerts, each with its reason behind a bar, on the right. */
const ROWS: Row[] = [
  ["a real server goes, the table follows", [["transition", "a", "a is down"], ["change", "a", "Deleted a"]], [
    "Deleted a | a is down",
  ]],
  ["it was not in the table: the transition itself is reported", [["transition", "a", "a is down"]], ["a is down"]],
  ["health decided what a start writes", [["transition", "a", "a is up"], ["arrangement", "a", "Added a"]], [
    "Added a | a is up",
  ]],
  ["a start that adds what is not checked", [["arrangement", "a", "Added a"]], []],
  ["a purge", [["arrangement", "a", "Purged a"]], []],
  ["the table follows late", [["change", "a", "Deleted a"]], ["Deleted a"]],
  ["each change finds its own transition", [
    ["transition", "a", "a is down"],
    ["transition", "b", "b is down"],
    ["change", "b", "Deleted b"],
    ["change", "a", "Deleted a"],
  ], ["Deleted a | a is down", "Deleted b | b is down"]],
  ["down and up again before the table moved", [
    ["transition", "a", "a is down"],
    ["transition", "a", "a is up"],
    ["change", "a", "Restored a"],
  ], ["a is down", "Restored a | a is up"]],
  ["down and up again, each followed", [
    ["transition", "a", "a is down"],
    ["change", "a", "Deleted a"],
    ["transition", "a", "a is up"],
    ["change", "a", "Added a"],
  ], ["Deleted a | a is down", "Added a | a is up"]],
  ["nothing", [], []],
];

for (const [name, news, told] of ROWS) {
  Deno.test(`which news are mailed: ${name}`, { permissions: "none" }, () => {
    const items = news.map(([kind, key, text]): News => (
      { kind, virtual, server: server(key), state: "running", text }
    ));
    const alerts = alertsOf(items).map(({ text, reason }) => reason === undefined ? text : `${text} | ${reason}`);
    deepStrictEqual(alerts, told);
  });
}

Deno.test("the same server behind two virtual services makes two alerts", { permissions: "none" }, () => {
  const other = sketchVirtual({}, "192.0.2.20:80");
  const items = [virtual, other].flatMap((service): News[] => [
    { kind: "transition", virtual: service, server: server("a"), state: "running", text: `a of ${service.label}` },
  ]);
  deepStrictEqual(alertsOf(items).map(({ text }) => text), ["a of 192.0.2.10:80", "a of 192.0.2.20:80"]);
});

const STATES: [on: AlertState[], state: AlertState, told: number][] = [
  [["starting", "running", "stopping", "reloading"], "starting", 1],
  [["running"], "running", 1],
  [["running"], "starting", 0],
  [["running", "reloading"], "reloading", 1],
  [["stopping"], "running", 0],
  [[], "running", 0],
];

for (const [on, state, told] of STATES) {
  Deno.test(`emailalertstatus = ${on.join() || "none"}, ${state}: ${told} told`, { permissions: "none" }, () => {
    const filtered = sketchVirtual({ alerts: alertSettings({ on: new Set(on) }) });
    const item: News = { kind: "transition", virtual: filtered, server: server("a"), state, text: "a is down" };
    deepStrictEqual(alertsOf([item]).length, told);
  });
}
