import { deepStrictEqual, throws } from "node:assert/strict";
import { differencesOf } from "../../../src/cli/inspect/status_differences.ts";
import { NoStatus, parseStatus, statusIn } from "../../../src/cli/inspect/told_status.ts";
import type { RealStatus, Status, VirtualStatus } from "../../../src/control/status.ts";
import { pure } from "../../config/fixture.ts";
import { realStatus, statusWith } from "../../web/example_status.ts";

const SHOP = statusWith(realStatus(), realStatus({ real: "10.0.0.12:80" }));

/** The lines that tell a difference: its kind, whom it is about, and what it is. */
function differences(one: Status, other: Status): string[] {
  const compared = [{ where: "here", status: statusIn(one) }, { where: "at b", status: statusIn(other) }] as const;
  return differencesOf(...compared).map(({ kind, virtual, real, text }) =>
    `${kind} | ${real ?? virtual ?? "-"} | ${text}`
  );
}

function virtual(change: Partial<VirtualStatus>, status = SHOP): Status {
  return { ...status, virtuals: [{ ...status.virtuals[0], ...change }] };
}

/** The second real server in another way, and the table with it. */
function second(change: Partial<RealStatus>): Status {
  const [first, other] = SHOP.virtuals[0].reals;
  return otherTable(virtual({ reals: [first, { ...other, ...change }] }));
}

/** Another digest of the table. */
function otherTable(status: Status): Status {
  const [{ digest }] = status.virtuals;
  const changed = virtual({ digest: { ...digest, table: "0000000000bb" } }, status);
  return { ...changed, digest: { ...status.digest, table: "0000000000cc" } };
}

function otherConfiguration(status: Status): Status {
  const [{ digest }] = status.virtuals;
  return virtual({ digest: { ...digest, configuration: "0000000000dd" } }, status);
}

const [FIRST, SECOND] = SHOP.virtuals[0].reals;
const { weight } = SECOND;
const HOLD = { hold: { kind: "drain", since: SHOP.time, until: null }, weight: null } as const;
const ORDER = { hold: null, weight: { weight: 5, since: SHOP.time, until: null } } as const;

