import { match, strictEqual } from "node:assert/strict";
import { LOG } from "../world/director.ts";
import { scenario } from "../world/scenario.ts";
import { GLOBALS } from "../world/site.ts";
import { poll } from "../world/wait.ts";

const FOLDER = "/run/files";
const WEIGHT = `${FOLDER}/weight`;
const ALIVE = `${FOLDER}/alive`;

/** One real server with a weight of its own, by a file; one that is checked by a file. */
const FILES = `${GLOBALS}
    virtual = 192.0.2.10:80
            real = 10.0.0.11:80 masq 10 {
                    weightfile = ${WEIGHT}
            }
            real = 10.0.0.12:80 masq {
                    checktype = file
                    checkfile = ${ALIVE}
                    maxage = 4
            }
            service = http
            scheduler = wrr
`;

function tableOf(weight: number, isAlive: boolean): string {
  return `
    -A -t 192.0.2.10:80 -s wrr
    -a -t 192.0.2.10:80 -r 10.0.0.11:80 -m -w ${weight}
    ${isAlive ? "-a -t 192.0.2.10:80 -r 10.0.0.12:80 -m -w 1" : ""}
`;
}

/** Puts another file in the place of the one that is there. */
async function replace(path: string, text: string): Promise<void> {
  await Deno.writeTextFile(`${path}.new`, text);
  await Deno.rename(`${path}.new`, path);
}

/** Has the file renewed until the call of what it gives. */
function keepAlive(): () => void {
  const renew = () => Deno.writeTextFileSync(ALIVE, "");
  renew();
  const timer = setInterval(renew, 500);
  return () => clearInterval(timer);
}

scenario("weights from a file: replaced, senseless, removed, a reload, an order, a restart", async (world) => {
  const { director, reals, table } = world;
  await Deno.mkdir(FOLDER, { recursive: true });
  await reals.are(["10.0.0.11", "10.0.0.12"]);
  const end = keepAlive();
  const first = async () => (await director.status())!.virtuals[0].reals[0];
  const warned = async (text: string) =>
    (await Deno.readTextFile(LOG)).split("\n").filter((line) => line.includes(text));
  try {
    await replace(WEIGHT, "30\n");
    await director.configure(FILES);
    match((await director.tool("plan", "www")).stdout, /10\.0\.0\.11:80 .*weight 30/);
    await director.does("start");
    await table.becomes(tableOf(30, true));

    await replace(WEIGHT, "50%\n");
    await table.becomes(tableOf(5, true), 10);
    await replace(WEIGHT, "0\n");
    await table.becomes(tableOf(0, true), 10);
    match((await first()).why, /^weight 0 by its weight file/);

    await replace(WEIGHT, "many\n");
    await table.becomes(tableOf(10, true), 10);
    match((await first()).checks[1].said, /configured weight holds.*many/);
    await Deno.remove(WEIGHT);
    strictEqual(
      await poll(async () => /is not there/.test((await first()).checks[1].said), (said) => said, 10),
      true,
    );
    await table.stays(tableOf(10, true), 3);
    strictEqual((await warned("is not there")).length, 1, "it is logged once");
    strictEqual((await first()).state, "up");

    await replace(WEIGHT, "20\n");
    await table.becomes(tableOf(20, true), 10);
    strictEqual((await director.tool("plan", "www")).code, 0, "nothing would change");
    await director.reload(`${FILES}            comment = changed\n`);
    await table.stays(tableOf(20, true), 2);
    strictEqual((await director.tool("weight", "10.0.0.11:80", "7")).code, 0);
    await table.becomes(tableOf(7, true), 10);
    strictEqual((await director.tool("enable", "10.0.0.11:80", "--weight")).code, 0);
    await table.becomes(tableOf(20, true), 10);

    await director.crash();
    await director.does("start");
    await table.stays(tableOf(20, true), 2);
    await director.configure(FILES.replace("masq 10 {", "masq 10").replace(/ *weightfile = .*\n *\}\n/, ""));
    match((await director.tool("plan", "www")).stdout, /1 change:\n.* 10\.0\.0\.11:80 .* -w 10\b/);
    await director.does("reload");
    await table.becomes(tableOf(10, true), 10);
  } finally {
    end();
  }
});

scenario("a check by a file: too old, renewed, removed, no file at all", async (world) => {
  const { director, reals, table } = world;
  await Deno.mkdir(FOLDER, { recursive: true });
  await replace(WEIGHT, "10\n");
  await reals.are(["10.0.0.11"]);
  const second = async () => (await director.status())!.virtuals[0].reals[1];
  let end = keepAlive();
  try {
    await director.start(FILES);
    await table.becomes(tableOf(10, true));
    end();
    await table.becomes(tableOf(10, false));
    match((await second()).why, /modified \d+(\.\d)? s ago, and may be 4 s old/);

    end = keepAlive();
    await table.becomes(tableOf(10, true));
    end();
    await Deno.remove(ALIVE);
    await table.becomes(tableOf(10, false));
    match((await second()).why, /is not there/);

    end = keepAlive();
    await table.becomes(tableOf(10, true));
    end();
    await Deno.symlink(FOLDER, `${ALIVE}.new`);
    await Deno.rename(`${ALIVE}.new`, ALIVE);
    strictEqual(await poll(async () => (await second()).state, (state) => state === "unknown", 20), "unknown");
    match((await second()).checks[0].trouble!, /cannot look at .*no regular file/);
    await table.stays(tableOf(10, true), 3);
    await Deno.remove(ALIVE);
    await table.becomes(tableOf(10, false));
  } finally {
    end();
  }
});
