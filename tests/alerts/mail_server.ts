import { ok } from "node:assert/strict";
import { freePort } from "../ports.ts";
import { makeCertificate } from "./certificate.ts";

/** A mail as it came to rest. */
export interface Mail {
  /** By name in lower case, unfolded. The server adds `x-mailfrom` and `x-rcptto`: the envelope. */
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
}

/** A mail server on the loopback interface. */
export interface MailServer extends AsyncDisposable {
  readonly port: number;
  /** The file of its certificate, if it encrypts. */
  readonly certificate: string;
  /** What it has taken. */
  mails(): Mail[];
}

/** What a mail server wants of its clients. */
export interface Demands {
  readonly encryption?: "none" | "starttls";
  /** Only this account may send mail. */
  readonly login?: { readonly user: string; readonly passwd: string };
}

/** Starts Debian's aiosmtpd, which takes everything that it is brought properly. Resolves when it listens. */
export async function startMailServer({ encryption = "none", login }: Demands = {}): Promise<MailServer> {
  const folder = await Deno.makeTempDir();
  const port = freePort();
  const tls = encryption === "none" ? ["", ""] : [await makeCertificate(folder), `${folder}/key.pem`];
  const child = new Deno.Command("/usr/bin/python3", {
    args: ["-c", SERVER, String(port), `${folder}/mail`, ...tls, login?.user ?? "", login?.passwd ?? ""],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const log = child.stderr.pipeThrough(new TextDecoderStream());
  await logSays(log, "listening");
  const drained = log.pipeTo(new WritableStream());
  return {
    port,
    certificate: tls[0],
    mails: () => readFolder(`${folder}/mail/new`),
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.status;
      await drained;
      await Deno.remove(folder, { recursive: true });
    },
  };
}

const SERVER = `
import asyncio, ssl, sys
from aiosmtpd.handlers import Mailbox
from aiosmtpd.smtp import SMTP, AuthResult
port, folder, cert, key, user, passwd = sys.argv[1:]
tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH) if cert else None
if tls: tls.load_cert_chain(cert, key)
def authenticate(server, session, envelope, mechanism, data):
    return AuthResult(success=(data.login, data.password) == (user.encode(), passwd.encode()), handled=False)
handler = Mailbox(folder)
def session():
    return SMTP(handler, tls_context=tls, auth_required=bool(user), auth_require_tls=bool(tls), authenticator=authenticate)
loop = asyncio.new_event_loop()
loop.run_until_complete(loop.create_server(session, "127.0.0.1", int(port)))
print("listening", file=sys.stderr, flush=True)
loop.run_forever()
`;

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

async function logSays(log: ReadableStream<string>, words: string): Promise<void> {
  let said = "";
  for await (const chunk of log.values({ preventCancel: true })) {
    if ((said += chunk).includes(words)) return;
  }
  ok(false, `the mail server did not start: ${said}`);
}
