import type { MailMessage, SendMailOptions } from "nodemailer";
import type { Letter } from "./letter.ts";

/** Returns a letter as it is sent, with its headers; lines end as on Unix. */
export async function encodeMessage(letter: Letter, to: readonly string[]): Promise<Uint8Array<ArrayBuffer>> {
  const { createTransport } = await import("./nodemailer.ts");
  const transport = createTransport({ streamTransport: true, buffer: true, newline: "unix" });
  transport.use("stream", plainLines);
  const { message } = await transport.sendMail(messageOf(letter, to));
  return new Uint8Array(message as Uint8Array);
}

/** A letter in nodemailer's terms, for these of its addresses. The envelope's sender is the bare address. */
function messageOf(letter: Letter, to: readonly string[]): SendMailOptions {
  return {
    messageId: letter.id,
    date: letter.date,
    from: { ...letter.from },
    to: [...letter.to],
    envelope: { from: letter.from.address, to: [...to] },
    subject: letter.subject,
    text: letter.text,
    // RFC 3834: asks for no automatic replies.
    headers: { "Auto-Submitted": "auto-generated" },
  };
}

/**
 * A plug-in for nodemailer that leaves plain text as it is. Otherwise lines above 76 characters become
 * quoted-printable, broken where filters that look for the log's words no longer find them.
 */
function plainLines({ data, message }: MailMessage, done: () => void): void {
  if (/^[\x20-\x7e\n]*$/.test(String(data.text))) message.getTransferEncoding = () => "7bit";
  done();
}
