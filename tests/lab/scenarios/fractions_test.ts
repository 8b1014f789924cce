import { ok, strictEqual } from "node:assert/strict";
import { scenario } from "../world/scenario.ts";
import { poll } from "../world/wait.ts";

const CHECKS = "/run/checks";

/** More checks than one interval of a whole second makes in the time that they get. */
const ENOUGH = 40;
const PATIENCE_SECONDS = 30;

scenario(
  "a checkinterval of 0.2: five checks a second, and a dead server is out",
  async ({ director, reals, table }) => {
    await reals.are(["10.0.0.11", "10.0.0.12"]);
    const both = `
    -A -t 192.0.2.10:80 -s wrr
    -a -t 192.0.2.10:80 -r 10.0.0.11:80 -m -w 1
    -a -t 192.0.2.10:80 -r 10.0.0.12:80 -m -w 1
  `;
    await Deno.remove(CHECKS).catch(() => {});
    await director.start(`
    checktimeout = 0.5
    checkinterval = 0.2
    quiescent = no
    virtual = 192.0.2.10:80
            real = 10.0.0.11:80 masq
            real = 10.0.0.12:80 masq
            service = http
            checktype = connect
            monitorfile = ${CHECKS}
            scheduler = wrr
  `);
    await table.becomes(both);
    const checks = async () =>
      (await Deno.readTextFile(CHECKS).catch(() => "")).split("\n").filter((line) => line.includes("10.0.0.11:80"))
        .length;
    const before = await checks();
    const made = await poll(checks, (count) => count - before >= ENOUGH, PATIENCE_SECONDS) - before;
    ok(made >= ENOUGH, `${made} checks in ${PATIENCE_SECONDS} s`);

    await reals.silence("10.0.0.12");
    await table.becomes(`
    -A -t 192.0.2.10:80 -s wrr
    -a -t 192.0.2.10:80 -r 10.0.0.11:80 -m -w 1
  `);
    await director.logs(/no answer within 0\.5 s/);
    await reals.unsilence("10.0.0.12");
    await table.becomes(both);
    strictEqual((await director.tool("plan", "www")).code, 0);
  },
);
