/**
 * ftp: the server takes the login and, where `request` names a file, sends it; the file must match `receive`
 * (RFC 959; passive mode by RFC 2428 on IPv6; TLS by RFC 4217).
 */

import { familyOf, MOST_PORT } from "../model/address.ts";
import type { CheckResult, CheckRun, CheckTarget } from "../model/check.ts";
import { ByteBuffer } from "../wire/transport/byte_buffer.ts";
import { ByteReader } from "../wire/transport/byte_reader.ts";
import type { ByteStream } from "../wire/transport/byte_stream.ts";
import { decodeLatin1 } from "../wire/transport/latin1.ts";
import { LineDialogue, type NumberedReply } from "../wire/protocols/line_dialogue.ts";
import { lineBeginning, ProtocolError } from "../wire/transport/protocol_error.ts";
import { openTcp, secure } from "./open.ts";
import { down, judgeReply, up } from "./verdict.ts";

/** Bytes of the file that are matched. */
const MAX_FILE = 1024 * 1024;

/** Logs in (anonymously where no login is given) and fetches the file, in binary and passive mode. */
export async function ftp(target: CheckTarget, run: CheckRun): Promise<CheckResult> {
  const server = new LineDialogue(await openTcp(target, run), run.trace);
  const ask = async (command: string, shown?: string): Promise<NumberedReply> => {
    await server.sendLine(command, shown);
    return await server.readNumbered("FTP");
  };
  try {
    const greeting = await server.readNumbered("FTP");
    if (greeting.code !== 220) return down("reported", greeting.text);

    let control: ByteStream | undefined;
    if (target.startTls) {
      const ready = await ask("AUTH TLS");
      if (ready.code !== 234) return down("reported", `AUTH TLS: ${ready.text}`);
      control = await server.secure((stream) => secure(stream, target, run));
      // RFC 4217, 9: a size must be agreed on before the protection of data, though TLS has no use for it.
      for (const demand of ["PBSZ 0", "PROT P"]) {
        const granted = await ask(demand);
        if (granted.code !== 200) return down("reported", `${demand}: ${granted.text}`);
      }
    }

    const login = target.login ?? "anonymous";
    let welcome = await ask(`USER ${login}`);
    if (welcome.code === 331) {
      const password = target.passwd?.reveal() ?? `ldirectord@${Deno.hostname()}`;
      welcome = await ask(`PASS ${password}`, "PASS ***");
    }
    if (welcome.code !== 230 && welcome.code !== 202) return down("auth", welcome.text);

    const result = target.request
      ? await fetchFile(target.request, target, run, ask, server, control)
      : up(`logged in as ${login}`);
    if (result.up) await server.part("QUIT");
    return result;
  } finally {
    server.close();
  }
}

async function fetchFile(
  path: string,
  target: CheckTarget,
  run: CheckRun,
  ask: (command: string) => Promise<NumberedReply>,
  server: LineDialogue,
  control: ByteStream | undefined,
): Promise<CheckResult> {
  const binary = await ask("TYPE I");
  if (binary.code !== 200) return down("reported", binary.text);

  const passive = await ask(familyOf(target.address) === 4 ? "PASV" : "EPSV");
  if (passive.code !== 227 && passive.code !== 229) return down("reported", passive.text);
  let data = await openTcp(target, run, { port: dataPort(passive) });
  try {
    const opened = await ask(`RETR ${path}`);
    if (opened.code !== 150 && opened.code !== 125) return down("reported", opened.text);
    // Some servers want to see that it is us by the session that we have already (vsftpd's require_ssl_reuse).
    if (control) data = await secure(data, target, run, { sibling: control });
    const file = new ByteBuffer();
    const count = await new ByteReader(data).fill(file, MAX_FILE);
    data.close();
    const closed = await server.readNumbered("FTP");
    // A file that we cut short is an error to the server (426), and none to us.
    if (closed.code >= 400 && count < MAX_FILE) return down("reported", closed.text);
    const text = decodeLatin1(file.bytes());
    if (text !== "") run.trace(`< ${text}`);
    return judgeReply(target, text, `${count} bytes of ${path}`);
  } finally {
    data.close();
  }
}

/**
 * The port of `227 Entering Passive Mode (h1,h2,h3,h4,p1,p2)` or `229 … (|||port|)`. The address in a 227 is not
 * looked at: behind NAT it is often wrong, and it could send us to any host.
 */
function dataPort({ code, text }: NumberedReply): number {
  const form = code === 227 ? /(?:\d{1,3},){4}(\d{1,3}),(\d{1,3})/ : /\((.)\1\1(\d{1,5})\1\)/;
  const match = form.exec(text);
  const port = match && (code === 227 ? Number(match[1]) * 256 + Number(match[2]) : Number(match[2]));
  if (!port || port > MOST_PORT) throw new ProtocolError(`no port in ${lineBeginning(text)}`);
  return port;
}
