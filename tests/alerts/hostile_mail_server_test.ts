import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { readRefusals } from "../../src/alerts/mail_job.ts";
import { mailTransport } from "../../src/alerts/transport.ts";
import { Secret } from "../../src/model/secret.ts";
import type { MailServer } from "../../src/model/virtual_service.ts";
import { flood, garbage, type Manners, openDescriptors, withPeer } from "../checkers/peers.ts";
import { freePort } from "../ports.ts";
import { mailServer, sketchLetter } from "./fixture.ts";

// The first attempt opens what is kept for good.
const first = sketchLetter("one", { server: mailServer(`127.0.0.1:${freePort()}`) });
await mailTransport()(first, first.to, AbortSignal.timeout(30_000));

/** Says 250 to all until it hears the command of that beginning; then does as it likes. */
function until(command: string, then: Manners, greeting = "220 peer\r\n"): Manners {
  return async (client) => {
    await client.say(greeting);
    for (let heard = await client.hear(); heard !== ""; heard = await client.hear()) {
      if (heard.includes(command)) return await then(client);
      await client.say(answerTo(heard));
      if (!heard.startsWith("DATA")) continue;
      await client.hearUntil("\r\n.\r\n");
      return await then(client);
    }
  };
}

function answerTo(heard: string): string {
  if (heard.startsWith("EHLO")) return "250-peer\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n";
  if (heard.startsWith("STARTTLS")) return "220 go ahead\r\n";
  if (heard.startsWith("AUTH")) return "235 welcome\r\n";
  return heard.startsWith("DATA") ? "354 go on\r\n" : "250 fine\r\n";
}

const stall: Manners = (client) => client.over();

/** A server's manners at every stage, in clear text unless the stage is STARTTLS itself or what follows it. */
const STAGES: readonly [stage: string, ill: (then: Manners) => Manners, options: Partial<MailServer>][] = [
  ["the greeting", (then) => then, { tls: "no" }],
  ["EHLO", (then) => until("EHLO", then), { tls: "no" }],
  ["STARTTLS", (then) => until("STARTTLS", then), {}],
  ["the TLS handshake", (then) => until("\x16\x03", then), {}],
  ["the login", (then) => until("AUTH", then), {
    tls: "no",
    login: { user: "lb", passwd: new Secret("hunter2") },
  }],
  ["MAIL FROM", (then) => until("MAIL FROM", then), { tls: "no" }],
  ["RCPT TO", (then) => until("RCPT TO", then), { tls: "no" }],
  ["DATA", (then) => until("DATA", then), { tls: "no" }],
  ["the letter", (then) => until("nothing before", then), { tls: "no" }],
];

/** What becomes of a letter for such a server; checks that nothing of the attempt is left. */
async function outcomeOf(manners: Manners, options: Partial<MailServer>, signal: () => AbortSignal): Promise<string> {
  return await withPeer(manners, async ({ port }) => {
    const letter = sketchLetter("one", { server: mailServer(`127.0.0.1:${port}`, options) });
    const before = openDescriptors();
    const memory = Deno.memoryUsage().heapUsed;
    const refused = await mailTransport()(letter, letter.to, signal());
    // The server's own end of the connection is one.
    ok(openDescriptors() <= before + 1, "no descriptor is kept");
    ok(Deno.memoryUsage().heapUsed < memory + 50 * 2 ** 20, "what it sends is not kept");
    return refused.length === 0 ? "taken" : refused[0].message;
  });
}

/** Aborts when the server has come to the stage at which it stalls. */
async function stalled(ill: (then: Manners) => Manners, options: Partial<MailServer>): Promise<string> {
  const controller = new AbortController();
  const manners = ill((client) => {
    controller.abort();
    return stall(client);
  });
  return await outcomeOf(manners, options, () => controller.signal);
}

for (const [stage, ill, options] of STAGES) {
  Deno.test(`a mail server that stalls at ${stage} costs nothing beyond the attempt`, async () => {
    strictEqual(await stalled(ill, options), "no answer in time");
  });
}

const patiently = () => AbortSignal.timeout(30_000);

const FLOODS: readonly [name: string, pattern: string][] = [
  ["endless reply", "250-and more\r\n"],
  ["line without end", "2"],
  ["100 MB of replies", "250 fine\r\n"],
  ["100 MB of empty lines", "\r\n"],
];

for (const [name, pattern] of FLOODS) {
  for (const [stage, ill, options] of STAGES) {
    Deno.test(`a mail server with an ${name} at ${stage} is left`, async () => {
      const said = await outcomeOf(ill(flood(pattern)), options, patiently);
      // One that takes every command has taken the letter.
      ok(said !== "no answer in time" && said.length < 1_100, said);
    });
  }
}

Deno.test("a mail server that sends garbage instead of TLS is left", async () => {
  match(
    await outcomeOf(
      until("STARTTLS", async (client) => {
        await client.say("220 go ahead\r\n");
        await garbage(client);
      }),
      {},
      patiently,
    ),
    /TLS|SSL|wrong version|record/i,
  );
});

const TO = ["ops@example.org", "root@lb1"];
const NOT_REFUSALS = [
  "",
  "null",
  "{}",
  "[null]",
  '[{"address":"else@example.org","message":"no","permanent":false}]',
  '[{"address":"root@lb1","message":1,"permanent":false}]',
  '[{"address":"root@lb1","message":"no"}]',
  `[{"address":"root@lb1","message":"${"a".repeat(1_001)}","permanent":true}]`,
  `[${Array(3).fill('{"address":"root@lb1","message":"no","permanent":false}')}]`,
];

Deno.test("what the process says that spoke to a mail server is believed only if it can be true", () => {
  for (const line of NOT_REFUSALS) strictEqual(readRefusals(line, TO), undefined, line);
  const refusal = { address: "root@lb1", message: "not\nnow", permanent: false };
  deepStrictEqual(readRefusals(JSON.stringify([refusal]), TO), [{ ...refusal, message: "not now" }]);
});
