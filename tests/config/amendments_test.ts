import { deepStrictEqual, ok } from "node:assert/strict";
import { loadConfig } from "../../src/config/load.ts";
import { type Amendments, UNAMENDED, withoutReals } from "../../src/model/amendments.ts";
import { realId } from "../../src/model/orders.ts";
import type { DestinationKey, VirtualKey } from "../../src/model/table.ts";
import { saysFacts } from "../facts.ts";
import { pure } from "./fixture.ts";

const KEY = "tcp:192.0.2.1:80" as VirtualKey;
const [A, B, C] = ["10.0.0.1:80", "10.0.0.2:80", "10.0.0.3:80"] as DestinationKey[];
const TEXT = "quiescent = no\nvirtual = 192.0.2.1:80\n    real = 10.0.0.1:80 masq\n    service = http\n";

function added(...lines: string[]): Amendments["added"] {
  return lines.map((line) => ({ virtual: KEY, line, reals: [line.split(" ")[0] as DestinationKey], since: 1 }));
}

async function loadWith(amendments: Amendments) {
  const readFile = () => Promise.resolve(new TextEncoder().encode(TEXT));
  const loaded = await loadConfig("/etc/ha.d/test.cf", { readFile, amendments });
  const problems = loaded.problems.map(({ severity, text }) => `${severity} ${text}`);
  return { reals: [...loaded.model?.virtuals.get(KEY)?.reals.keys() ?? []], problems, loaded };
}

Deno.test("what an operator has added stands behind the lines of its section, and what he has removed does not", async () => {
  const amendments = { added: added(`${B} masq 5`), removed: [{ id: realId(KEY, A), since: 1 }] };
  deepStrictEqual((await loadWith(amendments)).reals, [B]);
  const { loaded } = await loadWith(UNAMENDED);
  const { model } = await loaded.amended(amendments);
  const real = model?.virtuals.get(KEY)?.reals.get(B);
  deepStrictEqual([real?.destination.weight, real?.origin, real?.policy.kind], [5, "operator", "checked"]);
});

Deno.test("of what was added only that is left out of which the configuration has no use, with a warning", async () => {
  const { reals, problems } = await loadWith({ added: added(`${B} masq`, "[2001:db8::1]:80 masq", C), removed: [] });
  deepStrictEqual(reals, [A, B]);
  saysFacts(problems, [`warning … added by hand … left out: … 2001:db8::1 … ${C} …`]);
});

Deno.test("why something does not fit is said of each", async () => {
  const { loaded } = await loadWith(UNAMENDED);
  const lines = added("10.0.0.9:80 gatee", `${B} masq`);
  const { leftOut, model } = await loaded.amended({ added: lines, removed: [] });
  deepStrictEqual([...leftOut.keys()], [lines[0]]);
  saysFacts([...leftOut.values()], ["10.0.0.9:80 gatee: … gate, masq or ipip …"]);
  ok(model?.virtuals.get(KEY)?.reals.has(B));
});

pure("a line that was added is forgotten with the last of its real servers; others are noted as removed", () => {
  const all = { added: [{ virtual: KEY, line: "10.0.0.2->10.0.0.3:80 masq", reals: [B, C], since: 1 }], removed: [] };
  const ids = (...reals: DestinationKey[]) => reals.map((real) => realId(KEY, real));
  deepStrictEqual(withoutReals(all, ids(B), 9), { ...all, removed: [{ id: ids(B)[0], since: 9 }] });
  deepStrictEqual(withoutReals(all, ids(A, B, C), 9), { added: [], removed: [{ id: ids(A)[0], since: 9 }] });
});
