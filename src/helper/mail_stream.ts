import type SmtpConnection from "nodemailer/lib/smtp-connection";
import type { ByteStream } from "../wire/transport/byte_stream.ts";
import { NodeStream } from "../wire/transport/node_stream.ts";

/** What nodemailer keeps of what it has read, and how it goes over to TLS. */
interface Internals {
  _remainder: string;
  _responseQueue: string[];
  _responsePartial: boolean;
  secure: boolean;
  _upgradeConnection(done: (error?: Error, isSecure?: boolean) => void): void;
}

/** Bytes that nodemailer is given: what it costs to read them grows faster than they do. */
const MAX_HEARD = 128 * 1024;

/** The connection to a mail server, as nodemailer wants it. */
export class MailStream extends NodeStream {
  constructor(stream: ByteStream) {
    super(stream, MAX_HEARD);
  }

  /** The director has a deadline, and that is all there is. */
  setTimeout(): this {
    return this;
  }

  /** Has STARTTLS end in our TLS, which bounds what a handshake may cost; the library has none for such streams. */
  startTlsWith(connection: SmtpConnection, secure: (stream: ByteStream) => Promise<ByteStream>): void {
    const internals = connection as unknown as Internals;
    internals._upgradeConnection = (done) => {
      // What came in clear text after the agreement is dropped (RFC 3207, 6).
      Object.assign(internals, { _remainder: "", _responseQueue: [], _responsePartial: false });
      this.change(secure).then(() => {
        internals.secure = true;
        done(undefined, true);
      }, done);
    };
  }
}
