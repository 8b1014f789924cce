import { deepStrictEqual } from "node:assert/strict";
import { decodeSyncDaemons, startArguments } from "../../../src/ipvs/ipvsadm/sync_daemons.ts";

/** What ipvsadm 1.31 prints with `-L --daemon` on Linux 6.1. */
const LISTING = `\
master sync daemon (mcast=eth0, syncid=7, maxlen=1472, group=224.0.0.81, port=8848, ttl=1)
backup sync daemon (mcast=bond0.12, syncid=0, maxlen=1472, group=224.0.0.81, port=8848, ttl=1)
`;

Deno.test({
  name: "sync threads as ipvsadm lists and starts them",
  permissions: "none",
  fn: () => {
    deepStrictEqual(decodeSyncDaemons(LISTING), [
      { role: "master", interface: "eth0", id: 7 },
      { role: "backup", interface: "bond0.12", id: 0 },
    ]);
    deepStrictEqual(decodeSyncDaemons(""), []);
    deepStrictEqual(
      startArguments({ role: "backup", interface: "eth0", id: 7 }).join(" "),
      "--start-daemon backup --mcast-interface eth0 --syncid 7",
    );
  },
});
