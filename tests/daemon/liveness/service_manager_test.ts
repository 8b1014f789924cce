import { match, strictEqual } from "node:assert/strict";
import { ServiceManager } from "../../../src/daemon/liveness/service_manager.ts";
import { needsSetup } from "../../needs_setup.ts";
import { receiveAt } from "../unix_receiver.ts";

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
      const name = kind === "path" ? path : `@${path}`;
      const socket = await receiveAt(kind === "path" ? "UNIX-RECV" : "ABSTRACT-RECV", path);
      const manager = inEnvironment({ NOTIFY_SOCKET: name, WATCHDOG_USEC: "6000000", WATCHDOG_PID: String(Deno.pid) })!;
      strictEqual(Deno.env.get("NOTIFY_SOCKET"), undefined, "programs that we start are not to speak for us");
      strictEqual(manager.watchdog, 6000);
      manager.ready();
      match(await socket.hears(/^READY=1/), /^READY=1/);
      manager.status("2 of 2 real servers serve, table in step");
      manager.alive();
      match(
        await socket.hears(/STATUS=2 of 2 real servers serve, table in step.*WATCHDOG=1/),
        /STATUS=2 of 2 real servers serve, table in step.*WATCHDOG=1/,
      );
      manager.reloading();
      match(await socket.hears(/RELOADING=1\nMONOTONIC_USEC=\d+/), /RELOADING=1\nMONOTONIC_USEC=\d+/);
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
