import { type Letter, type Refusal, refuseAll } from "./letter.ts";
import { messageOf, plainLines } from "./message.ts";

/** Where mail systems install their sendmail. */
export const SENDMAIL_PATHS = ["/usr/sbin/sendmail", "/usr/lib/sendmail"];

/** Hands a letter to the local mail system; killed when it takes too long. */
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
    const problem = await pipeTo(path, ["-i", "-f", letter.from.address, ...to], message, signal);
    return problem === undefined ? [] : refuseAll(to, `${path} ${problem}`);
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

async function encodeMessage(letter: Letter, to: readonly string[]): Promise<Uint8Array<ArrayBuffer>> {
  const { createTransport } = await import("nodemailer");
  const transport = createTransport({ streamTransport: true, buffer: true, newline: "unix" });
  transport.use("stream", plainLines);
  const { message } = await transport.sendMail(messageOf(letter, to));
  return new Uint8Array(message as Uint8Array);
}

/** Gives what went wrong, if anything did. */
async function pipeTo(
  path: string,
  args: readonly string[],
  input: Uint8Array<ArrayBuffer>,
  signal: AbortSignal,
): Promise<string | undefined> {
  const child = new Deno.Command(path, { args: [...args], stdin: "piped", stdout: "null", stderr: "piped" }).spawn();
  const kill = () => child.kill("SIGKILL");
  signal.addEventListener("abort", kill);
  try {
    // One that ends without reading everything speaks through its status.
    const fed = new Blob([input]).stream().pipeTo(child.stdin).catch(() => {});
    const { success, code, signal: killedBy, stderr } = await child.output();
    await fed;
    if (success) return undefined;
    const said = new TextDecoder().decode(stderr).trim().split("\n")[0];
    return `ended with ${killedBy ?? `status ${code}`}${said === "" ? "" : `: ${said}`}`;
  } finally {
    signal.removeEventListener("abort", kill);
  }
}
