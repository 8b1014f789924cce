import { match, strictEqual } from "node:assert/strict";
import { scenario } from "../world/scenario.ts";
import { GLOBALS } from "../world/site.ts";

const site = (...own: readonly string[]) =>
  `${GLOBALS}
    virtual = 192.0.2.10:80
            real = 10.0.0.11:80 masq
            real = 10.0.0.12:80 masq 1 {
                    ${own.join(`\n${" ".repeat(20)}`)}
            }
            service = http
            scheduler = rr
`;

const table = (reals: readonly string[]) =>
  `-A -t 192.0.2.10:80 -s rr\n${reals.map((real) => `-a -t 192.0.2.10:80 -r ${real}:80 -m -w 1\n`).join("")}`;

const BOTH = table(["10.0.0.11", "10.0.0.12"]);
const FIRST = table(["10.0.0.11"]);
const FAILS = ["checktype = external", "checkcommand = /bin/false"];

scenario("a real server's own check decides on it alone, and a reload changes only that one", async (world) => {
  const { director, reals, table: kernel } = world;
  await reals.are(["10.0.0.11", "10.0.0.12"]);
  await director.start(site(...FAILS));
  await kernel.becomes(FIRST);

  const checkOf = async (real: string) => {
    const all = (await director.status())?.virtuals.flatMap(({ reals }) => reals) ?? [];
    return all.find((each) => each.real === `${real}:80`)!.checks[0];
  };
  const [common, own] = [await checkOf("10.0.0.11"), await checkOf("10.0.0.12")];
  strictEqual(common.kind, "http");
  strictEqual(own.kind, "external");

  // A slip between the braces changes nothing.
  await director.configure(site("chektype = on"));
  await director.signal("SIGHUP");
  await director.logs(/at line \d+: .*chektype/);
  await kernel.stays(FIRST, 2);

  // As does a block that is not closed.
  await director.configure(site("checktype = connect").replace(/^ *\}\n/m, ""));
  await director.signal("SIGHUP");
  await director.logs(/this \{ is not closed/);
  await kernel.stays(FIRST, 2);

  await director.configure(site("checktype = connect", "failurecount = 3"));
  match((await director.tool("plan", "--check", "www")).stdout, /10\.0\.0\.12:80/);
  match((await director.tool("probe", "www", "10.0.0.12")).stdout, /connect 10\.0\.0\.12:80/);
  await director.does("reload");
  await kernel.becomes(BOTH);
  const [commonThen, ownThen] = [await checkOf("10.0.0.11"), await checkOf("10.0.0.12")];
  strictEqual(ownThen.kind, "connect");
  strictEqual(ownThen.failureCount, 3);
  strictEqual(commonThen.failureCount, 1);
  strictEqual(commonThen.rounds >= common.rounds, true);
  strictEqual(ownThen.rounds < commonThen.rounds, true);

  reals.stop("10.0.0.12");
  await kernel.becomes(FIRST);
  match(await director.log(), /Real server 10\.0\.0\.12:80 .* is down/);
});
