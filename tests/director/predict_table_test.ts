import { strictEqual } from "node:assert/strict";
import { predictTable } from "../../src/director/predict_table.ts";
import { decodeRules, encodeRules } from "../../src/ipvs/ipvsadm/rules.ts";
import type { CheckKey, CheckResult } from "../../src/model/check.ts";
import { model, pure } from "../config/fixture.ts";

const SITE = `quiescent = yes
failurecount = 3
virtual = 192.0.2.10:80
    real = 10.0.0.1:80 gate 5
    real = 10.0.0.2:80 gate 5
    fallback = 127.0.0.1:80
    service = http
`;

function predicted(
  text: string,
  table: string,
  down: readonly string[] = [],
  maintained: readonly string[] = [],
): string {
  const said = (check: CheckKey): CheckResult =>
    down.some((address) => check.includes(address))
      ? { up: false, why: "refused", detail: "connection refused" }
      : { up: true, detail: "200 OK" };
  const maintenance = { type: "maintenance", files: new Set(maintained), names: new Map() } as const;
  return encodeRules(predictTable(model(text), { table: decodeRules(table), said, maintenance })).trim();
}

const SERVICE = "-A -t 192.0.2.10:80 -s wrr";

pure("all up: everybody at full weight, whatever the table says", () => {
  const wanted = `${SERVICE}
-a -t 192.0.2.10:80 -r 10.0.0.1:80 -g -w 5
-a -t 192.0.2.10:80 -r 10.0.0.2:80 -g -w 5`;
  strictEqual(predicted(SITE, ""), wanted);
  strictEqual(predicted(SITE, `${SERVICE}\n-a -t 192.0.2.10:80 -r 10.0.0.1:80 -g -w 0`), wanted);
  strictEqual(predicted(`slowstart = 60\n${SITE}`, ""), wanted);
});

pure("one failed check is enough to foresee a death, failurecount or not", () => {
  const table = `${SERVICE}
-a -t 192.0.2.10:80 -r 10.0.0.1:80 -g -w 5
-a -t 192.0.2.10:80 -r 10.0.0.2:80 -g -w 5`;
  strictEqual(predicted(SITE, table, ["10.0.0.2"]), table.replace("10.0.0.2:80 -g -w 5", "10.0.0.2:80 -g -w 0"));
  strictEqual(predicted(SITE.replace("= yes", "= no"), table, ["10.0.0.2"]), table.split("\n").slice(0, 2).join("\n"));
  strictEqual(
    predicted(SITE.replace("= yes", "= no"), table, ["10.0.0."]),
    `${SERVICE}\n-a -t 192.0.2.10:80 -r 127.0.0.1:80 -g -w 1`,
  );
});

pure("a real server in maintenance is foreseen at weight 0", () => {
  strictEqual(
    predicted(SITE, "", [], ["10.0.0.1:80"]),
    `${SERVICE}
-a -t 192.0.2.10:80 -r 10.0.0.1:80 -g -w 0
-a -t 192.0.2.10:80 -r 10.0.0.2:80 -g -w 5`,
  );
});

pure("one failed check is enough, whatever failurecount a real server has of its own", () => {
  const table = `${SERVICE}
-a -t 192.0.2.10:80 -r 10.0.0.1:80 -g -w 5
-a -t 192.0.2.10:80 -r 10.0.0.2:80 -g -w 5`;
  const own = SITE.replace("10.0.0.2:80 gate 5", "10.0.0.2:80 gate 5 {\n        failurecount = 9\n    }");
  strictEqual(predicted(own, table, ["10.0.0.2"]), table.replace("10.0.0.2:80 -g -w 5", "10.0.0.2:80 -g -w 0"));
});
