/**
 * smtp, submission and smtps: the server greets, and accepts our greeting (RFC 5321, 3.1 and 3.2) and, where a login is given,
 * that (RFC 4954).
 */

import type { CheckResult, CheckRun, CheckTarget } from "../model/check.ts";
import { beginsWithTls } from "../model/service_facts.ts";
import type { ByteStream } from "../wire/transport/byte_stream.ts";
import { utf8Characters } from "../wire/transport/latin1.ts";
import { LineDialogue, type NumberedReply } from "../wire/protocols/line_dialogue.ts";
import { openTcp, openTls, secure } from "./open.ts";
import { down, up } from "./verdict.ts";

/** A conversation without a mail. */
export async function smtp(target: CheckTarget, run: CheckRun): Promise<CheckResult> {
  return await converse(await openTcp(target, run), target, run);
}

/** The same over TLS (RFC 8314, 3.3). */
export async function smtps(target: CheckTarget, run: CheckRun): Promise<CheckResult> {
  return await converse(await openTls(target, run), target, run);
}

async function converse(stream: ByteStream, target: CheckTarget, run: CheckRun): Promise<CheckResult> {
  const server = new LineDialogue(stream, run.trace);
  try {
    const greeting = await server.readNumbered("SMTP");
    if (greeting.code !== 220) return down("reported", greeting.text);

    let welcome = await greet(server);
    if (welcome.code !== 250) return down("reported", welcome.text);

    if (target.startTls && !beginsWithTls(target.service)) {
      await server.sendLine("STARTTLS");
      const ready = await server.readNumbered("SMTP");
      if (ready.code !== 220) return down("reported", `STARTTLS: ${ready.text}`);
      await server.secure((stream) => secure(stream, target, run));
      // What was offered before TLS may come from an attacker (RFC 3207, 4.2).
      welcome = await greet(server);
      if (welcome.code !== 250) return down("reported", welcome.text);
    }

    if (target.login) {
      const answer = await logIn(target.login, target.passwd?.reveal() ?? "", welcome, server);
      if (!answer) return down("reported", noLogin(target));
      if (answer.code !== 235) return down(REJECTIONS.has(answer.code) ? "auth" : "reported", answer.text);
    }

    await server.part("QUIT");
    return up(target.login ? `logged in as ${target.login}` : greeting.text);
  } finally {
    server.close();
  }
}

/** Gives our name, to old servers in the old way; the answer to EHLO lists what the server can do. */
async function greet(server: LineDialogue): Promise<NumberedReply> {
  const name = Deno.hostname();
  await server.sendLine(`EHLO ${name}`);
  const welcome = await server.readNumbered("SMTP");
  if (welcome.code === 250) return welcome;
  await server.sendLine(`HELO ${name}`);
  return await server.readNumbered("SMTP");
}

/** That we may not: authentication required, mechanism too weak, credentials invalid, encryption required. */
const REJECTIONS: ReadonlySet<number> = new Set([530, 534, 535, 538]);

/** Logs in by the better of two mechanisms that the server offers; `undefined` when it offers neither. */
async function logIn(
  login: string,
  password: string,
  welcome: NumberedReply,
  server: LineDialogue,
): Promise<NumberedReply | undefined> {
  const offered = mechanisms(welcome);
  if (offered.has("PLAIN")) {
    // RFC 4616, 2: authorization identity (empty), authentication identity, password.
    await server.sendLine(`AUTH PLAIN ${base64(`\0${login}\0${password}`)}`, "AUTH PLAIN ***");
    return await server.readNumbered("SMTP");
  }
  if (!offered.has("LOGIN")) return undefined;
  await server.sendLine("AUTH LOGIN");
  const forName = await server.readNumbered("SMTP");
  if (forName.code !== 334) return forName;
  await server.sendLine(base64(login), login);
  const forPassword = await server.readNumbered("SMTP");
  if (forPassword.code !== 334) return forPassword;
  await server.sendLine(base64(password), "***");
  return await server.readNumbered("SMTP");
}

/** Of `250-AUTH PLAIN LOGIN`; some old servers write `AUTH=`. */
function mechanisms({ lines }: NumberedReply): ReadonlySet<string> {
  const lists = lines.flatMap((line) => /^250[ -]AUTH[ =](.*)$/i.exec(line)?.[1].toUpperCase().split(/\s+/) ?? []);
  return new Set(lists);
}

function noLogin({ service, startTls }: CheckTarget): string {
  const hint = startTls || beginsWithTls(service) ? "" : " (perhaps with starttls = yes)";
  return `the server offers no login by PLAIN or LOGIN${hint}`;
}

function base64(text: string): string {
  return btoa(utf8Characters(text));
}
