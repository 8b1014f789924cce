import { ok, strictEqual } from "node:assert/strict";
import { statusTable } from "../../src/cli/verbs/status_table.ts";
import { paintFor } from "../../src/cli/terminal/paint.ts";
import { pageNews, pageOf } from "../../src/web/page_rows.ts";
import { startMailServer } from "../alerts/mail_server.ts";
import { statusNow, TestDaemon } from "./daemon_fixture.ts";
import { needsSetup } from "../needs_setup.ts";

/** What the server says: it turns the direction of writing, hides, breaks lines, tags, and piles up marks. */
const EVIL = `554 \u202eno\u200b\u2028 \u2066w\x1b[2J \u{e0041}\ufeff \u0085 a${"\u0301".repeat(30)}`;

/** None of it, but for the line ends of files. */
// deno-lint-ignore no-control-regex
const HARM = /[\0-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\u{e0000}-\u{e0fff}]|\u0301{5}/u;

/** A server of SMTP that greets with that. */
function startEvilServer() {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    for await (const client of listener) {
      client.write(new TextEncoder().encode(`${EVIL}\r\n`)).catch(() => {}).finally(() => client.close());
    }
  })();
  return {
    port: (listener.addr as Deno.NetAddr).port,
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving;
    },
  };
}

async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 2_000 && !holds(); i++) await new Promise((wake) => setTimeout(wake, 10));
  ok(holds(), "it came in time");
}

Deno.test(
  "what a server says reaches log, status, history, page, monitor file, program and mail without its harm",
  { sanitizeOps: false, sanitizeResources: false, ...needsSetup },
  async () => {
    await using evil = startEvilServer();
    await using post = await startMailServer();
    const folder = await Deno.makeTempDir();
    const program = `${folder}/notified`;
    await Deno.writeTextFile(
      program,
      `#!/bin/sh\n[ "$2" = - ] || printf '%s' "$5" >${folder}/new && mv ${folder}/new ${folder}/reason\n`,
    );
    await Deno.chmod(program, 0o755);
    await using test = await TestDaemon.start(`checktimeout = 5
negotiatetimeout = 5
emailalert = admin@example.org
smtp = 127.0.0.1:${post.port}
notify = ${program}
virtual = 192.0.2.10:25
    real = 127.0.0.1:${evil.port} masq
    service = smtp
    monitorfile = ${folder}/monitor
    comment = "for \u202eadmins"
`);
    const { daemon, log } = test;
    await until(() => post.mails().length > 0);
    await until(() => {
      try {
        return Deno.statSync(`${folder}/reason`).isFile;
      } catch {
        return false;
      }
    });
    const status = await statusNow(daemon, { detail: true, conversation: true });
    const [mail] = post.mails();
    const seen: Record<string, string> = {
      log: log.join("\n"),
      status: JSON.stringify(status),
      table: statusTable(status, { paint: paintFor({ isTerminal: () => false }) }).join("\n"),
      page: JSON.stringify(pageNews(pageOf(status), daemon.history.since(0).entries)),
      history: JSON.stringify(daemon.history.since(0)),
      "monitor file": await Deno.readTextFile(`${folder}/monitor`),
      program: await Deno.readTextFile(`${folder}/reason`),
      mail: mail.text.replaceAll("\r\n", "\n"),
      subject: mail.headers.get("subject") ?? "",
    };
    for (const [where, text] of Object.entries(seen)) {
      strictEqual(HARM.exec(text)?.[0].codePointAt(0)?.toString(16), undefined, `${where}: ${text}`);
    }
    for (const where of ["log", "table", "page", "history", "monitor file", "program", "mail"]) {
      ok(/\\{1,2}u\{202e\}no/.test(seen[where]), `${where} tells what was said: ${seen[where]}`);
    }
    await Deno.remove(folder, { recursive: true });
  },
);
