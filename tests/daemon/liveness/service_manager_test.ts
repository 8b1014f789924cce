import { match, strictEqual } from "node:assert/strict";
import { ServiceManager } from "../../../src/daemon/liveness/service_manager.ts";
import { needsSetup } from "../../needs_setup.ts";

/** A service manager's socket: gives what is sent there, until there is something that matches. */
async function listen(
  address: string,
  path: string,
): Promise<{ hears(pattern: RegExp): Promise<void>; close(): Promise<void> }> {
  const child = new Deno.Command("socat", { args: ["-u", address, "STDOUT"], stdin: "null", stdout: "piped" }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const bound = () => Deno.readTextFileSync("/proc/net/unix").includes(path);
  for (let i = 0; i < 100 && !bound(); i++) await new Promise((wake) => setTimeout(wake, 20));
  let heard = "";
  return {
    hears: async (pattern) => {
      while (!pattern.test(heard)) {
        const { value, done } = await reader.read();
        if (done) break;
        heard += value;
      }
      match(heard, pattern);
    },
    close: async () => {
      child.kill();
      await reader.cancel();
      await child.status;
    },
  };
}

function inEnvironment(variables: Readonly<Record<string, string>>): ServiceManager | undefined {
  for (const [name, value] of Object.entries(variables)) Deno.env.set(name, value);
  return ServiceManager.fromEnvironment();
}

for (const kind of ["path", "abstract name"]) {
  Deno.test({
    ...needsSetup,
    name: `a service manager gets what it wants to know, by a socket's ${kind}`,
    // The system's library is opened at its first use and stays open.
    sanitizeResources: false,
    fn: async () => {
      const folder = await Deno.makeTempDir();
      const path = `${folder}/notify`;
      const [address, name] = kind === "path" ? [`UNIX-RECV:${path}`, path] : [`ABSTRACT-RECV:${path}`, `@${path}`];
      const socket = await listen(address, name);
      const manager = inEnvironment({ NOTIFY_SOCKET: name, WATCHDOG_USEC: "6000000", WATCHDOG_PID: String(Deno.pid) })!;
      strictEqual(Deno.env.get("NOTIFY_SOCKET"), undefined, "programs that we start are not to speak for us");
      strictEqual(manager.watchdog, 6000);
      manager.ready();
      await socket.hears(/^READY=1/);
      manager.status("2 of 2 real servers serve, table in step");
      manager.alive();
      await socket.hears(/STATUS=2 of 2 real servers serve, table in step.*WATCHDOG=1/);
      manager.reloading();
      await socket.hears(/RELOADING=1\nMONOTONIC_USEC=\d+/);
      await socket.close();
      await Deno.remove(folder, { recursive: true });
    },
  });
}

Deno.test("no service manager, or another process's watchdog: nothing waits for us", () => {
  strictEqual(inEnvironment({}), undefined);
  strictEqual(inEnvironment({ NOTIFY_SOCKET: "relative" }), undefined);
  strictEqual(inEnvironment({ NOTIFY_SOCKET: "/run/x", WATCHDOG_USEC: "9", WATCHDOG_PID: "1" })?.watchdog, undefined);
});
