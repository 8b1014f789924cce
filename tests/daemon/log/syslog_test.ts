import { match, ok } from "node:assert/strict";
import { deliveringSink } from "../../../src/daemon/log/delivery.ts";
import type { Sink } from "../../../src/daemon/log/log.ts";
import { facilityNumber, rfc3164Formatter, syslogDelivery } from "../../../src/daemon/log/syslog.ts";
import { needsSetup } from "../../needs_setup.ts";
import { receiveAt } from "../unix_receiver.ts";

function syslogSink(path: string): Sink {
  return deliveringSink([syslogDelivery(rfc3164Formatter(facilityNumber("local3"), "ldirectord[7]"), path)], "gone");
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
        const daemon = await receiveAt(kind, path);
        sink("warning", `${word} server gone`, {});
        const heard = await daemon.hears(new RegExp(`: ${word} server ${end}`));
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
    const daemon = await receiveAt("UNIX-RECV", `${folder}/log`);
    const sink = syslogSink(`${folder}/log`);
    daemon.sticks();
    for (let i = 0; i < 1_000; i++) sink("info", "x".repeat(1_000), {});
    await daemon.close();
    await Deno.remove(folder, { recursive: true });
  },
});
