/**
 * mysql: a login, and a query that gives at least one row; `receive`, when set, must match the first one.
 */

import { once } from "node:events";
import { type Connection, createConnection, type QueryError, type TypeCastField } from "mysql2";
import type { CheckResult, CheckRun, CheckTarget } from "../model/check.ts";
import { NodeStream, TooMuchReceived } from "../wire/transport/node_stream.ts";
import { ProtocolError } from "../wire/transport/protocol_error.ts";
import { judgeFirstRow, type Row, rowText } from "./first_row.ts";
import { openTcp, secure } from "./open.ts";
import { down } from "./verdict.ts";

/** Errors that say that we may not: the host, the user, the password, the database, the table, the account. */
const REJECTIONS: ReadonlySet<number> = new Set([
  1044,
  1045,
  1130,
  1142,
  1143,
  1227,
  1251,
  1698,
  1820,
  1862,
  3118,
  4151,
]);

// Before the library throws what it cannot read, it writes a stack to our standard error.
console.trace = () => {};

/** Speaks to a MySQL or MariaDB server, over TLS with `starttls`. */
export async function mysql(target: CheckTarget, run: CheckRun): Promise<CheckResult> {
  if (!target.login || !target.request) return down("internal", "login and request are needed");
  const stream = new NodeStream(await openTcp(target, run));
  try {
    run.trace(`> login ${target.login}, database ${target.database ?? "(none)"}`);
    const connection = connectionFor(target, stream);
    if (target.startTls) useOurTls(connection, stream, target, run);
    await once(connection, "connect");
    run.trace("< logged in");
    run.trace(`> ${target.request}`);
    const row = await firstRow(connection, target.request);
    run.trace(row ? `< row ${rowText(row)}` : "< no row");
    connection.end();
    await stream.finish();
    return await judgeFirstRow(target, row);
  } catch (error) {
    return explain(error as QueryError, stream, run);
  } finally {
    stream.destroy();
  }
}

function connectionFor(target: CheckTarget, stream: NodeStream): Connection {
  const connection = createConnection({
    stream,
    user: target.login,
    password: target.passwd?.reveal(),
    database: target.database,
    ssl: target.startTls ? {} : undefined,
    // The deadline is not the library's business.
    connectTimeout: 0,
    // Rows are few: to compile a parser for them costs more than to parse them.
    disableEval: true,
    // There are none, but the library makes room for 16,000 of them: half a megabyte a connection.
    maxPreparedStatements: 1,
  });
  // Told by what is awaited.
  connection.on("error", () => {});
  // Packets out of order: the library would write a line to our standard error for each, and go on.
  connection.on("warn", (warning: Error) => {
    throw warning;
  });
  return connection;
}

/** When the server agrees to TLS the library would put its own over the stream, which knows nothing of our deadline. */
function useOurTls(connection: Connection, stream: NodeStream, target: CheckTarget, run: CheckRun): void {
  const startTLS = (onSecure: (error?: Error) => void) => {
    stream.change((plain) => secure(plain, target, run)).then(() => onSecure(), onSecure);
  };
  Object.assign(connection, { startTLS });
}

/**
 * The first row that a query gives, as text. The others are read too, up to the stream's limit, and dropped: a server
 * that is left in the middle of an answer counts an aborted connection.
 */
function firstRow(connection: Connection, sql: string): Promise<Row | undefined> {
  return new Promise((resolve, reject) => {
    let first: Row | undefined;
    const fail = (error: Error) => first && error instanceof TooMuchReceived ? resolve(first) : reject(error);
    const query = connection.query({ sql, rowsAsArray: true, typeCast: textOf });
    // What a statement without rows reports comes here too, and is no array.
    query.on("result", (row: unknown) => Array.isArray(row) && (first ??= row));
    query.on("end", () => resolve(first));
    query.on("error", fail);
    connection.on("error", fail);
  });
}

/** JSON is UTF-8, whatever character set the server names for it: without ours the library warns on standard error. */
function textOf(field: TypeCastField): string | null {
  return field.type === "JSON" ? field.string("utf8") : field.string();
}

/** What the server says is a verdict; what the library says of it is that the server does not know its protocol. */
function explain(error: QueryError, stream: NodeStream, run: CheckRun): CheckResult {
  if (error.errno) {
    const said = `error ${error.errno}: ${error.message}`;
    run.trace(`< ${said}`);
    return down(REJECTIONS.has(error.errno) ? "auth" : "reported", said);
  }
  if (stream.failure) throw stream.failure;
  const plugin = /authentication using (?:unknown plugin )?(\w+)/.exec(error.message)?.[1];
  if (plugin) {
    return down("auth", `logins by ${plugin} cannot be checked: give the check a user that has a password`);
  }
  throw new ProtocolError(`the server's answer cannot be read: ${error.message || error.name}`);
}
