import { strictEqual } from "node:assert/strict";
import { commands, diffLines } from "../../../src/cli/inspect/plan_text.ts";
import { predictTable } from "../../../src/director/predict_table.ts";
import { plan } from "../../../src/director/plan.ts";
import type { CheckResult } from "../../../src/model/check.ts";
import { decodeRules } from "../../../src/ipvs/ipvsadm/rules.ts";
import { model, pure } from "../../config/fixture.ts";

function shown(text: string, table: string, down?: string): string {
  const current = decodeRules(table);
  const said = (check: string): CheckResult =>
    down !== undefined && check.includes(down) ? { up: false, why: "refused", detail: "" } : { up: true, detail: "" };
  const desired = predictTable(model(text), { table: current, said });
  const steps = plan({ current, desired, reconcile: true });
  const lines = diffLines(steps, current, desired).map(({ sign, text }) => `${sign} ${text}`);
  return [...lines, ...commands(steps)].join("\n");
}

pure("what comes, goes and changes, and the commands for it", () => {
  const text = `quiescent = yes
virtual = 192.0.2.10:80
    real = 10.0.0.1:80 gate 5
    real = 10.0.0.2:80 gate 5
    real = 10.0.0.3:80 gate 5
    checktype = ping
    scheduler = wlc
    persistent = 600
virtual6 = [2001:db8::9]:80
    real6 = [2001:db8::1]:80 gate
    checktype = ping
virtual = 7
    checktype = ping
    real = 10.0.0.1 gate
`;
  const table = `-A -t 192.0.2.10:80 -s rr
-a -t 192.0.2.10:80 -r 10.0.0.1:80 -g -w 5
-a -t 192.0.2.10:80 -r 10.0.0.2:80 -m -w 0
-a -t 192.0.2.10:80 -r 10.0.0.9:80 -g -w 1
-A -f 7 -s wrr
-A -t 192.0.2.99:80 -s rr
-a -t 192.0.2.99:80 -r 10.0.0.1:80 -g -w 5
`;
  strictEqual(
    shown(text, table),
    `~ virtual tcp 192.0.2.10:80  rr -> wlc persistent 600
~     real 10.0.0.2:80  masq -> gate weight 0 -> 5
+     real 10.0.0.3:80  gate weight 5
-     real 10.0.0.9:80  gate weight 1
+ virtual tcp [2001:db8::9]:80  wrr
+     real [2001:db8::1]:80  gate weight 1
  virtual mark 7  wrr
+     real 10.0.0.1:0  gate weight 1
ipvsadm -E -t 192.0.2.10:80 -s wlc -p 600
ipvsadm -e -t 192.0.2.10:80 -r 10.0.0.2:80 -g -w 5
ipvsadm -a -t 192.0.2.10:80 -r 10.0.0.3:80 -g -w 5
ipvsadm -d -t 192.0.2.10:80 -r 10.0.0.9:80
ipvsadm -A -t '[2001:db8::9]:80' -s wrr
ipvsadm -a -t '[2001:db8::9]:80' -r '[2001:db8::1]:80' -g -w 1
ipvsadm -a -f 7 -r 10.0.0.1:0 -g -w 1`,
  );
});

pure("thresholds that come and go are shown", () => {
  const text = `quiescent = yes
virtual = 192.0.2.10:80
    real = 10.0.0.1:80 gate 5 l:10 u:20
    checktype = ping
`;
  const table = "-A -t 192.0.2.10:80 -s wrr\n-a -t 192.0.2.10:80 -r 10.0.0.1:80 -g -w 5\n";
  strictEqual(
    shown(text, table),
    `  virtual tcp 192.0.2.10:80  wrr
~     real 10.0.0.1:80  gate weight 5 no upper threshold -> u:20 no lower threshold -> l:10
ipvsadm -e -t 192.0.2.10:80 -r 10.0.0.1:80 -g -w 5 -x 20 -y 10`,
  );
});

pure("a real server's name stands beside its address", () => {
  const loaded = model("quiescent = yes\nvirtual = 192.0.2.10:80\n    real = web1:80 gate\n    checktype = ping\n");
  const desired = predictTable(loaded, { table: new Map(), said: () => ({ up: true, detail: "" }) });
  const steps = plan({ current: new Map(), desired, reconcile: true });
  const lines = diffLines(steps, new Map(), desired, () => "web1").map(({ sign, text }) => `${sign} ${text}`);
  strictEqual(lines[1], "+     real 10.0.0.1:80 (web1)  gate weight 1");
});

pure("one that is down has one line where it enters with its weight and is set to 0 at once (mh)", () => {
  const text = `quiescent = yes
virtual = 192.0.2.10:80
    real = 10.0.0.1:80 gate 5
    real = 10.0.0.2:80 gate 5
    checktype = ping
    scheduler = mh
`;
  strictEqual(
    shown(text, "", "10.0.0.2"),
    `+ virtual tcp 192.0.2.10:80  mh flag-1
+     real 10.0.0.1:80  gate weight 5
+     real 10.0.0.2:80  gate weight 0
ipvsadm -A -t 192.0.2.10:80 -s none
ipvsadm -a -t 192.0.2.10:80 -r 10.0.0.1:80 -g -w 5
ipvsadm -a -t 192.0.2.10:80 -r 10.0.0.2:80 -g -w 5
ipvsadm -e -t 192.0.2.10:80 -r 10.0.0.2:80 -g -w 0
ipvsadm -E -t 192.0.2.10:80 -s mh -b flag-1`,
  );
});
