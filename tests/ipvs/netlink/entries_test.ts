import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import {
  decodeConnections,
  decodeDestination,
  decodeSettings,
  decodeSyncDaemon,
  decodeTraffic,
  encodeAddress,
  encodeDestination,
  encodeSettings,
  encodeSyncDaemon,
} from "../../../src/ipvs/netlink/entries.ts";
import {
  type Attributes,
  attributesOf,
  decodeMessages,
  decodeVerdict,
  MessageWriter,
  Unreadable,
} from "../../../src/netlink/message.ts";
import { Command, Dest, Top } from "../../../src/ipvs/netlink/numbers.ts";
import { NONE } from "../../../src/ipvs/counters.ts";
import { decodeRules, encodeRules } from "../../../src/ipvs/ipvsadm/rules.ts";
import { destinationKey } from "../../../src/model/table.ts";

/** `struct genlmsghdr`. */
const GENERIC = 4;
/** `struct nlmsghdr`. */
const HEADER = 16;

/** The attributes in what strace(1) showed behind a message's header. */
function captured(hex: string): Attributes {
  const bytes = Uint8Array.fromHex(hex);
  return attributesOf({ view: new DataView(bytes.buffer), start: 0, end: bytes.length }, GENERIC);
}

/** What we write behind a message's header. */
function written(command: number, write: (writer: MessageWriter) => void): string {
  const writer = new MessageWriter();
  writer.message({ type: 0, flags: 0, sequence: 0 }, Uint8Array.of(command, 1, 0, 0), write);
  return writer.end().subarray(HEADER).toHex();
}

/** What ipvsadm 1.31 sends for a rule. */
const SERVICES: readonly [rule: string, sent: string][] = [
  [
    "-A -t 192.0.2.2:80 -s wrr",
    "01010000540001800600010002000000060002000600000014000300c0000202000000000000000000000000060004000050000008000600" +
    "777272000c00070000000000ffffffff080008000000000008000900ffffffff",
  ],
  [
    "-A -t 192.0.2.2:80 -s sh -p 300 -M 255.255.255.0 -b flag-2",
    "01010000540001800600010002000000060002000600000014000300c0000202000000000000000000000000060004000050000007000600" +
    "736800000c00070011000000ffffffff080008002c01000008000900ffffff00",
  ],
  [
    "-A -t [2001:db8::1]:443 -s mh -p 50 -M 64 -b flag-2",
    "0101000054000180060001000a00000006000200060000001400030020010db80000000000000000000000010600040001bb000007000600" +
    "6d6800000c00070011000000ffffffff08000800320000000800090040000000",
  ],
  [
    "-A -f 7 -6 -s wlc -o",
    "0101000038000180060001000a000000080005000700000008000600776c63000c00070004000000ffffffff08000800000000000800090080000000",
  ],
];

for (const [rule, sent] of SERVICES) {
  Deno.test(`a virtual service is written as ipvsadm writes it, and read: ${rule}`, () => {
    const [service] = decodeRules(`${rule}\n`).values();
    strictEqual(written(Command.NEW_SERVICE, (writer) => encodeSettings(writer, service)), sent);
    const { destinations: _, ...settings } = service;
    deepStrictEqual(decodeSettings(captured(sent).nested(Top.SERVICE)!), settings);
  });
}

/** What ipvsadm 1.31 sends for a destination, of its own attributes. */
const DESTINATIONS: readonly [rules: string, sent: string, thresholds: readonly [upper: number, lower: number]][] = [
  [
    "-A -f 7 -6 -s wlc\n-a -f 7 -6 -r [fd00::1]:0 -i -w 2\n",
    "050100006000028006000b000a00000014000100fd00000000000000000000000000000106000200000000000800030002000000" +
    "080004000200000005000d000000000006000e000000000006000f000000000008000500000000000800060000000000",
    [0, 0],
  ],
  [
    "-A -t 192.0.2.2:80 -s wrr\n-a -t 192.0.2.2:80 -r 10.0.0.1:8080 -m -w 3\n",
    "050100006000028006000b0002000000140001000a000001000000000000000000000000060002001f90000008000300000000000800" +
    "04000300000005000d000000000006000e000000000006000f0000000000080005000a0000000800060005000000",
    [10, 5],
  ],
];

for (const [rules, sent, [upperThreshold, lowerThreshold]] of DESTINATIONS) {
  Deno.test(`a destination is read as ipvsadm writes it, and as we do: ${rules.split("\n")[1]}`, () => {
    const [service] = decodeRules(rules).values();
    const [plain] = service.destinations.values();
    const destination = { ...plain, upperThreshold, lowerThreshold };
    deepStrictEqual(decodeDestination(captured(sent).nested(Top.DEST)!, 4), destination);
    const ours = captured(written(Command.NEW_DEST, (writer) => {
      encodeAddress(writer, service.address);
      encodeDestination(writer, destination);
    }));
    deepStrictEqual(decodeDestination(ours.nested(Top.DEST)!, 4), destination);
  });
}

/** How Linux 6.1 lists the second of those, its counters set: 5 connections, 2^33 bytes in, 7 of them a second. */
const LISTED =
  "050100007c010200140001000a000001000000000000000000000000060002001f90000008000300000000000800040003000000" +
  "05000d000000000006000e000000000006000f0000000000080005000a0000000800060005000000080007000200000008000800030000000800" +
  "09000000000006000b000200000064000a0008000100050000000800020000000000080003000000000004000b000c00040000000000020000000400" +
  "0b000c000500000000000000000008000600000000000800070000000000080008000000000008000900070000000800" +
  "0a0000000000a0000c000c000100050000000000000004000b000c000200000000000000000004000b000c000300000000000000000004000b00" +
  "0c000400000000000200000004000b000c000500000000000000000004000b000c000600000000000000000004000b000c0007000000000000000000" +
  "04000b000c000800000000000000000004000b000c000900070000000000000004000b000c000a000000000000000000";

