import { harmless } from "../model/harmless_text.ts";
import { runProgram } from "../system/program.ts";
import { type Letter, type Refusal, refuseAll } from "./letter.ts";
import { encodeMessage } from "./message.ts";

/** Where mail systems install their sendmail. */
export const SENDMAIL_PATHS = ["/usr/sbin/sendmail", "/usr/lib/sendmail"];

/** Hands a letter to the local mail system; ended when it takes too long. */
export async function sendBySendmail(
  paths: readonly string[],
  letter: Letter,
  to: readonly string[],
  signal: AbortSignal,
): Promise<readonly Refusal[]> {
  const path = paths.find(isThere);
  if (path === undefined) return refuseAll(to, `there is no ${paths.join(" and no ")}: set smtp, or install one`);
  try {
    const message = await encodeMessage(letter, to);
    // -i: a line with a single dot ends nothing.
    const argv = [path, "-i", "-f", letter.from.address, ...to];
    const { status, signal: killedBy, lastLine } = await runProgram(argv, signal, { input: message });
    if (status === 0) return [];
    return refuseAll(
      to,
      `${path} ended with ${killedBy ?? `status ${status}`}${lastLine === "" ? "" : `: ${harmless(lastLine)}`}`,
    );
  } catch (error) {
    return refuseAll(to, `${path}: ${(error as Error).message}`);
  }
}

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
