/**
 * simpletcp: `request` is sent as it is, our side is closed, and what comes back must match `receive`.
 */

import type { CheckResult, CheckRun, CheckTarget } from "../model/check.ts";
import { ByteBuffer } from "../wire/transport/byte_buffer.ts";
import { ByteReader } from "../wire/transport/byte_reader.ts";
import { decodeLatin1 } from "../wire/transport/latin1.ts";
import { openTcp } from "./open.ts";
import { judgeReply, matches, up } from "./verdict.ts";

/** Bytes of the reply that are matched. */
const MAX_REPLY = 1024 * 1024;

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", "\\": "\\" };

/**
 * Reads the reply until a line of it matches, or to its end. Without `receive` the server need only say something, or
 * close in order: one that accepts and then stays silent is not well.
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
    const { receive } = target;
    const { text, decisive } = await replyUpTo(reader, (line) => matches(receive, line));
    run.trace(`< ${text}`);
    run.trace(`* ${text.length} bytes`);
    return judgeReply(target, decisive, `reply matches receive (${text.length} bytes)`);
  } finally {
    stream.close();
  }
}

/**
 * What the server says, and what of it is to be judged: the first line that is wanted, or else all. As in the old
 * program a line is enough, for some servers do not close; and an expression may be anchored to it.
 */
async function replyUpTo(reader: ByteReader, wanted: (line: string) => boolean | Promise<boolean>) {
  let text = "";
  let start = 0;
  while (text.length < MAX_REPLY) {
    const piece = await reader.some(MAX_REPLY - text.length);
    if (!piece) break;
    const more = decodeLatin1(piece);
    const before = text.length;
    text += more;
    // Only what has just come is searched: a line may come in thousands of pieces.
    for (let end = more.indexOf("\n"); end >= 0; end = more.indexOf("\n", end + 1)) {
      const line = text.slice(start, before + end + 1);
      const is = wanted(line);
      // Not awaited where there is nothing to wait for: a reply may have a million lines.
      if (typeof is === "boolean" ? is : await is) return { text, decisive: line };
      start = before + end + 1;
    }
  }
  const rest = text.slice(start);
  return { text, decisive: await wanted(rest) ? rest : text };
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
