/**
 * agent: a program on the real server says how much of its weight it wants, in the words of HAProxy's agent-check
 * (haproxy configuration manual, "agent-check"): one line such as `75%`, `up`, `drain` or `down # disk full`.
 */

import type { CheckResult, CheckRun, CheckTarget } from "../model/check.ts";
import { ByteBuffer } from "../wire/transport/byte_buffer.ts";
import type { ByteStream } from "../wire/transport/byte_stream.ts";
import { decodeLatin1 } from "../wire/transport/latin1.ts";
import { lineBeginning, ProtocolError } from "../wire/transport/protocol_error.ts";
import { openTcp } from "./open.ts";
import { down, up } from "./verdict.ts";

const MAX_LINE = 1024;

/** Connects, and takes the agent's line. What hinders that says nothing of the server: only `reported` is its own word. */
export async function agent(target: CheckTarget, run: CheckRun): Promise<CheckResult> {
  const stream = await openTcp(target, run);
  try {
    run.trace("* waiting for the agent's line");
    const line = await firstLine(stream);
    run.trace(`< ${line || "(nothing)"}`);
    return judgeAgent(line);
  } catch (error) {
    if (error instanceof ProtocolError) return down("mismatch", error.message);
    throw error;
  } finally {
    stream.close();
  }
}

/** Up to the line's end, which is the first CR or LF, or to the connection's: agents are short scripts. */
async function firstLine(stream: ByteStream): Promise<string> {
  const said = new ByteBuffer();
  for (;;) {
    const text = decodeLatin1(said.bytes());
    const end = text.search(/[\r\n]/);
    if (end >= 0) return text.slice(0, end);
    if (text.length > MAX_LINE) throw new ProtocolError(`the agent sent a line of more than ${MAX_LINE} bytes`);
    const more = await stream.read();
    if (!more) return text;
    said.append(more.subarray(0, MAX_LINE + 1));
  }
}

/** What an agent's line means; the last word of a kind counts, as with HAProxy. What stands behind `#` is its reason. */
export function judgeAgent(line: string): CheckResult {
  const [words, reason] = line.split("#").map((part) => part.trim());
  const said = `the agent says ${line.trim()}`;
  let verdict: CheckResult | undefined;
  for (const word of words.toLowerCase().split(/[\s,]+/)) {
    const percent = /^(\d{1,3})%$/.exec(word);
    if (percent && Number(percent[1]) <= 256) verdict = up(said, { percent: Number(percent[1]) });
    else if (word === "drain") verdict = up(said, { percent: 0 });
    else if (word === "up" || word === "ready") verdict ??= up(said);
    else if (["down", "fail", "failed", "stopped", "maint"].includes(word)) {
      return down("reported", `the agent says ${word}${reason ? `: ${reason}` : ""}`);
    }
  }
  return verdict ?? down("mismatch", `the agent did not report a state: ${lineBeginning(line)}`);
}