/** What the other director has, and what is said of it. */
const OTHERS: [what: string, other: Status, said: string[]][] = [
  ["the same", SHOP, []],
  ["another pid, time and file", { ...SHOP, time: "2026-11-20T10:00:00.000Z", daemon: { ...SHOP.daemon, pid: 9 } }, []],
  ["another scheduler", virtual({ scheduler: "mh", schedulerFlags: ["flag-1"] }), [
    "configuration | 192.0.2.10:80 | scheduler: wrr here, mh at b",
    "configuration | 192.0.2.10:80 | schedflags: none here, flag-1 at b",
  ]],
  ["persistence", virtual({ persistence: 300 }), [
    "configuration | 192.0.2.10:80 | persistent: none here, 300 at b",
  ]],
  ["no such virtual service", { ...SHOP, virtuals: [] }, ["configuration | 192.0.2.10:80 | only here"]],
  ["no such real server", virtual({ reals: [FIRST] }), ["configuration | 10.0.0.12:80 | only here"]],
  ["another weight in the configuration", second({ weight: { configured: 7, wanted: 7, kernel: 7 } }), [
    `configuration | 10.0.0.12:80 | configured weight: ${weight.configured} here, 7 at b`,
  ]],
  ["another check", second({ checks: [{ ...SECOND.checks[0], port: 81 }] }), [
    `configuration | 10.0.0.12:80 | checked by: http ${SECOND.checks[0].address}:80 here, http ${
      SECOND.checks[0].address
    }:81 at b`,
  ]],
  ["what no status shows", otherConfiguration(SHOP), [
    "configuration | 192.0.2.10:80 | differs in what no status shows: quorum, hysteresis, failopen or connection thresholds",
  ]],
  ["one down", second({ state: "down", why: "timed out\u202e", weight: { ...weight, wanted: 0, kernel: 0 } }), [
    "health | 10.0.0.12:80 | up here, down (timed out\\u{202e}) at b",
  ]],
  ["the fallback", otherTable(virtual({ fallback: { real: "127.0.0.1:80", active: true } })), [
    "health | 192.0.2.10:80 | not here, the fallback serves at b",
  ]],
  ["one drained", second({ state: "drained", why: "drained by the operator", orders: HOLD }), [
    "by hand | 10.0.0.12:80 | up here, drained (drained by the operator) at b",
  ]],
  ["a weight by the operator", second({ orders: ORDER, weight: { ...weight, wanted: 5, kernel: 5 } }), [
    "by hand | 10.0.0.12:80 | no order here, weight 5 by the operator at b",
  ]],
  ["one added", virtual({ reals: [FIRST, SECOND, realStatus({ real: "10.0.0.13:80", origin: "operator" })] }), [
    "by hand | 10.0.0.13:80 | added by hand at b",
  ]],
  ["one removed", {
    ...virtual({ reals: [FIRST] }),
    byHand: { added: [], removed: [{ virtual: "192.0.2.10:80", real: "10.0.0.12:80", since: SHOP.time }] },
  }, ["by hand | 10.0.0.12:80 | removed by hand at b"]],
  ["a weight from elsewhere", second({ weight: { ...weight, wanted: 9, kernel: 9 } }), [
    `table | 10.0.0.12:80 | weight ${weight.kernel} in the kernel's table here, weight 9 in the kernel's table at b`,
  ]],
  ["one out of the table", second({ weight: { ...weight, wanted: null, kernel: null } }), [
    `table | 10.0.0.12:80 | weight ${weight.kernel} in the kernel's table here, not in the kernel's table at b`,
  ]],
  ["a table that was changing", otherTable(SHOP), [
    "table | 192.0.2.10:80 | the tables differ, and nothing that status shows: ask again, one of them may have been changing",
  ]],
  ["what drains", { ...SHOP, digest: { ...SHOP.digest, table: "0000000000cc" } }, [
    "table | - | the tables differ in what a reload has removed, and still drains on one of them",
  ]],
];

for (const [what, other, said] of OTHERS) {
  pure(`compare: ${what}`, () => deepStrictEqual(differences(SHOP, other), said));
}

const inOrder = (order: string | null, status = SHOP) =>
  virtual({ digest: { ...status.virtuals[0].digest, order } }, status);

pure("compare: another order of the same real servers is reported, one that is not known or of others is not", () => {
  deepStrictEqual(differences(inOrder("00000000000a"), inOrder("00000000000b")), [
    "order | 192.0.2.10:80 | the kernel has the real servers in another order: a few clients get another real server",
  ]);
  deepStrictEqual(differences(inOrder("00000000000a"), inOrder(null)), []);
  const without = second({ state: "down", why: "refused", weight: { ...weight, kernel: null } });
  deepStrictEqual(differences(inOrder("00000000000a"), inOrder("00000000000b", without)), [
    "health | 10.0.0.12:80 | up here, down (refused) at b",
  ]);
});

pure("compare: a standby's table is not taken for an empty one", () => {
  const standby = second({ weight: { ...weight, wanted: null, kernel: null } });
  const { digest } = standby.virtuals[0];
  const unknown = virtual({ digest: { ...digest, table: null } }, standby);
  deepStrictEqual(differences(SHOP, { ...unknown, digest: { ...SHOP.digest, table: null } }), []);
});

/** Texts that are no status documents, and why. */
const WRONG: [text: string, why: string][] = [
  ["", "it is not JSON"],
  ["[]", "it is not an object"],
  ["{}", 'it has no "version": 1'],
  ['{"version":1}', "it has no digests: it is of an older version"],
  [JSON.stringify({ ...SHOP, virtuals: 7 }), "virtuals is not a list"],
  [JSON.stringify({ ...SHOP, virtuals: [7] }), "key is not an object"],
  [JSON.stringify(second({ state: 7 as never })), "state is not a text"],
];

for (const [text, why] of WRONG) {
  pure(`compare: ${why}: ${text.slice(0, 20)}`, () => throws(() => parseStatus(text), new NoStatus(why)));
}
