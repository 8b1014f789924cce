/** Runs in the lab: measures the parts that are named, one after the other, and prints a line of JSON. */

import { closeWire, openWire } from "../tests/lab/world/wire.ts";
import { say } from "../tools/terminal.ts";
import { measureCrash } from "./crash.ts";
import { measureGrowth } from "./growth.ts";
import { measureTable } from "./large_table.ts";
import { measureServers } from "./servers.ts";
import { measureStatus } from "./status.ts";
import type { Results } from "./result.ts";

const [BINARY, MARK, ...PARTS] = Deno.args;
/** In memory, as a page cache would have it: the lab reads the host's files, ours has 100 MB, by a slow path. */
const OURS = "/run/ldirectord";

const wants = (part: keyof Results) => PARTS.includes(part);

await Deno.copyFile(BINARY, OURS);
await openWire();
const results: Results = {
  ...wants("servers") && { servers: await measureServers(OURS) },
  ...wants("table") && { table: await measureTable(OURS) },
  ...wants("crash") && { crash: await measureCrash(OURS) },
  ...wants("growth") && { growth: await measureGrowth(OURS) },
  ...wants("status") && { status: await measureStatus(OURS) },
};
await closeWire();
say(MARK + JSON.stringify(results));
