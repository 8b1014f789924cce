import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { Status } from "../../src/control/status.ts";
import { metricsText } from "../../src/web/metrics.ts";
import { realStatus, statusWith } from "./example_status.ts";
import { needsSetup } from "../needs_setup.ts";

const samples = (text: string) => text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));

Deno.test({
  name: "metrics: a real server's samples, by virtual service, real server and check",
  permissions: "none",
  fn: () => {
    const text = metricsText(statusWith(realStatus()));
    deepStrictEqual(samples(text).filter((line) => line.includes("real=")), [
      'ldirectord_real_up{virtual="192.0.2.10:80",protocol="tcp",real="10.0.0.11:80"} 1',
      'ldirectord_real_serving{virtual="192.0.2.10:80",protocol="tcp",real="10.0.0.11:80"} 1',
      'ldirectord_real_unknown{virtual="192.0.2.10:80",protocol="tcp",real="10.0.0.11:80"} 0',
      'ldirectord_real_state{virtual="192.0.2.10:80",protocol="tcp",real="10.0.0.11:80",state="up"} 1',
      'ldirectord_real_transitions_total{virtual="192.0.2.10:80",protocol="tcp",real="10.0.0.11:80"} 1',
      'ldirectord_real_configured_weight{virtual="192.0.2.10:80",protocol="tcp",real="10.0.0.11:80"} 3',
      'ldirectord_real_wanted_weight{virtual="192.0.2.10:80",protocol="tcp",real="10.0.0.11:80"} 3',
      'ldirectord_real_kernel_weight{virtual="192.0.2.10:80",protocol="tcp",real="10.0.0.11:80"} 3',
      'ldirectord_real_drift{virtual="192.0.2.10:80",protocol="tcp",real="10.0.0.11:80"} 0',
      'ldirectord_real_active_connections{virtual="192.0.2.10:80",protocol="tcp",real="10.0.0.11:80"} 12',
      'ldirectord_real_inactive_connections{virtual="192.0.2.10:80",protocol="tcp",real="10.0.0.11:80"} 4',
      'ldirectord_real_connections_total{virtual="192.0.2.10:80",protocol="tcp",real="10.0.0.11:80"} 500',
      'ldirectord_real_incoming_packets_total{virtual="192.0.2.10:80",protocol="tcp",real="10.0.0.11:80"} 3000',
      'ldirectord_real_outgoing_packets_total{virtual="192.0.2.10:80",protocol="tcp",real="10.0.0.11:80"} 2500',
      'ldirectord_real_incoming_bytes_total{virtual="192.0.2.10:80",protocol="tcp",real="10.0.0.11:80"} 1234567',
      'ldirectord_real_outgoing_bytes_total{virtual="192.0.2.10:80",protocol="tcp",real="10.0.0.11:80"} 98765432',
      'ldirectord_check_duration_seconds_bucket{virtual="192.0.2.10:80",protocol="tcp",real="10.0.0.11:80",check="http:80",le="0.001"} 4',
      'ldirectord_check_duration_seconds_bucket{virtual="192.0.2.10:80",protocol="tcp",real="10.0.0.11:80",check="http:80",le="0.0025"} 9',
      'ldirectord_check_duration_seconds_bucket{virtual="192.0.2.10:80",protocol="tcp",real="10.0.0.11:80",check="http:80",le="+Inf"} 9',
      'ldirectord_check_duration_seconds_sum{virtual="192.0.2.10:80",protocol="tcp",real="10.0.0.11:80",check="http:80"} 0.011',
      'ldirectord_check_duration_seconds_count{virtual="192.0.2.10:80",protocol="tcp",real="10.0.0.11:80",check="http:80"} 9',
      'ldirectord_check_failures_total{virtual="192.0.2.10:80",protocol="tcp",real="10.0.0.11:80",check="http:80",reason="timeout"} 2',
      'ldirectord_check_last_round_timestamp_seconds{virtual="192.0.2.10:80",protocol="tcp",real="10.0.0.11:80",check="http:80"} 1795165329',
    ]);
  },
});

