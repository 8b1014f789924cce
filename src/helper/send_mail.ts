/**
 * The process that speaks to a mail server: gives up what it may do, then brings one letter and says what came of it.
 */

import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import SmtpConnection from "nodemailer/lib/smtp-connection";
import type { Refusal } from "../alerts/letter.ts";
import { type MailJob, MAX_MESSAGE } from "../alerts/mail_job.ts";
import { parseIp } from "../model/address.ts";
import { readPemFilesFrom } from "../system/pem_file.ts";
import type { ByteStream } from "../wire/transport/byte_stream.ts";
import { adoptTcp } from "../wire/transport/tcp.ts";
import { startTls } from "../wire/transport/tls.ts";
import { giveUpRights } from "./give_up_rights.ts";
import { MailStream } from "./mail_stream.ts";
import { writeJsonLine } from "./write_json_line.ts";

/** The port at which SMTP is encrypted from the start. */
const SMTPS = 465;

/** Milliseconds that a step of the conversation may take; the director ends it all before. */
const FOR_EVER = 3_600_000;

/** What nodemailer says of an attempt that failed, as a whole or for one address. */
interface SmtpError extends Error {
  readonly permanent?: boolean;
  readonly recipient?: string;
  readonly rejectedErrors?: readonly SmtpError[];
}

/** Does the job that stands on our standard input over a connection, and writes the addresses that were refused to standard output. */
export async function sendMail(connection: number): Promise<void> {
  giveUpRights();
  const job: MailJob = JSON.parse(await new Response(Deno.stdin.readable).text());
  const refusals = await refusalsOf(job, connection);
  writeJsonLine(refusals.map((refusal) => ({ ...refusal, message: refusal.message.slice(0, MAX_MESSAGE) })));
}

async function refusalsOf(job: MailJob, connection: number): Promise<readonly Refusal[]> {
  try {
    return refusedAddresses(await bring(job, adoptTcp(connection, new AbortController().signal)));
  } catch (error) {
    const { message, permanent, rejectedErrors = [] } = error as SmtpError;
    const refused = refusedAddresses(rejectedErrors);
    if (refused.length === job.to.length) return refused;
    return job.to.map((address) => ({ address, message, permanent: permanent === true }));
  }
}

/** Brings the letter; gives what the server says of addresses that it does not take, and rejects when it takes none. */
async function bring(job: MailJob, plain: ByteStream): Promise<readonly SmtpError[]> {
  const { host, port, tls, login } = job;
  const secure = (stream: ByteStream) => encrypted(job, stream);
  const isSecure = port === SMTPS && tls !== "no";
  const socket = new MailStream(isSecure ? await secure(plain) : plain);
  const connection = new SmtpConnection({
    host,
    port,
    // It wants of a socket what every stream has.
    connection: socket as Duplex as Socket,
    secure: isSecure,
    secured: isSecure,
    ignoreTLS: tls === "no",
    requireTLS: tls === "yes" || (tls === "auto" && login !== undefined),
    connectionTimeout: FOR_EVER,
    greetingTimeout: FOR_EVER,
  });
  socket.startTlsWith(connection, secure);
  const ended = Promise.withResolvers<never>();
  connection.once("error", (error) => ended.reject(error));
  connection.once("end", () => ended.reject(socket.failure ?? new Error("the server closed the connection")));
  const step = <T>(work: (done: (error?: Error | null, result?: T) => void) => void) =>
    Promise.race([
      ended.promise,
      new Promise<T>((resolve, reject) => work((error, result) => error ? reject(error) : resolve(result!))),
    ]);
  await step<void>((done) => connection.connect(done));
  if (login && connection.allowsAuth) {
    const credentials = { user: login.user, pass: login.passwd };
    await step((done) => connection.login({ user: login.user, credentials }, done));
  }
  const envelope = { from: job.from, to: [...job.to] };
  const { rejectedErrors } = await step<{ rejectedErrors?: readonly SmtpError[] }>((done) =>
    connection.send(envelope, job.message, done)
  );
  return rejectedErrors ?? [];
}

/** Only `smtptls = yes` has the certificate verified. */
async function encrypted({ host, tls, authorities }: MailJob, stream: ByteStream): Promise<ByteStream> {
  const bytes = new TextEncoder().encode(authorities);
  readPemFilesFrom(() => ({ version: "", read: () => bytes }));
  try {
    return await startTls(stream, {
      serverName: parseIp(host) ? undefined : host,
      address: host,
      verify: tls === "yes",
      caFile: authorities === undefined ? undefined : "the system's certificates",
    });
  } catch (error) {
    if (tls !== "yes") throw error;
    const { message } = error as Error;
    throw new Error(
      `no encrypted connection: ${message}: does this system trust its certificate, and does it name the server?`,
    );
  }
}

function refusedAddresses(errors: readonly SmtpError[]): Refusal[] {
  return errors.flatMap(({ recipient, message, permanent }) =>
    recipient === undefined ? [] : [{ address: recipient, message, permanent: permanent === true }]
  );
}
