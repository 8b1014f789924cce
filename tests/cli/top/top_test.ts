import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { RealStatus, Status } from "../../../src/control/status.ts";
import type { Paint } from "../../../src/cli/terminal/paint.ts";
import { decodeKeys } from "../../../src/cli/top/keys.ts";
import { topScreen } from "../../../src/cli/top/screen.ts";
import {
  BEGINNING,
  listRows,
  type PendingOrder,
  press,
  type TopState,
  updateDetails,
  updateStatus,
} from "../../../src/cli/top/state.ts";
import { entry, realStatus, statusWith } from "../../web/example_status.ts";

const pure = { permissions: "none" } as const;

const PLAIN = Object.fromEntries(
  ["red", "green", "yellow", "cyan", "bold", "dim"].map((name) => [name, (text: string) => text]),
) as unknown as Paint;
const PAINT: Paint = { ...PLAIN, reverse: (text) => `*${text}*` };

const A = realStatus();
const B = realStatus({
  real: "10.0.0.12:80",
  names: [],
  state: "down",
  serving: false,
  why: "503 Service Unavailable",
});
const C = realStatus({ real: "[2001:db8::13]:80", names: [], kernel: { ...A.kernel!, active: 99 } });

function beginning(...reals: readonly RealStatus[]): TopState {
  return updateStatus(BEGINNING, statusWith(...reals), [entry("connection refused")], 0);
}

/** Types on the keyboard: characters, and what a terminal sends for other keys. */
function type(state: TopState, text: string): { state: TopState; orders: PendingOrder[]; quit: boolean } {
  const orders: PendingOrder[] = [];
  let quit = false;
  for (const key of decodeKeys(text)) {
    const pressed = press(state, key, 10);
    state = pressed.state;
    if (pressed.pending) orders.push(pressed.pending);
    quit ||= pressed.quit === true;
  }
  return { state, orders, quit };
}

const reals = (state: TopState) => listRows(state).flatMap((row) => row.kind === "real" ? [row.real.real] : []);
const screenOf = (state: TopState, columns: number, rows: number, now = 0) =>
  topScreen(state, { columns, rows, paint: PAINT, unicode: true, now });

/** What is typed with three real servers, and what then is shown in which order. */
const SHOWN: [what: string, typed: string, shown: string[]][] = [
  ["at first, all, in the configuration's order", "", ["10.0.0.11:80", "10.0.0.12:80", "[2001:db8::13]:80"]],
  ["s: the worst first", "s", ["10.0.0.12:80", "10.0.0.11:80", "[2001:db8::13]:80"]],
  ["s, four times: the busiest first", "ssss", ["[2001:db8::13]:80", "10.0.0.11:80", "10.0.0.12:80"]],
  ["s and S: as it was", "sS", ["10.0.0.11:80", "10.0.0.12:80", "[2001:db8::13]:80"]],
  ["p: only what does not serve", "p", ["10.0.0.12:80"]],
  ["a filter, while it is typed", "/2001", ["[2001:db8::13]:80"]],
  ["a filter by name", "/WEB1\r", ["10.0.0.11:80"]],
  ["a filter by why", "/503\r", ["10.0.0.12:80"]],
  ["a filter with a mistake that is taken back", "/503x\x7f\r", ["10.0.0.12:80"]],
  ["a filter that is given up", "/503\x1b", ["10.0.0.11:80", "10.0.0.12:80", "[2001:db8::13]:80"]],
  ["Esc: all again", "/503\rp\x1b", ["10.0.0.11:80", "10.0.0.12:80", "[2001:db8::13]:80"]],
  ["a filter that fits no real server", "/nothing\r", []],
];

for (const [what, typed, shown] of SHOWN) {
  Deno.test({
    name: `top shows ${what}`,
    ...pure,
    fn: () => deepStrictEqual(reals(type(beginning(A, B, C), typed).state), shown),
  });
}

