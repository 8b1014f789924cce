import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { ConfigurationLock, daemonFor } from "../../../src/daemon/process/configuration_lock.ts";
import { PidFile } from "../../../src/daemon/process/pid_file.ts";
import { readKernelFile } from "../../../src/system/kernel_file.ts";

// The system's library is opened at its first use and stays open: no test is to be blamed for that.
readKernelFile("/proc/self/comm");

/** A run folder, and a configuration file with a second name. */
async function inFolder(test: (folder: string) => void): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/www.cf`, "");
    await Deno.symlink(`${folder}/www.cf`, `${folder}/shop.cf`);
    test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("ConfigurationLock: one file has one daemon, by whatever name it is called", async () => {
  await inFolder((folder) => {
    const www = `${folder}/ldirectord.www.pid`;
    const pidFile = PidFile.take(www);
    const lock = ConfigurationLock.take(www, `${folder}/www.cf`);
    ok(pidFile instanceof PidFile && lock);
    deepStrictEqual(daemonFor(`${folder}/shop.cf`, ["/nowhere", folder]), { name: "www", pid: Deno.pid });
    strictEqual(ConfigurationLock.take(`${folder}/ldirectord.shop.pid`, `${folder}/shop.cf`), undefined);

    lock.release();
    pidFile.release();
    strictEqual(daemonFor(`${folder}/shop.cf`, [folder]), undefined);
    deepStrictEqual([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), ["shop.cf", "www.cf"]);
  });
});

Deno.test("ConfigurationLock: what a killed daemon has left is no daemon", async () => {
  await inFolder((folder) => {
    Deno.symlinkSync(`${folder}/www.cf`, `${folder}/ldirectord.www.file`);
    Deno.writeTextFileSync(`${folder}/ldirectord.www.pid`, "999999999\n");
    strictEqual(daemonFor(`${folder}/www.cf`, [folder]), undefined);
    const lock = ConfigurationLock.take(`${folder}/ldirectord.shop.pid`, `${folder}/www.cf`);
    ok(lock);
    lock.release();
  });
});

Deno.test("ConfigurationLock: other files have other daemons, and only root can open the lock", async () => {
  await inFolder((folder) => {
    Deno.writeTextFileSync(`${folder}/other.cf`, "");
    const one = ConfigurationLock.take(`${folder}/ldirectord.www.pid`, `${folder}/www.cf`);
    const other = ConfigurationLock.take(`${folder}/ldirectord.other.pid`, `${folder}/other.cf`);
    ok(one && other);
    const locks = [...Deno.readDirSync(folder)].filter(({ name }) => name.endsWith(".lock"));
    deepStrictEqual(locks.map(({ name }) => Deno.statSync(`${folder}/${name}`).mode! & 0o777), [0o600, 0o600]);
    one.release();
    other.release();
  });
});
