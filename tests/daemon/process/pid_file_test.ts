import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { LockedOut, PidFile, pidFileOwner } from "../../../src/daemon/process/pid_file.ts";
import { readKernelFile } from "../../../src/system/kernel_file.ts";

// The system's library is opened at its first use and stays open: no test is to be blamed for that.
readKernelFile("/proc/self/comm");

/** A process that holds the pid file until its standard input ends. */
function holder(path: string): Promise<Other> {
  return another(`
    const taken = PidFile.take(${JSON.stringify(path)});
    console.log(typeof taken === "number" ? "refused" : "ready");
    await Deno.stdin.read(new Uint8Array(1));`);
}

/** A process that looks at the pid file all the time. */
function onlooker(path: string): Promise<Other> {
  return another(`
    let ended = false;
    Deno.stdin.read(new Uint8Array(1)).then(() => ended = true);
    for (console.log("ready"); !ended; await new Promise((next) => setTimeout(next))) {
      for (let i = 0; i < 100; i++) pidFileOwner(${JSON.stringify(path)});
    }`);
}

interface Other {
  readonly pid: number;
  end(): Promise<void>;
}

async function another(work: string): Promise<Other> {
  const code = `import { PidFile, pidFileOwner } from "${new URL(
    "../../../src/daemon/process/pid_file.ts",
    import.meta.url,
  )}";${work}`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--ext=ts", `data:application/typescript,${encodeURIComponent(code)}`],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  strictEqual(new TextDecoder().decode((await reader.read()).value).trim(), "ready");
  return {
    pid: child.pid,
    end: async () => {
      await child.stdin.close();
      await reader.cancel();
      await child.status;
    },
  };
}

async function inFolder(work: (path: string) => Promise<void> | void): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(`${folder}/ldirectord.test.pid`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a pid file tells that its daemon runs, and goes with it", () =>
  inFolder((path) => {
    deepStrictEqual(pidFileOwner(path), { state: "none" });
    const taken = PidFile.take(path);
    ok(taken instanceof PidFile);
    strictEqual(Deno.readTextFileSync(path), `${Deno.pid}\n`);
    deepStrictEqual(pidFileOwner(path), { state: "running", pid: Deno.pid });
    taken.release();
    deepStrictEqual(pidFileOwner(path), { state: "none" });
  }));

Deno.test("only one process gets the pid file; the other learns the owner", () =>
  inFolder(async (path) => {
    const other = await holder(path);
    deepStrictEqual(pidFileOwner(path), { state: "running", pid: other.pid });
    strictEqual(PidFile.take(path), other.pid);
    await other.end();
    deepStrictEqual(pidFileOwner(path), { state: "stale", pid: other.pid });
    const taken = PidFile.take(path);
    ok(taken instanceof PidFile, "a stale pid file is taken over");
    taken.release();
  }));

Deno.test("a stale pid file is taken over while others look at it", () =>
  inFolder(async (path) => {
    const onlookers = [await onlooker(path), await onlooker(path)];
    for (let i = 0; i < 300; i++) {
      Deno.writeTextFileSync(path, "4194303\n");
      const taken = PidFile.take(path);
      ok(taken instanceof PidFile, `the onlookers passed for the daemon ${taken} in round ${i}`);
      deepStrictEqual(pidFileOwner(path), { state: "running", pid: Deno.pid });
      taken.release();
    }
    for (const other of onlookers) await other.end();
  }));

Deno.test("only a pid file that is not held is cleared away", () =>
  inFolder((path) => {
    const taken = PidFile.take(path);
    ok(taken instanceof PidFile);
    PidFile.clear(path);
    strictEqual(Deno.readTextFileSync(path), `${Deno.pid}\n`);
    taken.release();
    Deno.writeTextFileSync(path, "4194303\n");
    PidFile.clear(path);
    deepStrictEqual(pidFileOwner(path), { state: "none" });
  }));

const STALE: [name: string, text: string, pid: number | undefined][] = [
  ["a pid that no process has", "4194303\n", 4194303],
  ["a pid that something else has now", "1\n", 1],
  ["no number", "hello\n", undefined],
];

Deno.test("an empty pid file is that of a daemon that ended and could not remove it", () =>
  inFolder((path) => {
    Deno.writeTextFileSync(path, "");
    deepStrictEqual(pidFileOwner(path), { state: "none" });
  }));

for (const [name, text, pid] of STALE) {
  Deno.test(`a pid file with ${name} is stale`, () =>
    inFolder((path) => {
      Deno.writeTextFileSync(path, text);
      deepStrictEqual(pidFileOwner(path), { state: "stale", pid });
    }));
}

Deno.test("a process that is no daemon and has the lock is named", () =>
  inFolder(async (path) => {
    const lock = path.replace(".pid", ".lock");
    Deno.writeTextFileSync(path, "4194303\n");
    Deno.writeTextFileSync(lock, "", { mode: 0o600 });
    const foreign = new Deno.Command("flock", {
      args: [lock, "-c", "echo ready; cat"],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const reader = foreign.stdout.getReader();
    await reader.read();
    strictEqual(pidFileOwner(path).state, "stale");
    throws(() => PidFile.take(path), (error: Error) => error instanceof LockedOut && error.message.includes("(flock)"));
    await reader.cancel();
    await foreign.stdin.close();
    await foreign.status;
    const taken = PidFile.take(path);
    ok(taken instanceof PidFile);
    taken.release();
  }));

Deno.test("an account that is not the daemon's can neither hold the lock nor stand in the way by the pid file", () =>
  inFolder((path) => {
    const folder = path.slice(0, path.lastIndexOf("/"));
    Deno.chmodSync(folder, 0o755);
    const first = PidFile.take(path);
    ok(first instanceof PidFile);
    strictEqual(Deno.statSync(path.replace(".pid", ".lock")).mode! & 0o777, 0o600);
    first.release();
    Deno.writeTextFileSync(path, "4194303\n");
    using file = Deno.openSync(path, { read: true });
    ok(file.tryLockSync(true), "every reader of the pid file may lock it");
    Deno.writeTextFileSync(path.replace(".pid", ".lock"), "", { mode: 0o644 });
    using shared = Deno.openSync(path.replace(".pid", ".lock"), { read: true });
    ok(shared.tryLockSync(true));
    const second = PidFile.take(path);
    ok(second instanceof PidFile);
    second.release();
  }));