Deno.test({
  name: "metrics: what is not known has no sample, and a name may hold anything",
  permissions: "none",
  fn: () => {
    const status = statusWith(
      realStatus({ kernel: null, checks: [], weight: { configured: 3, wanted: null, kernel: null } }),
    );
    const [virtual] = status.virtuals;
    const text = metricsText({ ...status, virtuals: [{ ...virtual, name: 'a "shop"\\\nb' }] });
    deepStrictEqual(samples(text).filter((line) => /real_.*_weight|connections|check_/.test(line)), [
      'ldirectord_virtual_connections_total{virtual="192.0.2.10:80",protocol="tcp",name="a \\"shop\\"\\\\\\nb"} 0',
      'ldirectord_real_configured_weight{virtual="192.0.2.10:80",protocol="tcp",real="10.0.0.11:80"} 3',
    ]);
  },
});

Deno.test({
  name: "metrics: digests are numbers, and a table that is not known has none",
  permissions: "none",
  fn: () => {
    const status = statusWith();
    const [virtual] = status.virtuals;
    const digests = (told: Status) => samples(metricsText(told)).filter((line) => /_digest/.test(line));
    const labels = '{virtual="192.0.2.10:80",protocol="tcp",name="shop"}';
    deepStrictEqual(digests({ ...status, digest: { configuration: "ffffffffffff", table: "0000000000ff" } }), [
      "ldirectord_table_digest 255",
      "ldirectord_config_digest 281474976710655",
      `ldirectord_virtual_table_digest${labels} 26`,
      `ldirectord_virtual_config_digest${labels} 28`,
    ]);
    const unknown = { ...virtual, digest: { ...virtual.digest, table: null } };
    deepStrictEqual(digests({ ...status, digest: { ...status.digest, table: null }, virtuals: [unknown] }), [
      "ldirectord_config_digest 12",
      `ldirectord_virtual_config_digest${labels} 28`,
    ]);
  },
});

Deno.test({
  name: "metrics: no two samples have the same labels, whatever is checked twice or shares a mark",
  permissions: "none",
  fn: () => {
    const [check] = realStatus().checks;
    const twice = realStatus({
      checks: [check, { ...check, kind: "connect" }, check, { ...check, kind: "file" }, { ...check, kind: "file" }],
    });
    const status = statusWith(twice);
    const [virtual] = status.virtuals;
    const marks = ["fwm:7", "fwm6:7"].map((key) => ({ ...virtual, key, virtual: "7", protocol: "fwm" as const }));
    const names = samples(metricsText({ ...status, virtuals: [virtual, ...marks] })).map((line) => line.split(" ")[0]);
    deepStrictEqual(names.filter((name, i) => names.indexOf(name) !== i), []);
  },
});

Deno.test({
  name: "metrics: of a director that does not answer, only that",
  permissions: "none",
  fn: () => deepStrictEqual(samples(metricsText(undefined)), ["ldirectord_up 0"]),
});

/** Runs promtool over a text, and gives what it complains of. */
async function promtool(args: readonly string[], input = ""): Promise<string> {
  const child = new Deno.Command("promtool", { args: [...args], stdin: "piped", stdout: "piped", stderr: "piped" })
    .spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { success, stdout, stderr } = await child.output();
  return success ? "" : new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
}

Deno.test("metrics: promtool has nothing to say against them", needsSetup, async () => {
  const down = realStatus({ real: "[2001:db8::1]:80", state: "down", serving: false });
  strictEqual(await promtool(["check", "metrics"], metricsText(statusWith(realStatus(), down))), "");
});

Deno.test("the alert rules are as promtool wants them, and fire as they should", needsSetup, async () => {
  const folder = new URL("../../packaging/prometheus/", import.meta.url).pathname;
  strictEqual(await promtool(["check", "rules", `${folder}ldirectord.rules.yml`]), "");
  strictEqual(await promtool(["test", "rules", new URL("alert_rules.yml", import.meta.url).pathname]), "");
});

Deno.test("the dashboard asks for metrics that there are", () => {
  const path = new URL("../../packaging/grafana/ldirectord.json", import.meta.url);
  const dashboard = Deno.readTextFileSync(path);
  const known = new Set(
    metricsText(statusWith(realStatus())).split("\n").filter((line) => line.startsWith("# TYPE")).map((line) =>
      line.split(" ")[2]
    ),
  );
  const asked = [...new Set(dashboard.match(/ldirectord_[a-z_]+/g))].map((name) =>
    name.replace(/_(bucket|sum|count)$/, "")
  );
  deepStrictEqual(asked.filter((name) => !known.has(name)), []);
  strictEqual(asked.length > 8, true);
  JSON.parse(dashboard);
});