Deno.test({
  name: "top says what else is wrong: the table, the last reload, names that do not resolve; the worst alone",
  ...pure,
  fn: () => {
    const status = statusWith(A);
    const lastReload = { time: status.time, ok: false, trouble: "line 3: nonsense" };
    const unresolved = [{ virtual: "192.0.2.10:80", host: "web9", line: 4 }];
    const second = (changed: Partial<Status>) =>
      screenOf(updateStatus(BEGINNING, { ...status, ...changed }, [], 0), 100, 24)[1];
    strictEqual(second({}), "");
    strictEqual(second({ unresolved }), "! web9 (192.0.2.10:80): its name does not resolve");
    const daemon = { ...status.daemon, lastReload };
    strictEqual(second({ daemon, unresolved }), "! the last reload failed: line 3: nonsense");
    strictEqual(second({ daemon, table: { driver: "netlink", inStep: false, trouble: "no IPVS" } }), "! no IPVS");
  },
});

Deno.test({
  name: "top asks before it takes a real server out, and the keys are seen on a narrow terminal, too",
  ...pure,
  fn: () => {
    const { state } = type(beginning(A, B, C), "d");
    match(screenOf(state, 100, 24).at(-1)!, /^drain 10\.0\.0\.11:80\? y yes, a all/);
    match(screenOf(state, 40, 10).at(-1)!, /^drain 10\.0\.0\.11:80\? y\/n, a all$/);
  },
});

Deno.test({
  name: "top says what follows for the clients before it takes a real server out",
  ...pure,
  fn: () => {
    const line = (state: TopState) => screenOf(state, 100, 24).at(-2)!;
    match(line(type(beginning(A, B, C), "d").state), /192\.0\.2\.10:80: .*open connections go on; 1 other serves$/);
    match(line(type(beginning(A, B), "x").state), /only the fallback will serve$/);
    const status = statusWith(A);
    const alone = { ...status, virtuals: status.virtuals.map((virtual) => ({ ...virtual, fallback: null })) };
    match(line(type(updateStatus(BEGINNING, alone, [], 0), "d").state), /NO SERVER will be left$/);
  },
});

Deno.test({
  name: "top: w asks for a weight, shows what it is now, and says what makes none",
  ...pure,
  fn: () => {
    const { state } = type(beginning(A, B), "w5x0\x7f");
    const [now, asked] = screenOf(state, 100, 24).slice(-2);
    match(now, /^10\.0\.0\.11:80 has weight 3 now, 3 in the configuration$/);
    match(asked, /^weight of 10\.0\.0\.11:80: 5_/);
    match(screenOf(type(beginning(A), "w5%%\r").state, 100, 24).at(-1)!, /^a weight is a number/);
  },
});

Deno.test({
  name: "top: ? shows what the keys do, and any key closes that",
  ...pure,
  fn: () => {
    const { state } = type(beginning(A, B), "?");
    match(screenOf(state, 100, 24).join("\n"), /^w +give it another weight/m);
    const closed = type(state, "d");
    match(screenOf(closed.state, 100, 24).join("\n"), /^> 10\.0\.0\.11:80/m);
    deepStrictEqual([closed.orders, closed.state.prompt], [[], undefined]);
  },
});

Deno.test({
  name: "top: as many events as there is room for; those of one real server where it is looked at closely",
  ...pure,
  fn: () => {
    const events = Array.from({ length: 40 }, (_, i) => entry(`number ${i}`));
    const other = { ...entry("of another"), real: "10.0.0.11:80" };
    const state = updateStatus(BEGINNING, statusWith(A, B), [...events, other], 0);
    const seen = (of: TopState) => screenOf(of, 100, 40).filter((line) => line.includes("(192.0.2.10:80)"));
    // Two lines above the list, its titles, three rows, a gap, and the keys.
    strictEqual(seen(state).length, 40 - 8);
    const close = seen(type(state, "\r").state);
    deepStrictEqual(close.map((line) => line.slice(22)), ["10.0.0.11:80 (192.0.2.10:80) of another"]);
  },
});