Deno.test("a destination's connections and counters are read from the kernel's list", () => {
  const own = captured(LISTED).nested(Top.DEST)!;
  strictEqual(destinationKey(decodeDestination(own, 4)), "10.0.0.1:8080");
  deepStrictEqual(decodeConnections(own), { active: 2, inactive: 3 });
  const counted = { totals: { ...NONE, connections: 5, bytesIn: 2 ** 33 }, rates: { ...NONE, bytesIn: 7 } };
  deepStrictEqual(decodeTraffic(own, Dest), counted);
});

Deno.test("counters of 32 bits are read where a kernel has no others", () => {
  const own = captured(LISTED).nested(Top.DEST)!;
  const counted = { totals: { ...NONE, connections: 5, bytesIn: 2 ** 33 }, rates: { ...NONE, bytesIn: 7 } };
  deepStrictEqual(decodeTraffic(own, { STATS: Dest.STATS, STATS64: 99 }), counted);
});

Deno.test("a synchronisation thread is read from the kernel's list, and written", () => {
  const daemon = { role: "master", interface: "lo", id: 3 } as const;
  const listed =
    "090100003c0003000800010001000000070002006c6f0000080003000300000006000400c0050000060007009022000005000800" +
    "0100000008000500e0000051";
  deepStrictEqual(decodeSyncDaemon(captured(listed).nested(Top.DAEMON)!), daemon);
  const ours = captured(written(Command.NEW_DAEMON, (writer) => encodeSyncDaemon(writer, daemon)));
  deepStrictEqual(decodeSyncDaemon(ours.nested(Top.DAEMON)!), daemon);
});

Deno.test("a tunnel of GUE is read as ipvsadm writes it, and a tunnel of each kind as we do", () => {
  const gue = DESTINATIONS[0][1].replace(
    "05000d0000000000" + "06000e0000000000",
    "05000d0001000000" + "06000e0017c00000",
  );
  deepStrictEqual(decodeDestination(captured(gue).nested(Top.DEST)!, 4).tunnel, { type: "gue", port: 6080 });
  const [{ destinations }] = decodeRules(DESTINATIONS[0][0]).values();
  const [plain] = destinations.values();
  for (const tunnel of [{ type: "gue", port: 6080 }, { type: "gre" }] as const) {
    const ours = captured(written(Command.NEW_DEST, (writer) => encodeDestination(writer, { ...plain, tunnel })));
    deepStrictEqual(decodeDestination(ours.nested(Top.DEST)!, 4), { ...plain, tunnel });
  }
});

Deno.test("a virtual service of a protocol that we do not manage is left out", () => {
  const udpLite = SERVICES[0][1].replace("0600020006000000", "0600020088000000");
  strictEqual(decodeSettings(captured(udpLite).nested(Top.SERVICE)!), undefined);
});

Deno.test("a virtual service of sctp reads as it was written", () => {
  const sctp = captured(SERVICES[0][1].replace("0600020006000000", "0600020084000000"));
  const settings = decodeSettings(sctp.nested(Top.SERVICE)!)!;
  strictEqual(settings.address.kind, "sctp");
  const ours = captured(written(Command.NEW_SERVICE, (writer) => encodeSettings(writer, settings)));
  deepStrictEqual(decodeSettings(ours.nested(Top.SERVICE)!), settings);
});

Deno.test("a table of every kind of address reads as it was written", () => {
  const rules =
    "-A -f 4294967295 -s wlc -p 60\n-A -u [::ffff:1.2.3.4]:53 -s rr\n-A -t 192.0.2.1:0 -s wrr -b flag-1,flag-3\n";
  for (const service of decodeRules(rules).values()) {
    const ours = captured(written(Command.NEW_SERVICE, (writer) => encodeSettings(writer, service)));
    const read = { ...decodeSettings(ours.nested(Top.SERVICE)!)!, destinations: new Map() };
    strictEqual(encodeRules(new Map([["one" as never, read]])), encodeRules(new Map([["one" as never, service]])));
  }
});

const VERDICTS: readonly [name: string, hex: string, verdict: object][] = [
  ["done", "2400000002000001090000000100000000000000200000001000050009000000010000ff", { error: 0 }],
  [
    "refused with words",
    "3c00000002000003090000000100000" + "0" + "feffffff" + "20000000100005000900000001000000" +
    "1600010053636865" + "64756c6572206d697373696e6700" + "0000",
    { error: -2, words: "Scheduler missing" },
  ],
];

for (const [name, hex, verdict] of VERDICTS) {
  Deno.test(`what became of a request is read: ${name}`, () => {
    const bytes = Uint8Array.fromHex(hex);
    const [message] = decodeMessages(new DataView(bytes.buffer));
    deepStrictEqual(decodeVerdict(message), verdict);
  });
}

Deno.test("a message or an attribute with a length beyond the end is not read", () => {
  const bytes = Uint8Array.fromHex(VERDICTS[0][1]);
  for (const length of [0, 15, bytes.length + 1]) {
    new DataView(bytes.buffer).setUint32(0, length, true);
    throws(() => [...decodeMessages(new DataView(bytes.buffer))], Unreadable);
  }
  throws(() => captured("05010000ff0001000000"), Unreadable);
  throws(() => captured("0501000003000100"), Unreadable);
});
