import { ok } from "node:assert/strict";

/** A mail as it came to rest. */
export interface Mail {
  /** By name in lower case, unfolded. The server adds `x-mailfrom` and `x-rcptto`: the envelope. */
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
}

/** A mail server on the loopback interface. */
export interface MailServer extends AsyncDisposable {
  readonly port: number;
  /** What it has taken. */
  mails(): Mail[];
}

/** Starts Debian's aiosmtpd, which takes everything. Resolves when it listens. */
export async function startMailServer(encryption: "none" | "starttls" = "none"): Promise<MailServer> {
  const folder = await Deno.makeTempDir();
  const port = freePort();
  const tls = encryption === "none"
    ? []
    : ["--tlscert", await makeCertificate(folder), "--tlskey", `${folder}/key.pem`];
  const child = new Deno.Command("/usr/bin/python3", {
    args: [
      ...["-m", "aiosmtpd", "-n", "-d", "-l", `127.0.0.1:${port}`, ...tls],
      ...["-c", "aiosmtpd.handlers.Mailbox", `${folder}/mail`],
    ],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const log = child.stderr.pipeThrough(new TextDecoderStream());
  await logSays(log, "Server is listening");
  const drained = log.pipeTo(new WritableStream());
  return {
    port,
    mails: () => readFolder(`${folder}/mail/new`),
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.status;
      await drained;
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** Reads a mail from its text. */
export function parseMail(raw: string): Mail {
  const text = raw.replaceAll("\r\n", "\n");
  const end = text.indexOf("\n\n");
  const lines = text.slice(0, end).replace(/\n[ \t]+/g, " ").split("\n");
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  return { headers: new Map(headers), text: text.slice(end + 2) };
}

function readFolder(folder: string): Mail[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => parseMail(Deno.readTextFileSync(`${folder}/${name}`)));
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

async function logSays(log: ReadableStream<string>, words: string): Promise<void> {
  let said = "";
  for await (const chunk of log.values({ preventCancel: true })) {
    if ((said += chunk).includes(words)) return;
  }
  ok(false, `the mail server did not start: ${said}`);
}

async function makeCertificate(folder: string): Promise<string> {
  const path = `${folder}/certificate.pem`;
  const { success } = await new Deno.Command("openssl", {
    args: [
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"],
      ...["-subj", "/CN=mail", "-keyout", `${folder}/key.pem`, "-out", path],
    ],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).output();
  ok(success);
  return path;
}
