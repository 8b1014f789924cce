import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { scenarioByBothDrivers } from "../world/scenario.ts";
import { ONLY_11_UP, SITE, SITE_UP } from "../world/site.ts";
import { poll } from "../world/wait.ts";

const DRAINING = SITE.replace("quiescent = no", "quiescent = no\n    removaldrain = 60");
const WITHOUT_12 = DRAINING.replace(/ +real = 10\.0\.0\.12.*\n/, "");
const AT_WEIGHT_0 = SITE_UP.replace("10.0.0.12:80 -m -w 1", "10.0.0.12:80 -m -w 0");

/** Two with each real server: the scheduler takes turns. */
function holdConnections(): Promise<Deno.TcpConn[]> {
  return Promise.all(Array.from({ length: 4 }, () => Deno.connect({ hostname: "192.0.2.10", port: 80 })));
}

scenarioByBothDrivers(
  "removaldrain: a real server that a reload removes goes when its connections are gone",
  async (world) => {
    const { director, reals, table, client } = world;
    await reals.are(["10.0.0.11", "10.0.0.12"]);
    await director.start(DRAINING);
    await table.becomes(SITE_UP);
    const held = await holdConnections();

    await director.configure(WITHOUT_12);
    match((await director.tool("plan", "www")).stdout, /10\.0\.0\.12:80 .*first drains, at weight 0, for 60 s at most/);
    await director.does("reload");
    await table.becomes(AT_WEIGHT_0);
    const status = (await director.status())!;
    deepStrictEqual(status.draining.map(({ virtual, real }) => [virtual, real]), [["192.0.2.10:80", "10.0.0.12:80"]]);
    strictEqual(status.table.inStep, true);
    deepStrictEqual(status.virtuals[0].drift, null);
    match(
      (await director.tool("www", "status", "--long")).stdout,
      /10\.0\.0\.12:80 .*removed from the configuration: drains/,
    );
    await client.isServedBy("192.0.2.10:80", "10.0.0.11");

    await director.reload(DRAINING);
    await table.becomes(SITE_UP);
    await director.reload(WITHOUT_12);
    await table.becomes(AT_WEIGHT_0);
    for (const connection of held) connection.close();
    await table.becomes(ONLY_11_UP);
    const after = await poll(() => director.status(), (each) => each?.draining.length === 0, 5);
    deepStrictEqual(after?.draining, []);
  },
);

scenarioByBothDrivers(
  "removaldrain: a virtual service that is removed drains, and a stop purges all the same",
  async (world) => {
    const { director, reals, table } = world;
    await reals.are(["10.0.0.11", "10.0.0.12"]);
    await director.start(DRAINING);
    await table.becomes(SITE_UP);
    const held = await holdConnections();

    await director.reload(DRAINING.replaceAll("192.0.2.10", "192.0.2.11"));
    const other = SITE_UP.replaceAll("192.0.2.10", "192.0.2.11");
    await table.becomes(`${other}
    -A -t 192.0.2.10:80 -s rr
    -a -t 192.0.2.10:80 -r 10.0.0.11:80 -m -w 0
    -a -t 192.0.2.10:80 -r 10.0.0.12:80 -m -w 0`);
    await director.stop();
    await table.becomes("");
    for (const connection of held) connection.close();
  },
);
