import { Client } from "./client.ts";
import { BY_IPVSADM, Director, LOG, PROGRAM } from "./director.ts";
import { RealServers } from "./real_servers.ts";
import { Table } from "./table.ts";
import { closeWire, openWire } from "./wire.ts";

/** Where directors keep what outlives them. */
const KEPT = "/var/lib/ldirectord";

/** All that a scenario acts on and looks at. */
export interface World {
  readonly director: Director;
  readonly reals: RealServers;
  readonly table: Table;
  readonly client: Client;
}

/** The same test twice: the table is spoken to by netlink, and through ipvsadm. */
export function scenarioByBothDrivers(name: string, play: (world: World) => Promise<void>): void {
  scenario(name, play);
  scenario(`${name} (ipvsadm)`, play, PROGRAM, BY_IPVSADM);
}

/**
 * A test in a world of its own: new hosts, an empty table, an empty log. The director is `program`, and its configurations end
 * with `postscript`.
 */
export function scenario(
  name: string,
  play: (world: World) => Promise<void>,
  program = PROGRAM,
  postscript?: string,
): void {
  Deno.test(name, async () => {
    for (const left of [LOG, KEPT]) await Deno.remove(left, { recursive: true }).catch(() => {});
    await openWire();
    const director = await Director.inTheWay(program, postscript);
    const world = { director, reals: new RealServers(), table: new Table(director.host), client: new Client() };
    try {
      await play(world);
    } catch (error) {
      await addCircumstances(error, world);
      throw error;
    } finally {
      await director.destroy();
      await world.reals.destroy();
      await closeWire();
    }
  });
}

/** Tells the director's log and table, as they were when it happened, with the error. */
async function addCircumstances(error: unknown, { director, table }: World): Promise<void> {
  if (!(error instanceof Error)) return;
  const log = (await director.log()).split("\n").slice(-40).join("\n");
  error.message += `\n\n--- table\n${await table.now()}\n\n--- end of the log\n${log}`;
}
