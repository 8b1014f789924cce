/**
 * memcached: the server says which version it is (memcached's doc/protocol.txt, "version").
 */

import type { CheckResult, CheckRun, CheckTarget } from "../model/check.ts";
import { ByteReader } from "../wire/transport/byte_reader.ts";
import { lineBeginning, ProtocolError } from "../wire/transport/protocol_error.ts";
import { openTcp } from "./open.ts";
import { judgeReply } from "./verdict.ts";

const MAX_LINE = 1024;

/** `receive` must match the answer. */
export async function memcached(target: CheckTarget, run: CheckRun): Promise<CheckResult> {
  const stream = await openTcp(target, run);
  try {
    run.trace("> version");
    await stream.write(new TextEncoder().encode("version\r\n"));
    const line = await new ByteReader(stream).line(MAX_LINE);
    if (line === undefined) throw new ProtocolError("the server closed the connection");
    run.trace(`< ${line}`);
    if (!line.startsWith("VERSION ")) throw new ProtocolError(`not a memcached reply: ${lineBeginning(line)}`);
    return judgeReply(target, line, line);
  } finally {
    stream.close();
  }
}
