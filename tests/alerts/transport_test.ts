import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { Letter, Refusal } from "../../src/alerts/letter.ts";
import type { MailServer } from "../../src/model/virtual_service.ts";
import { Secret } from "../../src/model/secret.ts";
import { mailTransport } from "../../src/alerts/transport.ts";
import "../checkers/peers.ts";
import { trusting } from "./certificate.ts";
import { mailServer, sketchLetter } from "./fixture.ts";
import { type Demands, parseMail, startMailServer } from "./mail_server.ts";
import { needsSetup } from "../needs_setup.ts";

/** A line above 76 characters, and one that would end the mail if it were sent as it is. */
const TEXT = "Log-Message: Quiescent real server: 10.0.0.11:80 (192.0.2.10:80) (Weight set to 0)\n.\nFrom here\n";

const LETTER: Partial<Letter> = {
  id: "<one@example.org>",
  from: { name: "Load Balancer, the", address: "lb@example.org" },
  to: ["ops@example.org", "root@lb1"],
  text: TEXT,
};

const patiently = () => AbortSignal.timeout(20_000);

async function send(letter: Letter, sendmailPaths?: readonly string[]): Promise<readonly Refusal[]> {
  return await mailTransport(sendmailPaths)(letter, letter.to, patiently());
}

for (const encryption of ["none", "starttls"] as const) {
  Deno.test(`a mail server takes a letter; its encryption: ${encryption}`, needsSetup, async () => {
    await using server = await startMailServer({ encryption });
    const letter = sketchLetter("[Shop] Deleted real server: 10.0.0.11:80 (192.0.2.10:80)", {
      ...LETTER,
      server: mailServer(`127.0.0.1:${server.port}`),
    });
    deepStrictEqual(await send(letter), []);
    const [mail, ...others] = server.mails();
    deepStrictEqual(others, []);
    strictEqual(mail.headers.get("x-mailfrom"), "lb@example.org");
    strictEqual(mail.headers.get("x-rcptto"), "ops@example.org, root@lb1");
    strictEqual(mail.headers.get("from"), '"Load Balancer, the" <lb@example.org>');
    strictEqual(mail.headers.get("to"), "ops@example.org, root@lb1");
    strictEqual(mail.headers.get("subject"), letter.subject);
    strictEqual(mail.headers.get("message-id"), "<one@example.org>");
    strictEqual(mail.headers.get("date"), "Fri, 20 Nov 2026 06:15:00 +0000");
    strictEqual(mail.headers.get("auto-submitted"), "auto-generated");
    strictEqual(mail.text, TEXT);
  });
}

const LOGIN = { user: "lb", passwd: "hunter2" };

const RELAYS: [
  name: string,
  demands: Demands,
  options: (certificate: string) => Partial<MailServer>,
  refusal: RegExp | undefined,
][] = [
  [
    "takes it with the login",
    { encryption: "starttls", login: LOGIN },
    () => ({ login: loginOf("hunter2") }),
    undefined,
  ],
  [
    "does not take it with a wrong password",
    { encryption: "starttls", login: LOGIN },
    () => ({ login: loginOf("hunter3") }),
    /Invalid login/,
  ],
  ["does not take it without a login", { login: LOGIN }, () => ({}), /530|Authentication required/i],
  [
    "is not given a password in clear text",
    { login: LOGIN },
    () => ({ login: loginOf("hunter2") }),
    /STARTTLS|TLS/,
  ],
  [
    "is given one in clear text with smtptls = no",
    { login: LOGIN },
    () => ({ login: loginOf("hunter2"), tls: "no" }),
    undefined,
  ],
  ["must encrypt with smtptls = yes", {}, () => ({ tls: "yes" }), /STARTTLS|TLS/],
  [
    "must have a trusted certificate with smtptls = yes",
    { encryption: "starttls" },
    () => ({ tls: "yes" }),
    /certificate/i,
  ],
];

for (const [name, demands, options, refusal] of RELAYS) {
  Deno.test(`a mail server ${name}`, needsSetup, async () => {
    await using server = await startMailServer(demands);
    const relay = mailServer(`127.0.0.1:${server.port}`, options(server.certificate));
    const refused = await send(sketchLetter("one", { ...LETTER, server: relay }));
    deepStrictEqual(server.mails().length, refusal ? 0 : 1);
    if (!refusal) return deepStrictEqual(refused, []);
    match(refused[0].message, refusal);
    ok(!JSON.stringify(refused).includes("hunter"));
  });
}

function loginOf(passwd: string) {
  return { user: "lb", passwd: new Secret(passwd) };
}

/** Answers every line as told; an empty answer is none. */
async function withPeer(answer: (line: string) => string, work: (server: string) => Promise<void>): Promise<void> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const encoder = new TextEncoder();
  const serving = (async () => {
    for await (const connection of listener) {
      try {
        await connection.write(encoder.encode(answer("")));
        for await (
          const text of connection.readable.pipeThrough(new TextDecoderStream()).values({ preventCancel: true })
        ) {
          await connection.write(encoder.encode(text.trimEnd().split("\r\n").map(answer).join("")));
        }
      } catch {
        // The client is gone.
      }
    }
  })();
  try {
    await work(`127.0.0.1:${listener.addr.port}`);
  } finally {
    listener.close();
    await serving;
  }
}

