/**
 * Brings letters to mail servers. What a mail server says is read by a process of its own, without root and without
 * capabilities, which is handed the connection and ends with the attempt.
 */

import { type IpAddress, parseIp } from "../model/address.ts";
import type { MailServer } from "../model/virtual_service.ts";
import { boundedLines } from "../system/line_reader.ts";
import { killChild } from "../system/started_program.ts";
import { inheritable } from "../system/descriptor_passing.ts";
import { close } from "../system/libc/files.ts";
import { ownCommand } from "../system/own_program.ts";
import { trustedCertificates } from "../system/trusted_certificates.ts";
import { connectDescriptor } from "../wire/transport/tcp.ts";
import { type Letter, type Refusal, refuseAll } from "./letter.ts";
import { MAIL_COMMAND, type MailJob, MAX_REPORT, readRefusals } from "./mail_job.ts";
import { encodeMessage } from "./message.ts";

/** Milliseconds for the connection, whatever addresses the server has. */
const PATIENCE = 30_000;

/** The port of SMTP between servers. */
const PORT = 25;

/** A letter for a mail server. */
type ServedLetter = Letter & { readonly server: MailServer };

/**
 * Brings a letter to its mail server. Unless `smtptls` has another value, the connection is encrypted if the server offers it
 * (on port 465 from the start), but its certificate is not verified: a relay's is often its own, and an alert in clear
 * text would be the alternative. A password never goes over a connection in clear text unless `smtptls` is `no`.
 */
export async function sendBySmtp(
  letter: ServedLetter,
  to: readonly string[],
  signal: AbortSignal,
): Promise<readonly Refusal[]> {
  try {
    const { host, port } = parseServer(letter.server.host);
    const job = JSON.stringify(await jobOf(letter, host, port, to));
    const line = await runJob(await connected(host, port, signal), job, signal);
    const refusals = readRefusals(line, to);
    if (!refusals) throw new Error("the process that spoke to it ended without saying why");
    return refusals;
  } catch (error) {
    return refuseAll(to, signal.aborted ? "no answer in time" : (error as Error).message);
  }
}

async function jobOf(letter: ServedLetter, host: string, port: number, to: readonly string[]): Promise<MailJob> {
  const { tls, login } = letter.server;
  return {
    host,
    port,
    tls,
    login: login && { user: login.user, passwd: login.passwd.reveal() },
    authorities: tls === "yes" ? trustedCertificates() : undefined,
    from: letter.from.address,
    to,
    message: new TextDecoder().decode(await encodeMessage(letter, to)),
  };
}

/** A connection to the first address that takes one; the descriptor belongs to the caller. */
async function connected(host: string, port: number, signal: AbortSignal): Promise<number> {
  let failure = new Error(`the name ${host} does not resolve`);
  const addresses = await addressesOf(host, signal);
  for (const address of addresses) {
    try {
      const patience = AbortSignal.timeout(PATIENCE / addresses.length);
      return await connectDescriptor(address, port, AbortSignal.any([signal, patience]));
    } catch (error) {
      failure = error as Error;
    }
  }
  throw failure;
}

async function addressesOf(host: string, signal: AbortSignal): Promise<readonly IpAddress[]> {
  const { lookup } = await import("node:dns/promises");
  const found = lookup(host, { all: true }).catch(() => []);
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", abort);
  try {
    signal.throwIfAborted();
    const answers = await Promise.race([found, aborted.promise]);
    return answers.flatMap(({ address }) => parseIp(address) ?? []);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/** Has a process of its own do the job over the connection, which is gone afterwards; gives what it says. */
async function runJob(connection: number, job: string, signal: AbortSignal): Promise<string> {
  const child = startChild(connection);
  const kill = () => killChild(child);
  signal.addEventListener("abort", kill);
  if (signal.aborted) kill();
  try {
    // One that ends without reading everything speaks through what it says, or by saying nothing.
    new Blob([job, "\n"]).stream().pipeTo(child.stdin).catch(() => {});
    for await (const line of boundedLines(child.stdout, MAX_REPORT)) return line;
    return "";
  } finally {
    signal.removeEventListener("abort", kill);
    kill();
    await child.status;
  }
}

function startChild(connection: number): Deno.ChildProcess {
  const handed: number[] = [];
  try {
    handed.push(inheritable(connection));
    return ownCommand([MAIL_COMMAND, String(handed[0])], "null").spawn();
  } finally {
    for (const fd of [connection, ...handed]) close(fd);
  }
}

/** `mail.example.org`, `192.0.2.25:2525`, `[2001:db8::25]:25`. */
function parseServer(text: string): { host: string; port: number } {
  const [, host, port] = /^(.*?)(?::(\d+))?$/.exec(text)!;
  return { host: host.replace(/^\[(.*)\]$/, "$1"), port: Number(port ?? PORT) };
}
