import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert/strict";
import crypto from "node:crypto";
import "./first_round.ts";
import { helper } from "../../src/checkers/helper.ts";
import { readReport } from "../../src/checkers/helper_messages.ts";
import { runRound } from "../../src/checkers/run.ts";
import { boundWork } from "../../src/helper/bounded_work.ts";
import type { Check } from "../../src/model/check.ts";
import { Secret } from "../../src/model/secret.ts";
import { readKernelFile } from "../../src/system/kernel_file.ts";
import { checkOf, inWords, type Manners, openDescriptors, type Peer, verdict, withPeer } from "./peers.ts";

const ASKED = { service: "pgsql", login: "joe", passwd: new Secret("geheim"), request: "SELECT 1" } as const;

const NEVER_ENDS = "down (protocol): the reply kept the check from ending";

/** A message of PostgreSQL's: its letter, its length, and what it says. */
function message(letter: string, text: string): string {
  const length = text.length + 4;
  return letter + String.fromCharCode(length >> 24 & 255, length >> 16 & 255, length >> 8 & 255, length & 255) + text;
}

const READY = message("Z", "I");

/** A PostgreSQL that answers each query with the row `1`. */
const healthy: Manners = async (client) => {
  await client.hear();
  await client.say(message("R", "\0\0\0\0") + READY);
  await client.hearUntil("SELECT 1");
  const column = "x\0" + "\0".repeat(18);
  const row = message("T", `\0\x01${column}`) + message("D", "\0\x01\0\0\0\x011");
  await client.say(row + message("C", "SELECT 1\0") + READY);
  await client.gone();
};

/** Six bytes for which pg-protocol never comes back: an error that ends before its first field does. */
const endlessLoop: Manners = async (client) => {
  await client.hear();
  await client.say("E\0\0\0\x05x");
  await client.over();
};

/** A server that wants the password hashed 2^31 - 1 times (RFC 5802, 5.1). */
const endlessHash: Manners = async (client) => {
  await client.hear();
  await client.say(message("R", "\0\0\0\x0aSCRAM-SHA-256\0\0"));
  const nonce = /r=([^,]+)$/.exec(await client.hear())![1];
  await client.say(message("R", `\0\0\0\x0br=${nonce}more,s=c2FsdA==,i=2147483647`));
  await client.over();
};

async function said(check: Check): Promise<string> {
  return inWords((await runRound(check, "negotiate")).result);
}

async function withPeers<T>(all: readonly Manners[], work: (peers: readonly Peer[]) => Promise<T>): Promise<T> {
  const [first, ...rest] = all;
  if (!first) return await work([]);
  return await withPeer(first, (peer) => withPeers(rest, (peers) => work([peer, ...peers])));
}

Deno.test("helper: a server for which its library never comes back is down, and no other is", async () => {
  await withPeers([endlessLoop, healthy, healthy], async (peers) => {
    const [hostile, ...others] = peers.map((peer) => checkOf({ ...ASKED, ...peer }, { negotiateTimeout: 5 }));
    const repeat = async (check: Check, times: number) => {
      const verdicts: string[] = [];
      while (verdicts.length < times) verdicts.push(await said(check));
      return new Set(verdicts);
    };
    try {
      const found = await Promise.all([repeat(hostile, 4), ...others.map((check) => repeat(check, 40))]);
      deepStrictEqual(found.map((verdicts) => [...verdicts]), [[NEVER_ENDS], ["up: first row: 1"], [
        "up: first row: 1",
      ]]);
    } finally {
      await helper.close();
    }
  });
});

Deno.test("helper: a server that asks for 2^31 hashes is down at once", async () => {
  await withPeer(endlessHash, async (peer) => {
    const said = await verdict(checkOf({ ...ASKED, ...peer }, { negotiateTimeout: 3 }));
    match(said, /^down \(protocol\): .*iteration count 2147483647/);
  });
});

