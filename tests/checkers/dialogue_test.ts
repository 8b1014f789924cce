import "./first_round.ts";
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { CheckTarget } from "../../src/model/check.ts";
import type { DialogueStep } from "../../src/model/dialogue.ts";
import { checksOf } from "../../src/model/virtual_service.ts";
import { parseIp } from "../../src/model/address.ts";
import { virtual } from "../config/fixture.ts";
import { saysFacts } from "../facts.ts";
import { assertShown, transcript } from "../transcripts.ts";
import { needsSetup } from "../needs_setup.ts";
import { freePort } from "../ports.ts";
import { startMemcached } from "./cache_servers.ts";
import { connectPacket, MQTT, startMosquitto, startUdpEcho } from "./dialogue_servers.ts";
import { testIllServers } from "./ill_servers.ts";
import { checkOf, type Manners, type Peer, round, verdict, withPeer } from "./peers.ts";
import { temporaryDirectory } from "./real_server.ts";
import { discreetVerdict } from "./real_server_rows.ts";
import { withUdpPeer } from "./udp_peer.ts";

/** The steps that lines of a configuration mean. */
function steps(...lines: readonly string[]): readonly DialogueStep[] {
  const section = virtual("virtual = 192.0.2.1:80", "real = 10.0.0.1:80 masq", "service = dialogue", ...lines);
  const [real] = section.reals.values();
  return checksOf(real.policy)[0].target.dialogue!;
}

function asked(...lines: readonly string[]): Partial<CheckTarget> {
  return { service: "dialogue", dialogue: steps(...lines) };
}

/** Greets, and answers each line that it knows. */
function knows(answers: Readonly<Record<string, string>>, greeting = ""): Manners {
  return async (client) => {
    if (greeting) await client.say(greeting);
    for (;;) {
      const line = await client.hearUntil("\n");
      if (!(line in answers)) return;
      await client.say(answers[line]);
    }
  };
}

const STATUS = knows({ "status\n": "OK: 7 jobs\nload 3\n", "quit\n": "bye\x00\x01" }, "ready\r\n");

/** What the server is sent, and the verdict. */
const ROWS: readonly (readonly [lines: readonly string[], said: string])[] = [
  [
    ["expect = ^ready", 'send = "status\\n"', "expect = ^OK", 'send = "quit\\n"', "expect = hex:00 01"],
    "up: as expected (5 lines)",
  ],
  [['send = "status\\n"', "expect = OK", "expect = load [0-5]"], "up: as expected (3 lines)"],
  [["expect = ready", 'send = "status\\n"', 'expect = "load"', 'expect = !"error"'], "up: as expected (4 lines)"],
  [['expect = "ready"', 'send = "sta"', 'send = "tus\\n"', 'expect = "^OK"'], "up: as expected (4 lines)"],
  [
    ["expect = ready", 'send = "status\\n"', 'expect = "load"', 'expect = !"jobs"', "expect = x"],
    'down (mismatch): expect 3 of 4: "OK: 7 jobs\\nload 3\\n" matches /jobs/',
  ],
  [
    ["expect = ready", 'send = "nosuch\\n"', 'expect = "OK"'],
    "down (protocol): expect 2 of 2: the server closed the connection",
  ],
  [
    ["expect = ready", 'send = "quit\\n"', "expect = ^bye", 'send = "x\\n"', "expect = hex:ff"],
    "down (protocol): expect 3 of 3: the server closed the connection",
  ],
];

for (const [lines, said] of ROWS) {
  Deno.test(`dialogue: ${lines.join("; ")}`, async () => {
    await withPeer(
      STATUS,
      async (peer) => saysFacts([await verdict(checkOf({ ...asked(...lines), ...peer }))], [said]),
    );
  });
}

Deno.test("dialogue: an answer that the server closes behind is shown, as a text or in hexadecimal digits", async () => {
  const rows: readonly (readonly [answer: string, shown: string])[] = [
    ["ERR no\r\n", '"ERR no\\r\\n"'],
    ["\x81\x00\xff", "hex:8100ff"],
    ["x".repeat(200), `"${"x".repeat(79)}…`],
    ["\xe2\x80\xae", '"\\u{202e}"'],
  ];
  for (const [answer, shown] of rows) {
    await withPeer((client) => client.say(answer), async (peer) => {
      saysFacts([await verdict(checkOf({ ...asked("expect = ^OK", "expect = x"), ...peer }))], [
        `down (mismatch): expect 1 of 2: ${shown} does not match /^OK/ … closed the connection`,
      ]);
    });
  }
});

