/**
 * pgsql: a login, and a query that gives at least one row; `receive`, when set, must match the first one.
 */

// @ts-types="@types/pg"
import { Client, type DatabaseError, Query, type QueryArrayConfig } from "pg";
import type { CheckResult, CheckRun, CheckTarget } from "../model/check.ts";
import type { ByteStream } from "../wire/transport/byte_stream.ts";
import { decodeLatin1 } from "../wire/transport/latin1.ts";
import { NodeStream, TooMuchReceived } from "../wire/transport/node_stream.ts";
import { ProtocolError } from "../wire/transport/protocol_error.ts";
import { judgeFirstRow, type Row, rowText } from "./first_row.ts";
import { openTcp, secure } from "./open.ts";
import { down } from "./verdict.ts";

/** SQLSTATEs (PostgreSQL, appendix A) that say that we may not: class 28, and insufficient_privilege. */
const REJECTION = /^(28...|42501)$/;

/** The server wants a password, and there is none. */
class PasswordAsked extends Error {}

/** Speaks to a server, over TLS with `starttls`. The database is by default the one that is called as the login. */
export async function pgsql(target: CheckTarget, run: CheckRun): Promise<CheckResult> {
  if (!target.login || !target.request) return down("internal", "login and request are needed");
  const stream = new NodeStream(await open(target, run));
  try {
    const client = clientFor(target, stream);
    run.trace(`> startup, user ${target.login}, database ${client.database}`);
    await client.connect();
    run.trace("< ready for query");
    run.trace(`> ${target.request}`);
    const row = await firstRow(client, target.request);
    run.trace(row ? `< row ${rowText(row)}` : "< no row");
    client.end();
    await stream.finish();
    return await judgeFirstRow(target, row);
  } catch (error) {
    return explain(error as Error, stream, run);
  } finally {
    stream.destroy();
  }
}

/** SSLRequest (PostgreSQL, 55.7): its length, and a code that is no version of the protocol. */
const SSL_REQUEST = new Uint8Array([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

/** The connection that the library is given. */
async function open(target: CheckTarget, run: CheckRun): Promise<ByteStream> {
  const stream = await openTcp(target, run);
  if (!target.startTls) return stream;
  try {
    run.trace("> SSLRequest");
    await stream.write(SSL_REQUEST);
    const answer = decodeLatin1(await stream.read() ?? new Uint8Array());
    run.trace(`< ${answer}`);
    if (answer === "") throw new ProtocolError("the server closed the connection");
    // What follows the one letter was not sent under the server's TLS: it may be an attacker's.
    if (answer !== "S") {
      throw new ProtocolError(answer === "N" ? "the server does not offer TLS" : "no answer to SSLRequest");
    }
    return await secure(stream, target, run);
  } catch (error) {
    stream.close();
    throw error;
  }
}

/** The library takes what it is not told from the environment (PGPASSWORD, PGOPTIONS …) and from files: tell it all. */
function clientFor(target: CheckTarget, stream: NodeStream): Client {
  const client = new Client({
    stream: () => stream,
    host: target.address,
    port: target.port,
    user: target.login,
    password: () => {
      if (!target.passwd) throw new PasswordAsked();
      return target.passwd.reveal();
    },
    database: target.database ?? target.login,
    application_name: "ldirectord",
    client_encoding: "UTF8",
    ssl: false,
  });
  // These have no value that would mean "none"; poolers refuse clients that send them.
  Object.assign((client as unknown as WithParameters).connectionParameters, { options: "", replication: "" });
  // Told by what is awaited.
  client.on("error", () => {});
  return client;
}

/** The library's own record of what the startup message says. */
interface WithParameters {
  readonly connectionParameters: Record<string, unknown>;
}

/**
 * The first row that a query gives, as text. The others are read too, up to the stream's limit, and dropped: a server
 * that is left in the middle of an answer complains in its log.
 */
function firstRow(client: Client, text: string): Promise<Row | undefined> {
  return new Promise((resolve, reject) => {
    let first: Row | undefined;
    const asText: QueryArrayConfig["types"] = { getTypeParser: () => (value: string) => value };
    const config: QueryArrayConfig = { text, rowMode: "array", types: asText };
    const query = new Query<Row>(config);
    query.on("row", (row) => first ??= row);
    query.on("end", () => resolve(first));
    query.on("error", (error) => first && error instanceof TooMuchReceived ? resolve(first) : reject(error));
    client.query(query);
  });
}

/** What the server says is a verdict; what the library says of it is that the server does not know its protocol. */
function explain(error: Error, stream: NodeStream, run: CheckRun): CheckResult {
  if ("severity" in error && "code" in error) {
    const { severity, code, message } = error as DatabaseError;
    const said = `${severity} ${code}: ${message}`;
    run.trace(`< ${said}`);
    return down(REJECTION.test(code ?? "") ? "auth" : "reported", said);
  }
  if (error instanceof PasswordAsked) return down("auth", "the server asks for a password");
  if (stream.failure) throw stream.failure;
  throw new ProtocolError(error.message);
}