Deno.test("helper: a drip of single bytes is down at its deadline", async () => {
  const drip: Manners = async (client) => {
    await client.hear();
    await client.say("D\x7f\xff\xff\xff");
    for (;;) await client.say("x");
  };
  await withPeer(drip, async (peer) => {
    match(await verdict(checkOf({ ...ASKED, ...peer }, { negotiateTimeout: 2 })), /^down \((timeout|protocol)\): /);
  });
});

Deno.test("helper: what it was asked is asked again when it is killed", async () => {
  const arrived = Promise.withResolvers<void>();
  let visits = 0;
  const waits: Manners = async (client) => {
    if (visits++ > 0) return await healthy(client);
    await client.hear();
    arrived.resolve();
    await client.gone();
  };
  await withPeer(waits, async (peer) => {
    try {
      const asked = said(checkOf({ ...ASKED, ...peer }));
      await arrived.promise;
      const before = helper.state.ends;
      Deno.kill(helper.state.pid!, "SIGKILL");
      strictEqual(await asked, "up: first row: 1");
      strictEqual(helper.state.ends, before + 1);
    } finally {
      await helper.close();
    }
  });
});

Deno.test("helper: one that is stopped is ended, and no server is blamed", async () => {
  await withPeer(healthy, async (peer) => {
    try {
      const check = checkOf({ ...ASKED, ...peer }, { negotiateTimeout: 1 });
      strictEqual(await said(check), "up: first row: 1");
      Deno.kill(helper.state.pid!, "SIGSTOP");
      strictEqual(await said(check), "up: first row: 1");
    } finally {
      await helper.close();
    }
  });
});

Deno.test("helper: it ends with a director that is killed", async () => {
  const url = new URL("../../src/checkers/helper.ts", import.meta.url).href;
  const script = `import { helper } from "${url}"; await helper.begun(); helper.start();
    console.log(helper.state.pid); setTimeout(() => {}, 60_000);`;
  const args = ["eval", "--no-check", script];
  const director = new Deno.Command(Deno.execPath(), { args, stdout: "piped", stderr: "null" }).spawn();
  const reader = director.stdout.getReader();
  const { value } = await reader.read();
  const pid = Number(new TextDecoder().decode(value));
  ok(pid > 1 && readKernelFile(`/proc/${pid}/stat`) !== undefined);
  director.kill("SIGKILL");
  await director.status;
  await reader.cancel();
  for (let looks = 0; looks < 500 && isAlive(pid); looks++) await new Promise((wake) => setTimeout(wake, 10));
  ok(!isAlive(pid));
});

function isAlive(pid: number): boolean {
  return !/^State:\s+Z|^$/m.test(readKernelFile(`/proc/${pid}/status`)?.trim() ?? "");
}

Deno.test("helper: the director holds no descriptor of it when it has ended", async () => {
  await withPeer(healthy, async (peer) => {
    const before = openDescriptors();
    strictEqual(await verdict(checkOf({ ...ASKED, ...peer })), "up: first row: 1");
    ok(openDescriptors() <= before + 1, "the peer's own end may be left");
  });
});

for (
  const line of [
    "",
    "null",
    "[]",
    "{",
    "[".repeat(60_000),
    '{"say":"result","round":1}',
    '{"say":"result","round":1,"result":{"up":"yes","detail":""}}',
    '{"say":"result","round":1,"result":{"up":false,"why":"because","detail":""}}',
    `{"say":"trace","round":1,"text":"${"x".repeat(5000)}"}`,
    '{"say":"trace","round":1e99,"text":""}',
    '{"say":"drop the table","round":1}',
  ]
) {
  Deno.test(`helper: ${line.slice(0, 60)} is not believed`, () => strictEqual(readReport(line), undefined));
}

Deno.test("helper: an Oracle server that asks for 2^31 hashes is refused", () => {
  boundWork();
  throws(() => crypto.pbkdf2Sync("x", "y", 2 ** 31 - 1, 64, "sha512"), /2147483647 rounds/);
});
