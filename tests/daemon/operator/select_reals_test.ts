import { deepStrictEqual, rejects } from "node:assert/strict";
import { selectReals } from "../../../src/daemon/operator/select_reals.ts";
import type { IpAddress } from "../../../src/model/address.ts";
import { givenNames } from "../../../src/model/virtual_service.ts";
import { model } from "../../config/fixture.ts";
import { sketchModel } from "../../director/fixture.ts";

const MODEL = {
  ...sketchModel(
    { at: "192.0.2.10:80", reals: ["10.0.0.1:80", "10.0.0.2:80"], options: { serviceName: "shop" } },
    { at: "192.0.2.10:443", reals: ["10.0.0.1:443"] },
    { at: "[2001:db8::10]:80", reals: ["[2001:db8::1]:80"] },
  ),
  hostNames: new Map([["10.0.0.1" as IpAddress, ["web1.example.net"]]]),
};

/** Whom an operator means, as `virtual real`. */
const ROWS: [real: string, virtual: string | undefined, selected: string[]][] = [
  ["10.0.0.1:80", undefined, ["192.0.2.10:80 10.0.0.1:80"]],
  ["10.0.0.1", undefined, ["192.0.2.10:80 10.0.0.1:80", "192.0.2.10:443 10.0.0.1:443"]],
  ["10.0.0.1", "192.0.2.10:443", ["192.0.2.10:443 10.0.0.1:443"]],
  ["10.0.0.1", "shop", ["192.0.2.10:80 10.0.0.1:80"]],
  ["10.0.0.1", "tcp:192.0.2.10:443", ["192.0.2.10:443 10.0.0.1:443"]],
  ["web1.example.net", undefined, ["192.0.2.10:80 10.0.0.1:80", "192.0.2.10:443 10.0.0.1:443"]],
  ["web1:443", undefined, ["192.0.2.10:443 10.0.0.1:443"]],
  ["2001:db8::1", undefined, ["[2001:db8::10]:80 [2001:db8::1]:80"]],
  ["2001:DB8:0::1", undefined, ["[2001:db8::10]:80 [2001:db8::1]:80"]],
  ["[2001:db8::1]:80", undefined, ["[2001:db8::10]:80 [2001:db8::1]:80"]],
];

for (const [real, virtual, selected] of ROWS) {
  Deno.test({
    name: `an operator's ${real}${virtual ? ` of ${virtual}` : ""} is ${selected.join(", ")}`,
    permissions: "none",
    fn: async () => {
      const all = await selectReals(MODEL, real, virtual);
      const found = all.map((each) => `${each.virtual.label} ${each.real.key}`);
      deepStrictEqual(found, selected);
    },
  });
}

/** No real server is meant, and the error. */
const NOBODY: [real: string, virtual: string | undefined, says: RegExp][] = [
  ["web2", undefined, /^no real server is called web2; there are .*web1/],
  ["10.0.0.2", "192.0.2.10:443", /^no real server is called 10\.0\.0\.2/],
  ["10.0.0.1", "192.0.2.11:80", /^no virtual service is called 192\.0\.2\.11:80; there are (?!.*did you mean)/],
  ["10.0.0.9", undefined, /^no real server is called 10\.0\.0\.9; there are (?!.*did you mean)/],
  ["", undefined, /^no real server is called /],
];

for (const [real, virtual, says] of NOBODY) {
  Deno.test({
    name: `an operator's ${real || "empty word"}${
      virtual ? ` of ${virtual}` : ""
    } is no real server, and an error says so`,
    permissions: "none",
    fn: () => rejects(selectReals(MODEL, real, virtual), { code: "bad-argument", message: says }),
  });
}

Deno.test({
  name: "a label is taken as a name, of its own real server only, and is what replies show",
  permissions: "none",
  fn: async () => {
    const labelled = model(`quiescent = yes
virtual = 192.0.2.10:80
    real = 10.0.0.7:80 gate 1 label=front
    real = web1:80 masq label=back.office
    checktype = connect
`);
    const keys = async (word: string) => (await selectReals(labelled, word)).map(({ real }) => real.key);
    deepStrictEqual(await keys("front"), ["10.0.0.7:80"]);
    deepStrictEqual(await keys("back.office"), ["10.0.0.1:80"]);
    const [virtual] = labelled.virtuals.values();
    const names = [...virtual.reals.values()].map((real) => givenNames(labelled, real));
    deepStrictEqual(names, [["front"], ["back.office", "web1"]]);
    await rejects(selectReals(labelled, "nosuch"), { message: /there are (front, back\.office|back\.office, front)/ });
  },
});