Deno.test("dialogue: a server that stays silent about it is down at the deadline, which says at which step", async () => {
  await withPeer(knows({ "status\n": "busy\n" }), async (peer) => {
    const check = checkOf({ ...asked('send = "status\\n"', "expect = busy", "expect = OK"), ...peer }, {
      negotiateTimeout: 0.3,
    });
    saysFacts([await verdict(check)], [
      'down (timeout): no answer within 0.3 s (expect 2 of 2: "busy\\n" does not match /OK/)',
    ]);
  });
});

Deno.test("documents: a dialogue that fails names the line, and what came in its place", async () => {
  const verdicts: string[] = [];
  const ask = (...lines: readonly string[]) => async (peer: Peer) => {
    verdicts.push(await verdict(checkOf({ ...asked(...lines), ...peer }, { negotiateTimeout: 1 })));
  };
  const busy: Manners = async (client) => {
    await client.say("READY\r\n");
    await client.hearUntil("\n");
    await client.say("ERR busy\r\n");
  };
  await withPeer(busy, ask("expect = ^READY", 'send = "STATUS\\r\\n"', "expect = OK", "expect = x"));
  await withPeer((client) => client.over(), ask("expect = hex:20 02 00 00"));
  const block = transcript("docs/dialogues.md", "expect 2 of 3: ");
  assertShown(block, block.text, verdicts.map((said) => said.replace(/^down \(\w+\): /, "")).join("\n"));
});

