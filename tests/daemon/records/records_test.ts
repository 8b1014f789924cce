import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { HistoryFile, readHistory } from "../../../src/daemon/records/history_file.ts";
import { Records } from "../../../src/daemon/records/records.ts";
import type { DirectorEvent } from "../../../src/director/events.ts";
import { type RealId, realId } from "../../../src/model/orders.ts";
import type { ReportedState } from "../../../src/model/real_state.ts";
import { sketchModel, verdict } from "../../director/fixture.ts";

const NEVER = (text: string) => {
  throw new Error(text);
};

const [VIRTUAL] = sketchModel({ at: "192.0.2.1:80", reals: ["10.0.0.1:80"], fallback: "127.0.0.1:80" }).virtuals
  .values();
const [REAL] = VIRTUAL.reals.values();
const ID: RealId = realId(VIRTUAL.key, REAL.key);

type EventOf<Type extends DirectorEvent["type"]> = Extract<DirectorEvent, { readonly type: Type }>;

function transition(was: ReportedState, is: ReportedState, reason: string): EventOf<"transition"> {
  return { type: "transition", virtual: VIRTUAL, real: REAL, was, is, reason };
}

const DOWN = transition("up", "down", "connection refused");
const UP = transition("down", "up", "200 OK");
const FALLBACK_IN: EventOf<"fallback"> = {
  type: "fallback",
  virtual: VIRTUAL,
  active: true,
  was: "up",
  quorum: { serving: 0, needed: 1 },
};
const FALLBACK_OUT: DirectorEvent = {
  type: "fallback",
  virtual: VIRTUAL,
  active: false,
  was: "down",
  quorum: { serving: 1, needed: 1 },
};
const UNAVAILABLE: DirectorEvent = { type: "table-unavailable", message: "no ipvsadm" };
const REFUSED: DirectorEvent = { type: "table-refused", action: { do: "delete-service", service: VIRTUAL.settings } };
const IN_STEP: DirectorEvent = { type: "table-in-step" };

/** Events, and the history file after them: kind, virtual service, real server. */
const WRITTEN: [what: string, events: DirectorEvent[], history: string[]][] = [
  [
    "a real server that goes down and comes back",
    [DOWN, UP],
    ["down 192.0.2.1:80 10.0.0.1:80", "up 192.0.2.1:80 10.0.0.1:80"],
  ],
  [
    "a fallback that is added and removed",
    [FALLBACK_IN, FALLBACK_OUT],
    ["fallback-in 192.0.2.1:80 127.0.0.1:80", "fallback-out 192.0.2.1:80 127.0.0.1:80"],
  ],
  [
    "what is reported a second time after a standby is written once",
    [DOWN, { ...DOWN, repeated: true }, { ...FALLBACK_IN, repeated: true }],
    ["down 192.0.2.1:80 10.0.0.1:80"],
  ],
  [
    "a table that stays out of step is one entry until it is in step again",
    [UNAVAILABLE, UNAVAILABLE, REFUSED, IN_STEP, IN_STEP, REFUSED],
    ["out-of-step", "in-step", "out-of-step"],
  ],
  ["a table that was never out of step is no news", [IN_STEP], []],
];

/** Gives `work` records with a history in a folder of their own; returns what is in the file afterwards. */
async function historyAfter(work: (records: Records) => void): Promise<ReturnType<typeof readHistory>> {
  const folder = await Deno.makeTempDir();
  try {
    const history = new HistoryFile(`${folder}/www.history`, NEVER);
    work(new Records(history));
    history.flush();
    return readHistory(`${folder}/www.history`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

for (const [what, events, expected] of WRITTEN) {
  Deno.test(`records: ${what}`, async () => {
    const history = await historyAfter((records) => events.forEach((event) => records.note(event)));
    const lines = history.map(({ kind, virtual, real }) => [kind, virtual, real].filter(Boolean).join(" "));
    deepStrictEqual(lines, expected);
  });
}

/** An event, and what an operator finds in the detail of its entry. */
const DETAILS: [what: string, event: DirectorEvent, detail: string][] = [
  ["why a real server is down", DOWN, "connection refused"],
  ["why the table cannot be reached", UNAVAILABLE, "no ipvsadm"],
  ["which services have vanished", { type: "services-vanished", services: [VIRTUAL.settings] }, "192.0.2.1:80"],
];

for (const [what, event, detail] of DETAILS) {
  Deno.test(`records: the history says ${what}`, async () => {
    const [entry] = await historyAfter((records) => records.note(event));
    ok(entry.detail.includes(detail), entry.detail);
  });
}

Deno.test("records: a change of a real server's state is counted, one that is reported again is not", () => {
  const records = new Records(new HistoryFile(undefined, NEVER));
  strictEqual(records.transitions.get(ID), undefined);
  for (const event of [DOWN, UP, { ...UP, repeated: true } as const]) records.note(event);
  strictEqual(records.transitions.get(ID)?.count, 2);
  ok(records.transitions.get(ID)!.at <= Date.now());
});

Deno.test("records: changes that were read stay as they were, whatever happens meanwhile", () => {
  const records = new Records(new HistoryFile(undefined, NEVER));
  records.note(DOWN);
  const read = records.transitions;
  records.note(UP);
  strictEqual(read.get(ID)?.count, 1);
  strictEqual(records.transitions.get(ID)?.count, 2);
});

Deno.test("records: a round is counted for its check, and is no history", async () => {
  const { policy } = REAL;
  ok(policy.kind === "checked");
  const { check } = policy;
  const history = await historyAfter((records) => {
    records.note({ type: "round", check, result: verdict(false), durationMs: 4, users: [] });
    const { rounds, streak, last } = records.checks.find(check.key);
    deepStrictEqual([rounds, streak, last?.ms], [1, 1, 4]);
  });
  deepStrictEqual(history, []);
});
