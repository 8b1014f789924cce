// There is no Oracle server in Debian: what is proven here is all that comes before a login, against listeners that
// speak TNS.
import { ok, strictEqual } from "node:assert/strict";
import { saysFacts } from "../facts.ts";
import { testIllServers } from "./ill_servers.ts";
import { ACCEPT, answers, ASKED, packet, PASSWORD, refusal, tooOld } from "./oracle_listener.ts";
import { checkOf, flood, inWords, type Manners, openDescriptors, round, verdict, withPeer } from "./peers.ts";

const ROWS: readonly { name: string; peer: Manners; verdict: string }[] = [
  {
    name: "an unknown SID and service",
    peer: async (client) => {
      const asked = await client.hearUntil("))");
      await client.say(refusal(asked.includes("(SID=shop)") ? 12505 : 12514));
      await client.gone();
    },
    verdict: "down (reported): … SID … service shop",
  },
  {
    name: "a service that blocks new connections",
    peer: answers(refusal(12528)),
    verdict:
      "down (protocol): NJS-511: connection to listener at host 127.0.0.1 port PORT was refused. (CONNECTION_ID=ID)",
  },
  {
    name: "a redirection",
    peer: answers(packet(5, "\0\x3a(ADDRESS=(PROTOCOL=TCP)(HOST=192.0.2.1)(PORT=1521))")),
    verdict: "down (protocol): … another address",
  },
  {
    name: "requests to send again",
    peer: answers(packet(11, "").repeat(1000)),
    verdict: "down (protocol): … again …",
  },
  {
    name: "a server that is too old",
    peer: tooOld,
    verdict: "down (protocol): … 12.1 … checktype = connect",
  },
  { name: "zeros", peer: answers("\0".repeat(65_536)), verdict: "down (protocol): … TNS packet" },
  {
    name: "an answer cut short",
    peer: async (client) => {
      await client.hearUntil("))");
      await client.say(refusal(12514).slice(0, 20));
    },
    verdict: "down (protocol): … closed … packet",
  },
  {
    name: "the end after an acceptance",
    peer: async (client) => {
      await client.hearUntil("))");
      await client.say(ACCEPT);
    },
    verdict: "down (protocol): … closed the connection",
  },
];

for (const row of ROWS) {
  Deno.test(`oracle: ${row.name}`, async () => {
    await withPeer(row.peer, async (peer) => {
      const { result, trace } = await round(checkOf({ ...ASKED, ...peer }), "negotiate");
      const said = inWords(result).replace(String(peer.port), "PORT").replace(
        /CONNECTION_ID=[^)]+/,
        "CONNECTION_ID=ID",
      );
      saysFacts([said], [row.verdict]);
      ok(!JSON.stringify([result, trace]).includes(PASSWORD));
    });
  });
}

Deno.test("oracle: a stall after an acceptance is down at the deadline, and holds no socket", async () => {
  await withPeer(answers(ACCEPT), async (peer) => {
    const before = openDescriptors();
    strictEqual(
      await verdict(checkOf({ ...ASKED, ...peer }, { negotiateTimeout: 0.3 })),
      "down (timeout): no answer within 0.3 s (waiting for the reply to login joe, SID shop)",
    );
    ok(openDescriptors() <= before + 1, "only the peer's own end may be left");
  });
});

Deno.test("oracle: a flood after an acceptance is cut off", async () => {
  const peer: Manners = async (client) => {
    await client.hearUntil("))");
    await client.say(ACCEPT);
    await flood("\0\0\x20\0\x06\0\0\0".padEnd(0x2000, "x"))(client);
  };
  await withPeer(peer, async (at) => {
    const before = Deno.memoryUsage().rss;
    const said = await verdict(checkOf({ ...ASKED, ...at }, { negotiateTimeout: 5 }));
    ok(said.startsWith("down (protocol): "), said);
    const cost = Deno.memoryUsage().rss - before;
    ok(cost < 64 * 1024 * 1024, `${Math.round(cost / 1e6)} MB more`);
  });
});

Deno.test("oracle: over IPv6", async () => {
  await withPeer(answers(refusal(12528)), async (peer) => {
    const said = await verdict(checkOf({ ...ASKED, ...peer }));
    ok(said.startsWith("down (protocol): NJS-511: connection to listener at host ::1 "), said);
  }, { hostname: "::1" });
});

Deno.test("oracle: a database name that would change what is asked is none", async () => {
  strictEqual(
    await verdict(checkOf({ ...ASKED, database: "x)(HOST=192.0.2.1" })),
    "down (internal): database is needed: a SID or a service name",
  );
});

testIllServers(ASKED, {
  closed: /^down \((refused|protocol)\): (connection (reset|closed by the server)|the server closed the connection)$/,
  garbage: /^down \(protocol\): (not a TNS packet|the server closed the connection within a packet)$/,
  flood: /^down \(protocol\): not a TNS packet$/,
  flooded: "x",
  stage: /^down \(timeout\): no answer within 0\.3 s \(waiting for the reply to login joe, SID shop\)$/,
});

Deno.test("oracle: a connection that failed is never heard of again, not even when it is garbage", async () => {
  const script = new URL("oracle_garbage.ts", import.meta.url).pathname;
  const args = ["run", "-A", "--no-check", "--v8-flags=--expose-gc", script];
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  strictEqual(`${code}: ${said}`, "0: down (protocol)\n");
});
