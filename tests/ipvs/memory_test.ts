import { deepStrictEqual } from "node:assert/strict";
import { MemoryIpvs } from "../../src/ipvs/memory.ts";
import { decodeRules, encodeRules } from "../../src/ipvs/ipvsadm/rules.ts";
import type { Action, Plan } from "../../src/model/plan.ts";
import { parseIp } from "../../src/model/address.ts";
import type { ServiceSettings } from "../../src/model/table.ts";

const service: ServiceSettings = {
  address: { kind: "tcp", address: parseIp("192.0.2.1")!, port: 80 },
  scheduler: "wrr",
  schedulerFlags: [],
  onePacket: false,
};

function change(verb: "add-destination" | "edit-destination" | "delete-destination", weight = 1): Action {
  const address = parseIp("10.0.0.1")!;
  return {
    do: verb,
    service,
    destination: { address, port: 80, forwarding: "masq", weight, upperThreshold: 0, lowerThreshold: 0 },
  };
}

const SERVICE = "-A -t 192.0.2.1:80 -s wrr\n";
const BOTH = `${SERVICE}-a -t 192.0.2.1:80 -r 10.0.0.1:80 -m -w 1\n`;

/** The refusals are the kernel's own words, as ipvsadm 1.31 printed them. */
const ROWS: [name: string, before: string, plan: Plan, after: string, refusals: string[]][] = [
  ["adds", "", [{ do: "add-service", service }, change("add-destination")], BOTH, []],
  ["edits", BOTH, [change("edit-destination", 7)], BOTH.replace("-w 1", "-w 7"), []],
  ["deletes", BOTH, [change("delete-destination")], SERVICE, []],
  ["refuses what is there already", BOTH, [{ do: "add-service", service }, change("add-destination")], BOTH, [
    "Service already exists",
    "Destination already exists",
  ]],
  ["goes on after a refusal", "", [change("add-destination"), { do: "add-service", service }], SERVICE, [
    "Service not defined",
  ]],
  ["refuses what is not there", SERVICE, [change("edit-destination"), change("delete-destination")], SERVICE, [
    "No such destination",
    "No such destination",
  ]],
];

for (const [name, before, plan, after, refusals] of ROWS) {
  Deno.test({
    name: `MemoryIpvs ${name}, as the kernel does`,
    permissions: "none",
    fn: async () => {
      const ipvs = new MemoryIpvs(decodeRules(before));
      const outcomes = await ipvs.apply(plan);
      deepStrictEqual(outcomes.flatMap((outcome) => outcome.taken === false ? [outcome.reason] : []), refusals);
      deepStrictEqual(encodeRules(await ipvs.read()), after);
    },
  });
}
