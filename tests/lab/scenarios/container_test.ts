import { match, strictEqual } from "node:assert/strict";
import { Container } from "../world/container.ts";
import { scenario } from "../world/scenario.ts";
import { ONLY_11_UP, SITE, SITE_UP } from "../world/site.ts";

const OUTPUT = "/run/container.log";

scenario("container: root is read-only, rights are two: it checks, is asked, and stops clean", async (world) => {
  const { director, reals, table } = world;
  await reals.are(["10.0.0.11", "10.0.0.12"]);
  await director.configure(`\n    supervised = yes${SITE}`);
  const container = await Container.of(director.host.name);
  const running = container.start(OUTPUT);
  await table.becomes(SITE_UP);
  reals.stop("10.0.0.12");
  await table.becomes(ONLY_11_UP);
  const status = await container.ldirectord("www", "status", "--long");
  strictEqual(status.code, 0, status.stderr);
  match(status.stdout, /10\.0\.0\.12:80 +down .*connection refused/);
  match(await Deno.readTextFile(OUTPUT), /Deleted real server: 10\.0\.0\.12:80/);
  await container.stop();
  strictEqual((await running.status).code, 0, await Deno.readTextFile(OUTPUT));
  await table.becomes("", 0);
});
