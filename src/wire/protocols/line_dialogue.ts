/**
 * The dialogues of SMTP, POP3, IMAP, NNTP and FTP: lines of text that end with CR LF.
 */

import { ByteReader } from "../transport/byte_reader.ts";
import type { ByteStream } from "../transport/byte_stream.ts";
import { lineBeginning, ProtocolError } from "../transport/protocol_error.ts";
import { UnusableValue } from "../transport/unusable_value.ts";

/** Bytes of one line. RFC 5321 asks for 512, RFC 3501 names no bound; capability lists are the longest. */
const MAX_LINE = 16 * 1024;
/** Lines of one answer: what is skipped or gathered before its last line. */
const MAX_LINES = 256;

/** Milliseconds for which the answer to a goodbye is waited for. */
const PARTING = 200;

/** An answer with a three-digit code (RFC 5321, 4.2; RFC 959, 4.2; RFC 3977, 3.2). */
export interface NumberedReply {
  readonly code: number;
  /** Its first line, code and all: `220 mail.example.com ESMTP`. */
  readonly text: string;
  /** All its lines, code and all. */
  readonly lines: readonly string[];
}

/** Speaks and hears lines, and traces both. */
export class LineDialogue {
  #stream: ByteStream;
  #reader: ByteReader;
  readonly #trace: (line: string) => void;

  /** In all of these protocols the server speaks first. */
  constructor(stream: ByteStream, trace: (line: string) => void) {
    trace("* waiting for the greeting");
    this.#stream = stream;
    this.#reader = new ByteReader(stream);
    this.#trace = trace;
  }

  /** Sends one line; `shown` is what the trace gets of it, for lines that hold a secret. */
  async sendLine(line: string, shown: string = line): Promise<void> {
    // Such a character would end our line and make a command of the rest.
    if (/[\r\n\0]/.test(line)) throw new UnusableValue("a value of the configuration has a line end in it");
    this.#trace(`> ${shown}`);
    await this.#stream.write(new TextEncoder().encode(`${line}\r\n`));
  }

  /** The next line. Throws {@link ProtocolError} when there is none. */
  async readLine(): Promise<string> {
    const line = await this.#reader.line(MAX_LINE);
    if (line === undefined) throw new ProtocolError("the server closed the connection");
    this.#trace(`< ${line}`);
    return line;
  }

  /** The first line for which `wanted` holds; a few others before it are skipped. */
  async readUntil(wanted: (line: string) => boolean): Promise<string> {
    for (let lines = 0; lines < MAX_LINES; lines++) {
      const line = await this.readLine();
      if (wanted(line)) return line;
    }
    throw new ProtocolError(`the server sent more than ${MAX_LINES} lines in answer to one`);
  }

  /** A numbered answer, of one line or of many (`250-…`, `250-…`, `250 …`). `protocol` names it where it is none. */
  async readNumbered(protocol: string): Promise<NumberedReply> {
    const text = await this.readLine();
    const match = /^([1-5]\d\d)([ -]|$)/.exec(text);
    if (!match) throw new ProtocolError(`not an ${protocol} reply: ${lineBeginning(text)}`);
    const lines = [text];
    if (match[2] === "-") {
      await this.readUntil((line) => lines.push(line) > 0 && (line.startsWith(`${match[1]} `) || line === match[1]));
    }
    return { code: Number(match[1]), text, lines };
  }

  /**
   * Goes on over TLS, and gives the new stream. What the server sent ahead of it is dropped unread: an attacker on the way
   * may have put it there (RFC 3207, 4.2 and 6; RFC 9051, 7.1).
   */
  async secure<Secured extends ByteStream>(
    handshake: (stream: ByteStream) => Promise<Secured>,
  ): Promise<Secured> {
    const secured = await handshake(this.#stream);
    this.#stream = secured;
    this.#reader = new ByteReader(secured);
    return secured;
  }

  /**
   * Says a goodbye and drops the connection. What comes of it does not matter any more: the answer is waited for, a
   * moment, because servers log a client that vanished.
   */
  async part(goodbye: string): Promise<void> {
    let timer: number | undefined;
    const enough = new Promise<undefined>((resolve) => timer = setTimeout(resolve, PARTING, undefined));
    try {
      await this.sendLine(goodbye);
      const answer = await Promise.race([this.#reader.line(MAX_LINE), enough]);
      if (answer !== undefined) this.#trace(`< ${answer}`);
    } catch {
      // A server that hung up first.
    } finally {
      clearTimeout(timer);
      this.close();
    }
  }

  /** Drops the connection. */
  close(): void {
    this.#stream.close();
  }
}
