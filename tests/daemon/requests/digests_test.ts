import { deepStrictEqual, match, notStrictEqual, strictEqual } from "node:assert/strict";
import { digestsInSteps } from "../../../src/daemon/requests/digests.ts";
import { decodeRules } from "../../../src/ipvs/ipvsadm/rules.ts";
import { atOnce } from "../../../src/model/steps.ts";
import { model, pure } from "../../config/fixture.ts";

const CONFIG = `
virtual = 192.0.2.10:80
    real = 10.0.0.1:80 masq 3
    real = 10.0.0.2:80 masq
    checktype = connect
    scheduler = mh
virtual = 7
    real = 10.0.0.1 gate
    checktype = ping
`;

const TABLE = `-A -t 192.0.2.10:80 -s mh -b mh-fallback
-a -t 192.0.2.10:80 -r 10.0.0.1:80 -m -w 3
-a -t 192.0.2.10:80 -r 10.0.0.2:80 -m -w 1
-A -f 7 -s wrr
-a -f 7 -r 10.0.0.1:0 -g -w 1
`;

function digests(config = CONFIG, table: string | undefined = TABLE, isInOrder = true) {
  const wanted = model(config).virtuals;
  const held = table === undefined ? undefined : decodeRules(table);
  return atOnce(digestsInSteps({ model: model(config), wanted: wanted.keys(), held, isInOrder }));
}

const ofMarks = (found: ReturnType<typeof digests>) => [...found.virtuals].find(([key]) => key === "fwm:7")![1];
const ofWeb = (found: ReturnType<typeof digests>) => [...found.virtuals].find(([key]) => key !== "fwm:7")![1];

/** The two tables, with their destinations in another order; and the two sections of the configuration. */
const OTHER_ORDER = TABLE.split("\n").map((_, i, lines) => lines[[3, 4, 0, 2, 1, 5][i]]).join("\n");
const OTHER_CONFIG = CONFIG.replace(/( +real = 10.0.0.1:80.*\n)( +real = 10.0.0.2:80.*\n)/, "$2$1");

pure("digests: twelve hexadecimal digits, of the whole and of each virtual service", () => {
  const found = digests();
  for (const { configuration, table } of [found.whole, ofWeb(found), ofMarks(found)]) {
    match(configuration, /^[0-9a-f]{12}$/);
    match(String(table), /^[0-9a-f]{12}$/);
  }
  match(String(ofWeb(found).order), /^[0-9a-f]{12}$/);
  strictEqual(ofMarks(found).order, null, "wrr does not choose by the order");
});

pure("digests: the order of entries and of lines changes no digest but that of the order", () => {
  const [found, other] = [digests(), digests(OTHER_CONFIG, OTHER_ORDER)];
  deepStrictEqual(other.whole, found.whole);
  deepStrictEqual({ ...ofWeb(other), order: null }, { ...ofWeb(found), order: null });
  notStrictEqual(ofWeb(other).order, ofWeb(found).order);
});

pure("digests: entries of others in the kernel's table do not count", () => {
  deepStrictEqual(digests(CONFIG, `${TABLE}-A -t 192.0.2.99:80 -s rr\n`), digests());
});

pure("digests: a table that is not known has none, nor has an order that is not known", () => {
  const unknown = digests(CONFIG, undefined);
  const nothing = atOnce(digestsInSteps({ model: model(CONFIG), wanted: undefined, held: undefined, isInOrder: true }));
  deepStrictEqual(nothing, digestsOfNone(unknown));
  deepStrictEqual([nothing.whole.table, ofWeb(nothing).table, ofWeb(nothing).order], [null, null, null]);
  strictEqual(ofWeb(digests(CONFIG, TABLE, false)).order, null);
});

function digestsOfNone({ whole, virtuals }: ReturnType<typeof digests>): ReturnType<typeof digests> {
  const none = [...virtuals].map(([key, digest]) => [key, { ...digest, table: null, order: null }] as const);
  return { whole: { ...whole, table: null }, virtuals: new Map(none) };
}

/** What is changed in the configuration or in the table, and which digests of 192.0.2.10:80 are other ones then. */
const CHANGES: [what: string, change: (config: string, table: string) => [string, string], changed: string][] = [
  ["a weight in the table", (config, table) => [config, table.replace("-w 3", "-w 0")], "table"],
  ["a scheduler's flag in the table", (config, table) => [config, table.replace("-b mh-fallback", "")], "table"],
  ["a way of forwarding in the table", (config, table) => [config, table.replace("-m -w 3", "-g -w 3")], "table"],
  ["a weight in the configuration", (config, table) => [config.replace("masq 3", "masq 2"), table], "configuration"],
  [
    "where a check goes",
    (config, table) => [config.replace("connect", "connect\n    checkport = 81"), table],
    "configuration",
  ],
  ["the quorum", (config, table) => [config.replace("mh", "mh\n    quorum = 2"), table], "configuration"],
  ["a threshold", (config, table) => [config.replace("masq 3", "masq 3 u:100"), table], "configuration"],
];

for (const [what, change, changed] of CHANGES) {
  pure(`digests: ${what} changes that of the ${changed}, of its own virtual service and of the whole`, () => {
    const [before, after] = [digests(), digests(...change(CONFIG, TABLE))];
    const other = (["configuration", "table"] as const).filter((each) => before.whole[each] !== after.whole[each]);
    deepStrictEqual(other, [changed]);
    const own = (["configuration", "table"] as const).filter((each) => ofWeb(before)[each] !== ofWeb(after)[each]);
    deepStrictEqual(own, [changed]);
    deepStrictEqual(ofMarks(after), ofMarks(before));
  });
}
