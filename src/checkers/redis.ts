/**
 * redis: the server answers PING, or INFO where `request` asks for that; `receive` must match it (the RESP protocol).
 */

import type { CheckResult, CheckRun, CheckTarget } from "../model/check.ts";
import { ByteBuffer } from "../wire/transport/byte_buffer.ts";
import { ByteReader } from "../wire/transport/byte_reader.ts";
import { decodeLatin1 } from "../wire/transport/latin1.ts";
import { lineBeginning, ProtocolError } from "../wire/transport/protocol_error.ts";
import { openTcp } from "./open.ts";
import { down, judgeReply } from "./verdict.ts";

const MAX_LINE = 16 * 1024;
/** Bytes of an answer to INFO, which has a few thousand. */
const MAX_REPLY = 1024 * 1024;
/** Errors that say that we may not. */
const REJECTION = /^-(NOAUTH|WRONGPASS|NOPERM|ERR (invalid password|AUTH|Client sent AUTH))/i;

/** Logs in where a password is given; a server before version 6 knows no names, so without a login none is sent. */
export async function redis(target: CheckTarget, run: CheckRun): Promise<CheckResult> {
  const question = (target.request ?? "PING").trim().split(/\s+/);
  if (!/^(PING|INFO)$/i.test(question[0])) return down("internal", "the request of a redis check is PING or INFO");
  const stream = await openTcp(target, run);
  const reader = new ByteReader(stream);
  const ask = async (words: readonly string[], shown: string) => {
    run.trace(`> ${shown}`);
    await stream.write(encodeCommand(words));
    return await readReply(reader, run);
  };
  try {
    if (target.passwd) {
      const credentials = [...target.login ? [target.login] : [], target.passwd.reveal()];
      const answer = await ask(["AUTH", ...credentials], "AUTH ***");
      if (answer !== "+OK") return refusal(answer);
    }
    const answer = await ask(question, question.join(" "));
    if (answer.startsWith("-")) return refusal(answer);
    return judgeReply(target, answer.slice(1), question[0].toUpperCase() === "PING" ? answer.slice(1) : "INFO");
  } finally {
    stream.close();
  }
}

function refusal(answer: string): CheckResult {
  return down(REJECTION.test(answer) ? "auth" : "reported", answer.slice(1));
}

/** An array of bulk strings. */
function encodeCommand(words: readonly string[]): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const bulks = words.map((word) => `$${encoder.encode(word).length}\r\n${word}\r\n`);
  return encoder.encode(`*${words.length}\r\n${bulks.join("")}`);
}

/** A simple string or an error as it stands; a bulk string behind `$`. */
async function readReply(reader: ByteReader, run: CheckRun): Promise<string> {
  const line = await reader.line(MAX_LINE);
  if (line === undefined) throw new ProtocolError("the server closed the connection");
  run.trace(`< ${line}`);
  if (/^[+-]/.test(line)) return line;
  const length = /^\$(\d{1,7})$/.exec(line)?.[1];
  if (length === undefined || Number(length) > MAX_REPLY) {
    throw new ProtocolError(`not a redis reply: ${lineBeginning(line)}`);
  }
  const bulk = new ByteBuffer();
  if (await reader.fill(bulk, Number(length)) < Number(length)) {
    throw new ProtocolError("the server closed the connection");
  }
  const text = decodeLatin1(bulk.bytes());
  run.trace(`< ${text}`);
  return `$${text}`;
}
