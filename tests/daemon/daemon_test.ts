import { doesNotMatch, match, strictEqual } from "node:assert/strict";
import { loadConfig } from "../../src/config/load.ts";
import { Daemon } from "../../src/daemon/daemon.ts";
import { Log } from "../../src/daemon/log/log.ts";
import { MemoryIpvs } from "../../src/ipvs/memory.ts";

interface World {
  readonly log: readonly string[];
  readonly file: string;
  /** Its first check is under way. */
  readonly checked: Promise<Deno.Conn>;
}

/** A daemon over a table in memory, not started yet; its real server takes connections and says nothing. */
async function withDaemon(play: (daemon: Daemon, world: World) => Promise<void>): Promise<void> {
  const silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const checked = silent.accept();
  const folder = await Deno.makeTempDir();
  const file = `${folder}/test.cf`;
  await Deno.writeTextFile(
    file,
    `checktimeout = 2\nexecute = none\nquiescent = no\nvirtual = 192.0.2.10:80\n    real = 127.0.0.1:${silent.addr.port} masq\n`,
  );
  const loaded = await loadConfig(file);
  const lines: string[] = [];
  const log = new Log((_, line) => lines.push(line));
  const daemon = new Daemon(loaded, loaded.model!, { driver: new MemoryIpvs(), log, onReload: () => {} });
  try {
    await play(daemon, { log: lines, file, checked });
  } finally {
    if (daemon.state !== "stopping") await daemon.stop();
    (await checked).close();
    silent.close();
    await Deno.remove(folder, { recursive: true });
  }
}

function reloaded(daemon: Daemon): boolean | undefined {
  return daemon.lastReload?.ok;
}

/** The director lets go of its timers when they are due, and not before. */
const LENIENT = { sanitizeOps: false, sanitizeResources: false };

Deno.test(
  "a reload in the middle of the start waits for its end",
  LENIENT,
  () =>
    withDaemon(async (daemon, { log, file }) => {
      const started = daemon.start();
      await Deno.writeTextFile(file, "virtual = nonsense\n");
      daemon.reload();
      await started;
      strictEqual(reloaded(daemon), undefined);
      for (let i = 0; i < 200 && !daemon.lastReload; i++) await new Promise((wake) => setTimeout(wake, 10));
      strictEqual(reloaded(daemon), false);
      match(log.join("\n"), /reading file .*test\.cf at line 1/);
    }),
);

Deno.test(
  "a stop in the middle of the start is the end of it: nothing is begun afterwards",
  LENIENT,
  () =>
    withDaemon(async (daemon, { log, checked }) => {
      const started = daemon.start();
      await checked;
      await daemon.stop();
      await started;
      strictEqual(daemon.state, "stopping");
      doesNotMatch(log.join("\n"), /execute/);
    }),
);
