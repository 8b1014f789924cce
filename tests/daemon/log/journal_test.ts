import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { encodeJournalEntry, journalDelivery, leadsToJournal } from "../../../src/daemon/log/journal.ts";
import { pure } from "../../config/fixture.ts";

/** Socket of Python's: it sees where one datagram ends and the next begins. */
const LISTEN = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind(sys.argv[1]); print("ready", flush=True)
print(s.recv(1 << 20).hex(), flush=True)
`;

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

pure("journal: each field is a line, NAME=value", () => {
  deepStrictEqual(
    encodeJournalEntry({ MESSAGE: "größer = besser", PRIORITY: 4, LDIRECTORD_REASON: "" }),
    bytes("MESSAGE=größer = besser\nPRIORITY=4\nLDIRECTORD_REASON=\n"),
  );
});

pure("journal: a value with line ends follows its length, so that it cannot make fields of its own", () => {
  deepStrictEqual(
    encodeJournalEntry({ A: "x", MESSAGE: "ö\nPRIORITY=0\n", B: "y" }),
    // 14 bytes: the o with dots has two.
    bytes("A=x\nMESSAGE\n\x0e\0\0\0\0\0\0\0ö\nPRIORITY=0\n\nB=y\n"),
  );
});

pure("journal: very long values are cut, so that the entry fits into a datagram", () => {
  const entry = encodeJournalEntry({ MESSAGE: "€".repeat(100_000), LDIRECTORD_VIRTUAL: "€".repeat(100_000) });
  ok(entry.length > 20_000 && entry.length < 150_000, String(entry.length));
});

Deno.test({
  name: "journal: words, severity and fields come to the socket in one datagram",
  // The system's library is opened at its first use and stays open.
  sanitizeResources: false,
  fn: async () => {
    const folder = await Deno.makeTempDir();
    const socket = `${folder}/socket`;
    const deliver = journalDelivery(3, "www", socket);
    strictEqual(deliver("info", "no log daemon", {}), false);
    const listener = new Deno.Command("python3", { args: ["-c", LISTEN, socket], stdout: "piped" }).spawn();
    const reader = listener.stdout.pipeThrough(new TextDecoderStream()).getReader();
    let said = "";
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      said += part.value;
      if (said === "ready\n") break;
    }
    strictEqual(said, "ready\n");
    const fields = { event: "transition", virtual: "192.0.2.10:80", real: "10.0.0.11:80", weight: 3 };
    strictEqual(deliver("warning", "Real server is down", fields), true);
    let hex = "";
    for (let part = await reader.read(); !part.done; part = await reader.read()) hex += part.value;
    await listener.status;
    const expected = bytes(
      `MESSAGE=Real server is down\nPRIORITY=4\nSYSLOG_FACILITY=3\nSYSLOG_IDENTIFIER=ldirectord\nSYSLOG_PID=${Deno.pid}\n` +
        "LDIRECTORD_CONFIG=www\nLDIRECTORD_EVENT=transition\nLDIRECTORD_VIRTUAL=192.0.2.10:80\n" +
        "LDIRECTORD_REAL=10.0.0.11:80\nLDIRECTORD_WEIGHT=3\n",
    );
    strictEqual(hex.trim(), [...expected].map((byte) => byte.toString(16).padStart(2, "0")).join(""));
    await Deno.remove(folder, { recursive: true });
  },
});

Deno.test("journal: a stream leads there when it is the one that systemd names", () => {
  const { dev, ino } = Deno.statSync("/proc/self/fd/1");
  strictEqual(leadsToJournal(1, `${dev}:${ino}`), true);
  strictEqual(leadsToJournal(1, `${dev}:${ino! + 1}`), false);
  strictEqual(leadsToJournal(1, undefined), false);
});
