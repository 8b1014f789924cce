import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { scenario } from "../world/scenario.ts";
import { ONLY_11_UP, SITE, SITE_UP } from "../world/site.ts";

const WITH_13 = `${SITE_UP.trimEnd()}\n    -a -t 192.0.2.10:80 -r 10.0.0.13:80 -m -w 5\n`;
const VIRTUAL = "192.0.2.10:80";

scenario(
  "add and remove: a real server by hand, checked as the others, over reload, crash and restart",
  async (world) => {
    const { director, reals, table, client } = world;
    await reals.are(["10.0.0.11", "10.0.0.12"]);
    await director.start(SITE);
    await table.becomes(SITE_UP);

    const added = await director.tool("add", VIRTUAL, "10.0.0.13:80 masq 5");
    deepStrictEqual([added.code, added.stdout], [0, `added: 10.0.0.13:80 (${VIRTUAL})\n`]);
    await director.logs(/Real server 10\.0\.0\.13:80 .* is down/);
    await table.becomes(SITE_UP);
    await reals.are(["10.0.0.13"]);
    await table.becomes(WITH_13);
    await client.isServedBy(VIRTUAL, "10.0.0.11", "10.0.0.12", "10.0.0.13");
    match((await director.tool("www", "status", "--long")).stdout, /10\.0\.0\.13:80 masq 5 .*was added by hand/);
    const { byHand, virtuals: [{ reals: [, , third] }] } = (await director.status())!;
    deepStrictEqual([byHand.added.map(({ line }) => line), third.origin], [["10.0.0.13:80 masq 5"], "operator"]);

    await director.rereads();
    await table.stays(WITH_13, 2);
    await director.crash();
    await director.does("start");
    await table.becomes(WITH_13);
    strictEqual((await director.tool("plan", "www")).code, 0);

    const removed = await director.tool("remove", "10.0.0.13", "--virtual", VIRTUAL);
    deepStrictEqual([removed.code, removed.stdout], [0, `removed: 10.0.0.13:80 (${VIRTUAL})\n`]);
    await table.becomes(SITE_UP);
    deepStrictEqual((await director.status())!.byHand, { added: [], removed: [] });
  },
);

scenario(
  "remove: one of the configuration is out until enable takes it back, and the last one is warned of",
  async (world) => {
    const { director, reals, table } = world;
    await reals.are(["10.0.0.11", "10.0.0.12"]);
    await director.start(SITE);
    await table.becomes(SITE_UP);

    strictEqual((await director.tool("remove", "10.0.0.12")).code, 0);
    await table.becomes(ONLY_11_UP);
    await director.does("stop");
    await director.does("start");
    await table.becomes(ONLY_11_UP);
    match(
      (await director.tool("www", "status", "--long")).stdout,
      /10\.0\.0\.12:80 .*was removed by hand: enable takes that back/,
    );
    match(
      (await director.tool("remove", "10.0.0.11")).stderr,
      /no real server of 192\.0\.2\.10:80 is left: no real server serves/,
    );
    await director.tool("enable", "10.0.0.11");
    const back = await director.tool("enable", "10.0.0.12:80");
    deepStrictEqual([back.code, back.stdout], [0, `enabled: 10.0.0.12:80 (${VIRTUAL})\n`]);
    await table.becomes(SITE_UP);
  },
);

scenario(
  "add: what is wrong is said, and changes nothing; what no longer fits is left out by a reload",
  async (world) => {
    const { director, reals, table } = world;
    await reals.are(["10.0.0.11", "10.0.0.12", "10.0.0.13"]);
    await director.start(SITE);
    await table.becomes(SITE_UP);
    const faults: [line: string, virtual: string, text: RegExp][] = [
      ["10.0.0.13:80", VIRTUAL, /forwarding method is missing/],
      ["10.0.0.11:80 masq", VIRTUAL, /is there already/],
      ["nowhere.invalid:80 masq", VIRTUAL, /has no address/],
      ["[2001:db8::1]:80 masq", VIRTUAL, /IPv6|virtual6/],
      ["10.0.0.13:80 masq", "192.0.2.99:80", /no virtual service is called 192\.0\.2\.99:80/],
    ];
    for (const [line, virtual, text] of faults) {
      const { code, stderr } = await director.tool("add", virtual, line);
      strictEqual(code, 1, line);
      match(stderr, text);
    }
    await table.stays(SITE_UP, 2);

    strictEqual((await director.tool("add", VIRTUAL, "10.0.0.13:80 masq 5")).code, 0);
    await table.becomes(WITH_13);
    const other = SITE.replaceAll("192.0.2.10", "192.0.2.11");
    await director.reload(other);
    await table.becomes(SITE_UP.replaceAll("192.0.2.10", "192.0.2.11"));
    await director.reload(SITE);
    await table.becomes(WITH_13);
  },
);