Deno.test({
  name: "top: text that is cut off ends in an ellipsis, also where the terminal shows no more than ASCII",
  ...pure,
  fn: () => {
    const state = updateStatus(BEGINNING, statusWith(A), [entry("x".repeat(200))], 0);
    const line = (unicode: boolean) =>
      topScreen(state, { columns: 80, rows: 24, paint: PAINT, unicode, now: 0 }).find((each) => each.includes("xxx"))!;
    deepStrictEqual([line(true).length, line(true).at(-1)], [80, "…"]);
    deepStrictEqual([line(false).length, line(false).slice(-4)], [80, "x..."]);
  },
});

const V = "tcp:192.0.2.10:80";

/** What is typed, and what is asked of the director. */
const WISHES: [typed: string, orders: PendingOrder[]][] = [
  ["dy", [{ order: "drain", real: "10.0.0.11:80", virtual: V }]],
  ["d\r", [{ order: "drain", real: "10.0.0.11:80", virtual: V }]],
  ["\x1b[Bxy", [{ order: "disable", real: "10.0.0.12:80", virtual: V }]],
  ["jjey", [{ order: "enable", real: "[2001:db8::13]:80", virtual: V }]],
  ["\x1b[Fda", [{ order: "drain", real: "2001:db8::13" }]],
  ["da", [{ order: "drain", real: "10.0.0.11" }]],
  ["w5\r", [{ order: "weight", real: "10.0.0.11:80", virtual: V, weight: { weight: 5 } }]],
  ["w-1\r", [{ order: "weight", real: "10.0.0.11:80", virtual: V, weight: { more: -1 } }]],
  ["w5\x1b", []],
  ["w\r", []],
  ["dn", []],
  ["d\x1b", []],
  ["dq", []],
  ["/d\ry", []],
  ["/nothing\rdy", []],
];

for (const [typed, orders] of WISHES) {
  Deno.test({
    name: `top: ${JSON.stringify(typed)} asks the director for ${
      orders.length ? JSON.stringify(orders[0]) : "nothing"
    }`,
    ...pure,
    fn: () => deepStrictEqual(type(beginning(A, B, C), typed).orders, orders),
  });
}

for (
  const [typed, quit] of [["q", true], ["\x03", true], ["/q", false], ["/q\x03", true], ["\x1b[A", false]] as const
) {
  Deno.test({
    name: `top: ${JSON.stringify(typed)} ${quit ? "quits" : "does not quit"}`,
    ...pure,
    fn: () => strictEqual(type(beginning(A), typed).quit, quit),
  });
}

Deno.test({
  name: "top: the chosen real server stays chosen when the list changes",
  ...pure,
  fn: () => {
    const chosen = type(beginning(A, B, C), "j").state;
    const after = updateStatus(chosen, statusWith(B, A), [], 1);
    match(screenOf(after, 120, 24).join("\n"), /^> 10\.0\.0\.12:80/m);
    match(screenOf(updateStatus(after, statusWith(A), [], 2), 120, 24).join("\n"), /^> 10\.0\.0\.11:80/m);
  },
});

Deno.test({
  name: "top: a change of state flashes, and not for long",
  ...pure,
  fn: () => {
    const state = updateStatus(beginning(A), statusWith({ ...A, state: "down", serving: false }), [], 1_000);
    match(screenOf(state, 100, 24, 1_500).join("\n"), /\*>\*10\.0\.0\.11:80 \(web1\) +down.*\*/);
    ok(!screenOf(state, 100, 24, 9_000).join("\n").includes("*"));
  },
});

Deno.test({
  name: "top at 80 by 24: head, list with curves, what happened, keys",
  ...pure,
  fn: () => {
    const lines = screenOf(beginning(A, B), 80, 24);
    deepStrictEqual(lines.slice(0, 6), [
      "ldirectord www running 3h02m, 1/2 serve, 0 conn/s, in step",
      "",
      "  REAL SERVER          STATE  SINCE  WEIGHT  CONN/S  TREND     WHY",
      "192.0.2.10:80 tcp wrr (shop): up, 1 of 2 serve, 0 conn/s, in 0B/s, out 0B/s",
      "> 10.0.0.11:80 (web1)  up     2m10s       3      25       ▇×█  200 OK",
      "  10.0.0.12:80         down   2m10s       3      25       ▇×█  503 Service Unav…",
    ]);
    match(lines[7], /down +10\.0\.0\.12:80 \(192\.0\.2\.10:80\) connection refused/);
    match(lines.at(-1)!, /^q quit/);
  },
});

