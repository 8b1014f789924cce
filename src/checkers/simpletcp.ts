/**
 * simpletcp: `request` is sent as it is, our side is closed, and what comes back must match `receive`.
 */

import type { CheckResult, CheckRun, CheckTarget } from "../model/check.ts";
import { ByteBuffer } from "../wire/byte_buffer.ts";
import { ByteReader } from "../wire/byte_reader.ts";
import { decodeLatin1 } from "../wire/latin1.ts";
import { openTcp } from "./open.ts";
import { judgeReply, up } from "./verdict.ts";

/** Bytes of the reply that are matched. */
const MAX_REPLY = 1024 * 1024;

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", "\\": "\\" };

/**
 * Reads the reply to its end. Without `receive` the server need only say something, or close in order:
 * one that accepts and then stays silent is not well.
 */
export async function simpletcp(target: CheckTarget, run: CheckRun): Promise<CheckResult> {
  const stream = await openTcp(target, run);
  try {
    const request = unescapeRequest(target.request ?? "");
    run.trace(`> ${target.request ?? "(nothing)"}`);
    await stream.write(request);
    await stream.closeWrite();
    const reader = new ByteReader(stream);
    if (!target.receive) {
      const some = await reader.some(MAX_REPLY);
      run.trace(some ? `< ${decodeLatin1(some)}` : "* closed by the server");
      return up(some ? "answered" : "closed the connection in order");
    }
    const reply = new ByteBuffer();
    await reader.fill(reply, MAX_REPLY);
    const text = decodeLatin1(reply.bytes());
    run.trace(`< ${text}`);
    run.trace(`* ${reply.length} bytes`);
    return judgeReply(target, text, `reply matches receive (${reply.length} bytes)`);
  } finally {
    stream.close();
  }
}

/**
 * The bytes of a request: `\n \r \t \xHH \\` stand for what they do in C; the one leading slash that the old program
 * put in front of every request and took away here is dropped.
 */
export function unescapeRequest(request: string): Uint8Array<ArrayBuffer> {
  const bytes = new ByteBuffer();
  const encoder = new TextEncoder();
  for (const [piece, hex, letter] of request.replace(/^\//, "").matchAll(/\\x([0-9a-f]{2})|\\([nrt\\])|[^\\]+|\\/gi)) {
    bytes.append(hex ? Uint8Array.of(parseInt(hex, 16)) : encoder.encode(letter ? ESCAPES[letter] : piece));
  }
  return bytes.bytes().slice();
}
