import { deepStrictEqual } from "node:assert/strict";
import { ConnectionSync } from "../../../src/daemon/kernel/connection_sync.ts";
import { Log } from "../../../src/daemon/log/log.ts";
import { IpvsUnavailable } from "../../../src/ipvs/driver.ts";
import type { SyncDaemon } from "../../../src/model/sync.ts";
import { saysFacts } from "../../facts.ts";

const MASTER: SyncDaemon = { role: "master", interface: "eth0", id: 7 };
const BACKUP: SyncDaemon = { role: "backup", interface: "eth0", id: 7 };
const ELSEWHERE: SyncDaemon = { ...MASTER, interface: "eth1" };

/** A kernel's sync threads, and a director that may die and come back. */
class World implements Disposable {
  threads: SyncDaemon[] = [];
  readonly log: string[] = [];
  readonly #folder = Deno.makeTempDirSync();
  readonly file = `${this.#folder}/ldirectord.test.sync`;

  /** A director without memory of its own, as after a restart. */
  director(): ConnectionSync {
    return new ConnectionSync({
      driver: {
        syncDaemons: () => Promise.resolve([...this.threads]),
        startSyncDaemon: (daemon) => {
          if (this.threads.some(({ role }) => role === daemon.role)) {
            throw new IpvsUnavailable("Daemon has already run");
          }
          this.threads.push(daemon);
          return Promise.resolve();
        },
        stopSyncDaemon: ({ role }) => {
          this.threads = this.threads.filter((thread) => thread.role !== role);
          return Promise.resolve();
        },
      },
      log: new Log((severity, text) => this.log.push(`${severity}: ${text}`)),
      file: this.file,
    });
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.#folder, { recursive: true });
  }
}

Deno.test("sync threads are started, changed and stopped as the configuration asks", async () => {
  using world = new World();
  const director = world.director();
  await director.reconfigure([MASTER, BACKUP]);
  deepStrictEqual(world.threads, [MASTER, BACKUP]);
  await director.reconfigure([ELSEWHERE, BACKUP]);
  deepStrictEqual(world.threads, [BACKUP, ELSEWHERE]);
  await director.reconfigure([ELSEWHERE, BACKUP]);
  await director.reconfigure([]);
  deepStrictEqual(world.threads, []);
  deepStrictEqual(world.log, [
    "info: Started connection synchronisation: master on eth0, syncid 7",
    "info: Started connection synchronisation: backup on eth0, syncid 7",
    "info: Stopped connection synchronisation: master on eth0, syncid 7",
    "info: Started connection synchronisation: master on eth1, syncid 7",
    "info: Stopped connection synchronisation: backup on eth0, syncid 7",
    "info: Stopped connection synchronisation: master on eth1, syncid 7",
  ]);
});

Deno.test("a sync thread that another program has started is left alone", async () => {
  using world = new World();
  world.threads = [ELSEWHERE, BACKUP];
  const director = world.director();
  await director.reconfigure([MASTER, BACKUP]);
  await director.reconfigure([]);
  deepStrictEqual(world.threads, [ELSEWHERE, BACKUP]);
  saysFacts(world.log, ["warning: … master … eth1 … syncid 7"]);
});

Deno.test("a director that died knows its own sync threads again, and takes no others for them", async () => {
  using world = new World();
  await world.director().reconfigure([MASTER, BACKUP]);
  await world.director().reconfigure([MASTER, BACKUP]);
  deepStrictEqual(world.threads, [MASTER, BACKUP]);
  // Meanwhile one was replaced.
  world.threads = [ELSEWHERE, BACKUP];
  await world.director().reconfigure([]);
  deepStrictEqual(world.threads, [ELSEWHERE]);
});

for (const garbage of ["", "{}", "7", "null", "[null, 7, {}]", '[{"role": "master"}]', '[{"role"']) {
  Deno.test(`a memory of sync threads that holds ${garbage || "nothing"} is none`, async () => {
    using world = new World();
    world.threads = [BACKUP];
    Deno.writeTextFileSync(world.file, garbage);
    await world.director().reconfigure([MASTER]);
    deepStrictEqual(world.threads, [BACKUP, MASTER]);
    await world.director().reconfigure([]);
    deepStrictEqual(world.threads, [BACKUP]);
  });
}

Deno.test("without syncdaemon the kernel is not even asked", async () => {
  using world = new World();
  const director = new ConnectionSync({
    driver: {
      syncDaemons: () => Promise.reject(new Error("asked")),
      startSyncDaemon: () => Promise.reject(new Error("asked")),
      stopSyncDaemon: () => Promise.reject(new Error("asked")),
    },
    log: new Log(() => {}),
    file: "/nowhere",
  });
  await director.reconfigure([]);
  deepStrictEqual(world.log, []);
});
