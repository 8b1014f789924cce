/**
 * TNS, which carries Oracle's protocol: packets with their length in front (Oracle publishes no specification; the
 * names are those of its open-source driver).
 */

import { ByteBuffer } from "../transport/byte_buffer.ts";
import { ByteReader } from "../transport/byte_reader.ts";
import type { ByteStream } from "../transport/byte_stream.ts";
import { ProtocolError } from "../transport/protocol_error.ts";

const HEADER_LENGTH = 8;
const MAX_PACKET = 2 * 1024 * 1024;
const ACCEPT = 2;
const REDIRECT = 5;
const DATA = 6;
const RESEND = 11;
const HIGHEST_TYPE = 19;
/** The server's version, in an ACCEPT packet; from this one on lengths have four bytes instead of two. */
const VERSION_OFFSET = 8;
const LONG_LENGTHS = 315;
/** A DATA packet's flags, and the one that says that it is deflated; we never agree to that. */
const FLAGS_OFFSET = 8;
const DEFLATED = 0x0400;
/** A listener asks for our first packet once more, where it can't be handed over; not for ever. */
const MAX_RESENDS = 4;

/**
 * `stream`, made to give whole packets of a known kind and nothing else: Oracle's driver trusts what it reads, and
 * would not come back from a packet of length 0. A redirection is refused, for it leads to another server than the one
 * that is checked.
 */
export function tnsStream(stream: ByteStream): ByteStream {
  const reader = new ByteReader(stream);
  let longLengths = false;
  let resends = 0;
  return {
    async read() {
      const packet = await readPacket(reader, longLengths);
      if (!packet) return undefined;
      const type = packet[4];
      if (type === REDIRECT) throw new ProtocolError("the listener sends us to another address");
      if (type === RESEND && ++resends > MAX_RESENDS) {
        throw new ProtocolError("the listener asks for the same again and again");
      }
      if (type === DATA && flagsOf(packet) & DEFLATED) throw new ProtocolError("a deflated packet, unasked for");
      if (type === ACCEPT) longLengths = versionOf(packet) >= LONG_LENGTHS;
      return packet;
    },
    write: (bytes) => stream.write(bytes),
    closeWrite: () => stream.closeWrite(),
    close: () => stream.close(),
  };
}

async function readPacket(reader: ByteReader, longLength: boolean): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const packet = new ByteBuffer();
  const count = await reader.fill(packet, HEADER_LENGTH);
  if (count === 0) return undefined;
  const [a, b, c, d, type] = packet.bytes();
  const length = longLength ? ((a << 24 | b << 16 | c << 8 | d) >>> 0) : a << 8 | b;
  if (count < HEADER_LENGTH || length < HEADER_LENGTH || type === 0 || type > HIGHEST_TYPE) {
    throw new ProtocolError("not a TNS packet");
  }
  if (length > MAX_PACKET) throw new ProtocolError(`the server sent a packet of more than ${MAX_PACKET} bytes`);
  const missing = length - HEADER_LENGTH - await reader.fill(packet, length - HEADER_LENGTH);
  if (missing > 0) throw new ProtocolError("the server closed the connection within a packet");
  return packet.bytes().slice();
}

function flagsOf(data: Uint8Array): number {
  return data.length < FLAGS_OFFSET + 2 ? 0 : data[FLAGS_OFFSET] << 8 | data[FLAGS_OFFSET + 1];
}

function versionOf(accept: Uint8Array): number {
  return accept.length < VERSION_OFFSET + 2 ? 0 : accept[VERSION_OFFSET] << 8 | accept[VERSION_OFFSET + 1];
}
