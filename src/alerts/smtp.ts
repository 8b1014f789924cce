import type { MailServer } from "../model/virtual_service.ts";
import { trustedCertificates } from "../system/trusted_certificates.ts";
import { type Letter, type Refusal, refuseAll } from "./letter.ts";
import { messageOf, plainLines } from "./message.ts";

/** Milliseconds for the connection, for the greeting, and for each answer. */
const PATIENCE = 30_000;

/** The port of SMTP between servers. */
const PORT = 25;

/**
 * Brings a letter to its mail server. Unless `smtptls` says otherwise the connection is encrypted if the server offers it
 * (on port 465 from the start), but its certificate is not verified: a relay's is often its own, and an alert in clear
 * text would be the alternative. A password never goes over a connection in clear text unless `smtptls` is `no`.
 */
export async function sendBySmtp(
  letter: Letter & { readonly server: MailServer },
  to: readonly string[],
  signal: AbortSignal,
): Promise<readonly Refusal[]> {
  const { login } = letter.server;
  try {
    const { createTransport } = await import("./nodemailer.ts");
    const transport = createTransport({
      ...parseServer(letter.server.host),
      ...encryptionOf(letter.server),
      auth: login && { user: login.user, pass: login.passwd.reveal() },
      connectionTimeout: PATIENCE,
      greetingTimeout: PATIENCE,
      socketTimeout: PATIENCE,
      dnsTimeout: PATIENCE,
    });
    transport.use("stream", plainLines);
    const { rejectedErrors } = await transport.sendMail({ ...messageOf(letter, to), signal });
    return refusedAddresses(rejectedErrors ?? []);
  } catch (error) {
    return refusalsBy(explained(error as SmtpError, letter.server), to);
  }
}

/** All that the runtime says of a certificate that it does not accept is "UNKNOWN". */
function explained(error: SmtpError, { tls }: MailServer): SmtpError {
  if (tls !== "yes" || !error.message.includes("UNKNOWN")) return error;
  return new Error("no encrypted connection: does this system trust its certificate, and does it name the server?");
}

function encryptionOf({ tls, login }: MailServer) {
  if (tls === "no") return { secure: false, ignoreTLS: true };
  const verified = tls === "yes";
  return {
    requireTLS: verified || login !== undefined,
    tls: { rejectUnauthorized: verified, ca: verified ? trustedCertificates() : undefined },
  };
}

/** What nodemailer says of an attempt that failed, as a whole or for one address. */
interface SmtpError extends Error {
  readonly permanent?: boolean;
  readonly recipient?: string;
  readonly rejectedErrors?: readonly SmtpError[];
}

function refusalsBy(error: SmtpError, to: readonly string[]): Refusal[] {
  const refused = refusedAddresses(error.rejectedErrors ?? []);
  return refused.length === to.length ? refused : refuseAll(to, error.message, error.permanent);
}

function refusedAddresses(errors: readonly SmtpError[]): Refusal[] {
  return errors.flatMap(({ recipient, message, permanent }) =>
    recipient === undefined ? [] : [{ address: recipient, message, permanent: permanent === true }]
  );
}

/** `mail.example.org`, `192.0.2.25:2525`, `[2001:db8::25]:25`. */
function parseServer(text: string): { host: string; port: number } {
  const [, host, port] = /^(.*?)(?::(\d+))?$/.exec(text)!;
  return { host: host.replace(/^\[(.*)\]$/, "$1"), port: Number(port ?? PORT) };
}