/** Says a text byte by byte. */
async function dribble(text: Iterable<string>, say: (text: string) => Promise<void>): Promise<void> {
  for (const piece of text) {
    await say(piece);
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

Deno.test("dialogue: an answer may come in pieces, and not in endless ones", async () => {
  const target = asked("expect = then\\r\\n$");
  const pieces: Manners = async (client) => {
    await dribble("OK then\r\n", client.say);
    await client.over();
  };
  await withPeer(pieces, async (peer) => {
    strictEqual(await verdict(checkOf({ ...target, ...peer })), "up: as expected (1 line)");
  });
  const endless = {
    *[Symbol.iterator]() {
      for (;;) yield "x";
    },
  };
  await withPeer((client) => dribble(endless, client.say), async (peer) => {
    saysFacts([await verdict(checkOf({ ...target, ...peer }))], [
      "down (mismatch): expect 1 of 1: the first … bytes …",
    ]);
  });
});

Deno.test("dialogue: what is sent is shown nowhere, also where the server repeats it, or a word of it", async () => {
  const lines = ['send = "login joe hunter2\\r\\n"', 'expect = "denied"', 'send = "x\\n"', "expect = never"];
  const answer = knows({ "login joe hunter2\r\n": "login joe hunter2: denied (hunter2)\n", "x\n": "\0hunter2\n" });
  await withPeer(answer, async (peer) => {
    const { result, trace } = await round(checkOf({ ...asked(...lines), ...peer }, { negotiateTimeout: 0.3 }));
    const told = JSON.stringify([result, trace]);
    ok(!told.includes("hunter2"), told);
    ok(!told.includes(new TextEncoder().encode("hunter2").toHex()), told);
    ok(told.includes("denied"), told);
    deepStrictEqual(trace.map(({ text }) => text).filter((text) => text.startsWith("> ")), [
      "> send 1 of 2: 19 bytes",
      "> send 2 of 2: 2 bytes",
    ]);
  });
});

Deno.test("dialogue: over udp each send is a datagram, which is sent again when it is lost", async () => {
  const target = { ...asked('send = "a"', "expect = ^A$", 'send = "b"', "expect = ^B$"), transport: "udp" } as const;
  let heard = "";
  const losing = (datagram: Uint8Array) => {
    const text = new TextDecoder().decode(datagram);
    heard += text;
    return heard === "a" ? [] : [new TextEncoder().encode(text.toUpperCase())];
  };
  await withUdpPeer(
    losing,
    async (peer) => saysFacts([await verdict(checkOf({ ...target, ...peer }))], ["up: as expected (4 lines)"]),
  );
  strictEqual(heard, "aab");
});

testIllServers(asked('send = "status\\n"', "expect = ^OK"), {
  closed: /^down \((refused|protocol)\): (connection reset|expect 1 of 1: the server closed the connection)$/,
  garbage: /^down \(mismatch\): expect 1 of 1: hex:[0-9a-f]+… does not match \/\^OK\/, and the server closed/,
  flood: /^down \(mismatch\): expect 1 of 1: the first 65536 bytes do not match \/\^OK\/: "x+…$/,
  flooded: "x",
  stage: /^down \(timeout\): no answer within 0\.3 s \(expect 1 of 1: waiting for \/\^OK\/\)$/,
});

Deno.test("dialogue and dialogues: a real mosquitto", needsSetup, async (t) => {
  await using directory = await temporaryDirectory();
  const ports = { mqtt: freePort(), mqtts: freePort() };
  await using mosquitto = await startMosquitto(directory.path, ports);
  const lines = (
    password: string,
  ) => [`send = "${connectPacket(password)}"`, "expect = hex:20 02 00 00", "send = hex:e000"];
  const rows: readonly (readonly [password: string, said: RegExp])[] = [
    [MQTT.password, /^up: /],
    // 5: not authorised (MQTT 3.1.1, 3.2.2.3).
    ["wr0ng-password", /^down \(mismatch\): expect 1 of 1: hex:20020005 does not match hex:20 02 00 00, and/],
  ];
  for (const host of ["127.0.0.1", "::1"]) {
    for (const service of ["dialogue", "dialogues"] as const) {
      const port = service === "dialogue" ? ports.mqtt : ports.mqtts;
      for (const [password, said] of rows) {
        await t.step(`${service}: ${said}, ${host}`, async () => {
          const target = { ...asked(...lines(password)), service, address: parseIp(host)!, port };
          match(await discreetVerdict(checkOf(target), [MQTT.password, "wr0ng-password"]), said);
        });
      }
    }
  }
  await t.step("dialogues: a certificate that must be valid and is not", async () => {
    const target = { ...asked("expect = x"), service: "dialogues", port: ports.mqtts, tlsVerify: true } as const;
    match(await verdict(checkOf(target)), /^down \(protocol\): TLS failed: certificate verify failed/);
  });
  await t.step("a server that is stopped", async () => {
    using _frozen = mosquitto.freeze();
    const target = { ...asked(...lines(MQTT.password)), port: ports.mqtt };
    saysFacts([await verdict(checkOf(target, { negotiateTimeout: 0.3 }))], [
      "down (timeout): no answer within 0.3 s (expect 1 of 1: waiting for hex:20 02 00 00)",
    ]);
  });
});

Deno.test("dialogue: a real memcached by its binary protocol, and an echo over udp", needsSetup, async (t) => {
  const [cache, echo] = [freePort(), freePort()];
  await using _memcached = await startMemcached(cache);
  await using _echo = await startUdpEcho(echo);
  for (const host of ["127.0.0.1", "::1"]) {
    const address = parseIp(host)!;
    // memcached's protocol_binary.txt: magic, opcode version; magic, opcode, no status.
    const version = `send = hex:800b0000 00000000 00000000 00000000 00000000 00000000`;
    await t.step(`memcached's version, ${host}`, async () => {
      const target = { ...asked(version, "expect = hex:810b0000 00000000", "expect = 1\\.6\\."), address, port: cache };
      saysFacts([await verdict(checkOf(target))], ["up: as expected (3 lines)"]);
    });
    await t.step(`an echo, ${host}`, async () => {
      const target = {
        ...asked('send = "a\\x00z"', "expect = ^a\\x00z$"),
        transport: "udp",
        address,
        port: echo,
      } as const;
      saysFacts([await verdict(checkOf(target))], ["up: as expected (2 lines)"]);
    });
  }
});
