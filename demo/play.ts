import { bold, cyan, dim, green, red, say, yellow } from "../tools/terminal.ts";
import type { Stage, TableRow } from "./stage.ts";

const POLL_MS = 150;
const PATIENCE_SECONDS = 20;
/** The log's line on a change comes after the change. */
const LOG_LAG_MS = 250;
/** How long clients go on before the answers are counted. */
const TRAFFIC_MS = 1500;

/** Plays the demonstration: a director at work, told as it happens. Throws when it does not do its work. */
export async function play(stage: Stage): Promise<void> {
  const [first, second, third] = stage.reals;
  const narrator = new Narrator(stage);
  say(`${dim("Kernel:")} ${stage.title}`);
  await stage.open();

  await narrator.act(`Three web servers are up. The director starts:  ldirectord demo.cf start`, {
    happens: () => stage.startDirector(),
    until: (servers) => servers.length === 3,
  });
  await narrator.act(`The web server on ${second} is killed.`, {
    happens: () => stage.kill(second),
    until: (servers) => !servers.includes(second),
  });
  await narrator.act(`It is started again.`, {
    happens: () => stage.revive(second),
    until: (servers) => servers.includes(second),
  });
  await narrator.act(`The one on ${third} hangs: it accepts connections, and never answers.`, {
    happens: () => stage.stall(third),
    until: (servers) => !servers.includes(third),
  });
  await narrator.act(`The other two are killed as well. Only the fallback is left.`, {
    happens: async () => {
      await stage.kill(first);
      await stage.kill(second);
    },
    until: (servers) => servers.length === 1 && !stage.reals.some((real) => servers.includes(real)),
  });
  await narrator.act(`All three recover.`, {
    happens: async () => {
      await stage.revive(first);
      await stage.revive(second);
      await stage.resume(third);
    },
    until: (servers) => servers.length === 3 && stage.reals.every((real) => servers.includes(real)),
  });
  await narrator.act(`The director is stopped, and takes its virtual service with it:  ldirectord demo.cf stop`, {
    happens: () => stage.stopDirector(),
    until: (_, rows) => rows.length === 0,
  });
}

interface Act {
  happens(): Promise<void>;
  /** Whether the table is as it should be after that; `servers` are the addresses in it. */
  until(servers: readonly string[], rows: readonly TableRow[]): boolean;
}

/** Tells what happens, what the director logs, what becomes of the table, and which servers answer clients then. */
class Narrator {
  #before: readonly TableRow[] = [];
  #logged = 0;

  constructor(private readonly stage: Stage) {}

  async act(text: string, act: Act): Promise<void> {
    say(`\n${cyan("▶")} ${bold(text)}`);
    const start = performance.now();
    await act.happens();
    const rows = await this.#tableWhen(act, start);
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    await rest(LOG_LAG_MS);
    await this.#tellLog();
    say(dim(`  the kernel's table, ${seconds} s later:`));
    tellTable(this.#before, rows);
    this.#before = rows;
    if (rows.length > 0) await this.#tellClients();
  }

  async #tableWhen(act: Act, start: number): Promise<readonly TableRow[]> {
    while (performance.now() - start < PATIENCE_SECONDS * 1000) {
      const rows = await this.stage.table();
      if (act.until(rows.flatMap(addressOf), rows)) return rows;
      await rest(POLL_MS);
    }
    throw new Error(`the table did not change as it should within ${PATIENCE_SECONDS} s\n${await this.stage.log()}`);
  }

  async #tellLog(): Promise<void> {
    const lines = (await this.stage.log()).split("\n").filter(Boolean);
    for (const line of lines.slice(this.#logged)) say(dim(`  log │ ${line.replace(/^\[[^\]]*\] /, "")}`));
    this.#logged = lines.length;
  }

  async #tellClients(): Promise<void> {
    if (!this.stage.takeStock) return;
    const meanwhile = await this.stage.takeStock();
    await rest(TRAFFIC_MS);
    const { answers, failed } = await this.stage.takeStock();
    const served = [...answers].sort().map(([server, count]) => `${server} ×${count}`).join("   ");
    const lost = meanwhile.failed > 0 ? yellow(`   (${meanwhile.failed} failed before the table changed)`) : "";
    say(`  clients are served by   ${served}   ${failed > 0 ? red(`${failed} failed`) : green("0 failed")}${lost}`);
  }
}

function addressOf(row: TableRow): string[] {
  return "server" in row ? [row.server.replace(/:\d+$/, "")] : [];
}

/** The table as it is, with what came and what went. */
function tellTable(before: readonly TableRow[], now: readonly TableRow[]): void {
  const old = before.map(describe);
  const current = now.map(describe);
  for (const row of current) say(old.includes(row) ? `      ${row}` : green(`    + ${row}`));
  for (const row of old.filter((row) => !current.includes(row))) say(red(`    - ${row}`));
  if (current.length === 0) say(dim("      (empty)"));
}

function describe(row: TableRow): string {
  if ("virtual" in row) return `${row.virtual}  ${row.scheduler}`;
  return `  → ${row.server.padEnd(16)} ${row.forwarding}  weight ${row.weight}`;
}

function rest(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
