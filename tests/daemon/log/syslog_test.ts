import { match, ok } from "node:assert/strict";
import { deliveringSink } from "../../../src/daemon/log/delivery.ts";
import type { Sink } from "../../../src/daemon/log/log.ts";
import { facilityNumber, rfc3164Formatter, syslogDelivery } from "../../../src/daemon/log/syslog.ts";
import { needsSetup } from "../../needs_setup.ts";

function syslogSink(path: string): Sink {
  return deliveringSink([syslogDelivery(rfc3164Formatter(facilityNumber("local3"), "ldirectord[7]"), path)], "gone");
}

/** Longest wait for a log daemon. */
const PATIENCE_MS = 30_000;

/** Whether the socket takes what is sent to it: one that only has its name yet refuses connections (__SO_ACCEPTCON). */
function isOpen(kind: "UNIX-RECV" | "UNIX-LISTEN", path: string): boolean {
  const line = Deno.readTextFileSync("/proc/net/unix").split("\n").find((line) => line.endsWith(` ${path}`));
  const [, , , flags] = line?.split(/\s+/) ?? [];
  return kind === "UNIX-LISTEN" ? flags === "00010000" : flags !== undefined;
}

/** A log daemon at that path: a text for each line that it is sent. */
async function listen(kind: "UNIX-RECV" | "UNIX-LISTEN", path: string) {
  const address = kind === "UNIX-LISTEN" ? `${kind}:${path},fork` : `${kind}:${path}`;
  const child = new Deno.Command("socat", { args: ["-u", address, "STDOUT"], stdin: "null", stdout: "piped" }).spawn();
  const end = Date.now() + PATIENCE_MS;
  while (!isOpen(kind, path) && Date.now() < end) await new Promise((wake) => setTimeout(wake, 20));
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  return {
    async hears(end: string): Promise<string> {
      const hurry = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
      let heard = "";
      while (!heard.includes(end)) {
        const { value, done } = await reader.read();
        if (done) break;
        heard += value;
      }
      clearTimeout(hurry);
      return heard;
    },
    sticks: () => child.kill("SIGSTOP"),
    async close() {
      // It may have been killed for its silence.
      try {
        child.kill("SIGKILL");
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
      }
      await reader.cancel();
      await child.status;
      await Deno.remove(path).catch(() => {});
    },
  };
}

for (const [kind, end] of [["UNIX-RECV", "gone"], ["UNIX-LISTEN", "gone\0"]] as const) {
  Deno.test({
    ...needsSetup,
    name: `syslog: a line reaches a log daemon that listens with ${kind}, another one after its restart`,
    // The system's library is opened at its first use and stays open.
    sanitizeResources: false,
    fn: async () => {
      const folder = await Deno.makeTempDir();
      const path = `${folder}/log`;
      const sink = syslogSink(path);
      for (const word of ["first", "second"]) {
        sink("warning", "lost", {});
        const daemon = await listen(kind, path);
        sink("warning", `${word} server gone`, {});
        const heard = await daemon.hears(`: ${word} server ${end}`);
        // local3 is 19, warning 4: RFC 3164, 4.1.1.
        match(
          heard,
          new RegExp(`<156>[A-Z][a-z]{2} [ 1-3]\\d \\d\\d:\\d\\d:\\d\\d ldirectord\\[7\\]: ${word} server ${end}`),
        );
        // Connections may come in any order.
        if (kind === "UNIX-RECV") ok(heard.includes("ldirectord[7]: 1 lines dropped"), heard);
        await daemon.close();
      }
      await Deno.remove(folder, { recursive: true });
    },
  });
}

Deno.test({
  ...needsSetup,
  name: "syslog: a log daemon that is stuck delays nothing",
  sanitizeResources: false,
  fn: async () => {
    const folder = await Deno.makeTempDir();
    const daemon = await listen("UNIX-RECV", `${folder}/log`);
    const sink = syslogSink(`${folder}/log`);
    daemon.sticks();
    for (let i = 0; i < 1_000; i++) sink("info", "x".repeat(1_000), {});
    await daemon.close();
    await Deno.remove(folder, { recursive: true });
  },
});
