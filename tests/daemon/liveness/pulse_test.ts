import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { decodePulse, encodePulse, type Pulse, PulseFile } from "../../../src/daemon/liveness/pulse.ts";

const PULSE: Pulse = {
  time: "2026-11-20T10:00:00.000Z",
  pid: 7,
  checks: 500,
  every: 15,
  overdue: { check: "10.0.0.1:80 (192.0.2.1:80) by negotiate", seconds: 3 },
  standby: false,
  inStep: false,
  missing: null,
  unserved: null,
  unknown: null,
  unjudged: null,
};

Deno.test({
  name: "a pulse is one line of JSON and comes back as it was",
  permissions: "none",
  fn: () => {
    strictEqual(encodePulse(PULSE).indexOf("\n"), encodePulse(PULSE).length - 1);
    deepStrictEqual(decodePulse(encodePulse(PULSE)), PULSE);
    for (const text of ["", "7", "null", "{}", '{"checks": 5}', "half a li"]) strictEqual(decodePulse(text), undefined);
  },
});

Deno.test("each beat renews the pulse file, and a clean stop removes it", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/ldirectord.test.pulse`;
    const file = new PulseFile(path, (complaint) => ok(false, complaint));
    file.beat({ ...PULSE, checks: 1 });
    const before = Deno.statSync(path).ino;
    file.beat(PULSE);
    deepStrictEqual(decodePulse(Deno.readTextFileSync(path)), PULSE);
    ok(Deno.statSync(path).ino !== before, "a reader of the old one has it whole");
    file.remove();
    deepStrictEqual([...Deno.readDirSync(folder)], []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a pulse that cannot be written is complained of once, until it could be", async () => {
  const folder = await Deno.makeTempDir();
  const complaints: string[] = [];
  const path = `${folder}/sub/ldirectord.test.pulse`;
  const file = new PulseFile(path, (complaint) => complaints.push(complaint));
  file.beat(PULSE);
  file.beat(PULSE);
  strictEqual(complaints.length, 1);
  Deno.mkdirSync(`${folder}/sub`);
  file.beat(PULSE);
  await Deno.remove(folder, { recursive: true });
  file.beat(PULSE);
  strictEqual(complaints.length, 2);
});
