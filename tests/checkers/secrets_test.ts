import { ok, strictEqual } from "node:assert/strict";
import type { CheckTarget } from "../../src/model/check.ts";
import { Secret } from "../../src/model/secret.ts";
import { checkOf, inWords, type Manners, round, withPeer } from "./peers.ts";

const PASSWORD = "s3cret-of-joe";
const MASKED = "***";

/** A PostgreSQL message: a letter, its length, its body. */
function message(letter: string, body: string): string {
  return letter + String.fromCharCode(0, 0, (body.length + 4) >> 8, (body.length + 4) & 0xff) + body;
}

/** A server that asks for the password in the clear, and repeats it in its refusal. */
const indiscreet: Manners = async (client) => {
  await client.hear();
  await client.say(message("R", "\0\0\0\x03"));
  const password = (await client.hear()).slice(5, -1);
  await client.say(message("E", `SFATAL\0VFATAL\0C28P01\0M${"x".repeat(230)} no login with ${password}\0\0`));
  await client.gone();
};

const ASKED: Partial<CheckTarget> = { service: "pgsql", login: "joe", request: "SELECT 1" };

Deno.test("a password that a server repeats is masked, before the text is cut", async () => {
  await withPeer(indiscreet, async (peer) => {
    const { result, trace } = await round(
      checkOf({ ...ASKED, ...peer, passwd: new Secret(PASSWORD) }, { negotiateTimeout: 5 }),
      "negotiate",
    );
    strictEqual(inWords(result).startsWith("down (auth): FATAL 28P01: xxx"), true, inWords(result));
    const told = JSON.stringify([result, trace]);
    ok(!told.includes(PASSWORD.slice(0, 4)), told);
  });
});

for (const mechanism of ["PLAIN", "LOGIN"]) {
  Deno.test(`a password that an SMTP server repeats as it was sent, by ${mechanism}, is masked`, async () => {
    const repeating: Manners = async (client) => {
      await client.say("220 mx\r\n");
      await client.hear();
      await client.say(`250-mx\r\n250 AUTH ${mechanism}\r\n`);
      for (const code of mechanism === "PLAIN" ? [501] : [334, 334, 501]) {
        await client.say(`${code} ${(await client.hear()).trim()}?\r\n`);
      }
    };
    await withPeer(repeating, async (peer) => {
      const target = { ...peer, service: "smtp", login: "joe", passwd: new Secret(PASSWORD) } as const;
      const { result, trace } = await round(checkOf(target, { negotiateTimeout: 5 }), "negotiate");
      const told = JSON.stringify([result, trace]);
      ok(told.includes("501 "), told);
      for (const secret of [PASSWORD, btoa(PASSWORD), btoa(`\0joe\0${PASSWORD}`)]) ok(!told.includes(secret), told);
    });
  });
}

Deno.test("a password in the trace is masked", async () => {
  await withPeer(indiscreet, async (peer) => {
    const passwd = new Secret(PASSWORD);
    const { trace } = await round(
      checkOf({ ...ASKED, ...peer, passwd, database: PASSWORD }, { negotiateTimeout: 5 }),
      "negotiate",
    );
    strictEqual(trace[2].text, `> startup, user joe, database ${MASKED}`);
  });
});

Deno.test("a password of a request's URL is masked, as it is and as it is sent", async () => {
  const repeating: Manners = async (client) => {
    const heard = await client.hearUntil("\r\n\r\n");
    const [, told] = /^Authorization: (.*)\r$/m.exec(heard)!;
    await client.say(`HTTP/1.1 401 ${told}\r\n\r\n${atob(told.slice("Basic ".length))}`);
  };
  await withPeer(repeating, async ({ port }) => {
    const request = `http://joe:${PASSWORD.replaceAll("-", "%2D")}@127.0.0.1:${port}/`;
    const { result, trace } = await round(checkOf({ service: "http", request, requestIsOwn: true }), "negotiate");
    strictEqual(inWords(result), `down (reported): 401 Basic ${MASKED}`);
    strictEqual(trace.at(-1)!.text, `< joe:${MASKED}`);
  });
});