Deno.test({
  name: "top: Enter shows all of the selected real server with what its check has said, and Enter closes it",
  ...pure,
  fn: () => {
    const [check] = B.checks;
    const conversation = [{ atMs: 0, text: "* connecting to 10.0.0.12:80" }, { atMs: 1.5, text: "< HTTP/1.1 503" }];
    const opened = type(beginning(A, B), "j\r").state;
    match(screenOf(opened, 100, 24).join("\n"), /^10\.0\.0\.12:80 of 192\.0\.2\.10:80 \(shop\)$/m);
    const told = updateDetails(opened, statusWith({ ...B, checks: [{ ...check, conversation }] }));
    const text = screenOf(told, 100, 30).join("\n");
    match(text, /^down for 2m10s: 503 Service Unavailable$/m);
    match(text, /^check http at 10\.0\.0\.11:80: passes: 200 OK$/m);
    match(text, /^9 rounds \(failed: 2 timeout\), the last took 1\.3ms/m);
    match(text, /^ {4}1\.5ms {2}< HTTP\/1\.1 503$/m);
    for (const key of ["\r", "\x1b", "q"]) {
      const closed = type(told, key);
      match(screenOf(closed.state, 100, 24).join("\n"), /^> 10\.0\.0\.12:80/m);
      strictEqual(closed.quit, false);
    }
    for (const [columns, rows] of [[80, 24], [20, 5], [1, 1]]) {
      const lines = screenOf(told, columns, rows);
      strictEqual(lines.length, rows);
      ok(lines.every((line) => line.length <= columns));
    }
  },
});

const MANY = statusWith(
  ...Array.from({ length: 300 }, (_, i) => realStatus({ real: `10.0.${i >> 8}.${i & 255}:8080` })),
);

for (const [columns, rows] of [[80, 24], [200, 50], [40, 10], [20, 5], [1, 1]]) {
  Deno.test({
    name: `top: a screen of ${columns} by ${rows} is filled, and nothing sticks out, with 300 real servers`,
    ...pure,
    fn: () => {
      const state = updateStatus(BEGINNING, MANY, Array.from({ length: 30 }, () => entry("x".repeat(300))), 0);
      for (const typed of ["", "\x1b[F", "s", "/10.0.1", "d"]) {
        const lines = screenOf(type(state, typed).state, columns, rows);
        strictEqual(lines.length, rows);
        ok(lines.every((line) => line.length <= columns), lines.join("\n"));
      }
      const last = screenOf(type(state, "\x1b[F").state, 80, 24).find((line) => line.startsWith("> "));
      match(last!, /^> 10\.0\.1\.43:8080/);
    },
  });
}

Deno.test({
  name: "top: before the first answer, and without a director, it says what it knows",
  ...pure,
  fn: () => {
    strictEqual(screenOf(BEGINNING, 80, 24)[0], "ldirectord top");
    const lost = { ...beginning(A), trouble: "no director answers" };
    strictEqual(screenOf(lost, 80, 24)[1], "! no director answers");
    const noTable: Status = { ...statusWith(A), table: { driver: "netlink", inStep: false, trouble: "no IPVS" } };
    strictEqual(screenOf(updateStatus(BEGINNING, noTable, [], 0), 80, 24)[1], "! no IPVS");
  },
});

Deno.test({
  name: "keys: what terminals send for them, several at once, and nonsense between",
  ...pure,
  fn: () =>
    deepStrictEqual(decodeKeys("a\x1b[A\x1bOB\x1b[5~\x1b[1;5C\x1b[200~é\x7f\x1b"), [
      { character: "a" },
      { name: "up" },
      { name: "down" },
      { name: "page-up" },
      { character: "é" },
      { name: "backspace" },
      { name: "escape" },
    ]),
});