/** A mail server that refuses these commands in these words, and says 250 to all others. */
function refusing(refusals: Record<string, string>): (line: string) => string {
  return (line) => {
    if (line === "") return "220 peer\r\n";
    if (line === "DATA") return "354 go on\r\n";
    const [, refusal] = Object.entries(refusals).find(([command]) => line.startsWith(command)) ?? [];
    return `${refusal ?? "250 fine"}\r\n`;
  };
}

const FAULTS: [name: string, refusals: Record<string, string>, left: [address: string, permanent: boolean][]][] = [
  ["takes all", {}, []],
  ["defers one address", { "RCPT TO:<root": "450 later" }, [["root@lb1", false]]],
  ["knows one address not", { "RCPT TO:<root": "550 unknown" }, [["root@lb1", true]]],
  ["defers one and knows the other not", { "RCPT TO:<root": "550 unknown", "RCPT TO:<ops": "450 later" }, [
    ["ops@example.org", false],
    ["root@lb1", true],
  ]],
  ["does not like the sender", { "MAIL FROM": "553 no" }, [["ops@example.org", true], ["root@lb1", true]]],
  ["has no room", { "MAIL FROM": "452 full" }, [["ops@example.org", false], ["root@lb1", false]]],
];

for (const [name, refusals, left] of FAULTS) {
  Deno.test(`a mail server that ${name}`, needsSetup, () =>
    withPeer(refusing(refusals), async (server) => {
      const refused = await send(sketchLetter("one", { ...LETTER, server: mailServer(server), text: "one\n" }));
      deepStrictEqual(refused.map(({ address, permanent }) => [address, permanent]).toSorted(), left);
    }));
}

Deno.test("a mail server with a trusted certificate takes it with smtptls = yes", needsSetup, async () => {
  await using server = await startMailServer({ encryption: "starttls" });
  await trusting(server.certificate, async () => {
    const relay = mailServer(`127.0.0.1:${server.port}`, { tls: "yes" });
    deepStrictEqual(await send(sketchLetter("one", { ...LETTER, server: relay })), []);
  });
  strictEqual(server.mails().length, 1);
});

Deno.test("a mail server that says nothing is left when the time is over", () =>
  withPeer(() => "", async (server) => {
    const letter = sketchLetter("one", { server: mailServer(server) });
    const refused = await mailTransport()(letter, letter.to, AbortSignal.timeout(100));
    deepStrictEqual(refused.map(({ address, permanent }) => [address, permanent]), [["ops@example.org", false]]);
  }));

Deno.test("a mail server that is not there", async () => {
  const [{ message, permanent }] = await send(sketchLetter("one", { server: mailServer("127.0.0.1:1") }));
  match(message, /ECONNREFUSED/);
  ok(!permanent);
});

/** Puts a script in sendmail's place. */
async function withSendmail(script: string, work: (path: string, folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/sendmail`;
    await Deno.writeTextFile(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    await work(path, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("the local sendmail takes a letter", () =>
  withSendmail('cat > "${0%/*}/mail"; printf "%s " "$@" > "${0%/*}/arguments"', async (path, folder) => {
    const letter = sketchLetter("Deleted", { ...LETTER, server: undefined });
    deepStrictEqual(await send(letter, [`${folder}/nowhere`, path]), []);
    strictEqual(await Deno.readTextFile(`${folder}/arguments`), "-i -f lb@example.org ops@example.org root@lb1 ");
    const { headers, text } = parseMail(await Deno.readTextFile(`${folder}/mail`));
    strictEqual(headers.get("from"), '"Load Balancer, the" <lb@example.org>');
    strictEqual(headers.get("message-id"), "<one@example.org>");
    strictEqual(text, TEXT);
  }));

const SCRIPTS: [name: string, script: string, message: RegExp][] = [
  ["that refuses", "cat > /dev/null; echo no queue here >&2; exit 75", /sendmail ended with status 75: no queue here$/],
  ["that reads nothing", "exit 1", /sendmail ended with status 1$/],
  ["that hangs", "exec sleep 60", /sendmail ended with SIGTERM$/],
  ["that hangs and does not want to end", "trap '' TERM; while :; do sleep 60; done", /sendmail ended with SIGKILL$/],
];

for (const [name, script, message] of SCRIPTS) {
  Deno.test(`a local sendmail ${name}`, () =>
    withSendmail(script, async (path) => {
      const letter = sketchLetter("one", { server: undefined });
      const [refusal] = await mailTransport([path])(letter, letter.to, AbortSignal.timeout(500));
      match(refusal.message, message);
      ok(!refusal.permanent);
    }));
}

Deno.test("a local sendmail has the letter when it says so, whatever it leaves running behind it", () =>
  withSendmail("cat > /dev/null; sleep 60 & exit 0", async (path) => {
    const letter = sketchLetter("one", { server: undefined });
    deepStrictEqual(await mailTransport([path])(letter, letter.to, AbortSignal.timeout(10_000)), []);
  }));

Deno.test("no sendmail at all", async () => {
  const [{ message }] = await send(sketchLetter("one", { server: undefined }), ["/nonexistent/sendmail"]);
  strictEqual(message, "there is no /nonexistent/sendmail: set smtp, or install one");
});
