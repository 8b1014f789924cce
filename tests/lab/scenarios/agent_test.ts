import { match, strictEqual } from "node:assert/strict";
import { scenario } from "../world/scenario.ts";
import { SITE, SITE_UP } from "../world/site.ts";

const PORT = 7777;
const WITH_AGENT = SITE.replace("scheduler = rr", `scheduler = rr\n            agentport = ${PORT}`);
const DRAINED = SITE_UP.replace("10.0.0.12:80 -m -w 1", "10.0.0.12:80 -m -w 0");

scenario("an agent that falls silent: its last word holds, for agenthold, and after a reload", async (world) => {
  const { director, reals, table } = world;
  await reals.are(["10.0.0.11", "10.0.0.12"]);
  const end = await reals.agent("10.0.0.12", PORT, "drain");
  await director.start(WITH_AGENT);
  await table.becomes(DRAINED);

  await end();
  await table.stays(DRAINED, 4);
  const why = async () => (await director.status())!.virtuals[0].reals[1].why;
  match(await why(), /^weight 0 by the agent/);
  const said = (await director.status())!.virtuals[0].reals[1].checks[1].said;
  match(said, /the agent says drain \(no answer since: /);

  await director.reload(WITH_AGENT.replace("agentport", "agenthold = 3\n            agentport"));
  await table.becomes(SITE_UP);
  const endHalf = await reals.agent("10.0.0.12", PORT, "drain");
  await table.becomes(DRAINED);
  await endHalf();
  await table.becomes(SITE_UP);
  strictEqual((await director.status())!.virtuals[0].state, "up");
});
