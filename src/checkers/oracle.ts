/**
 * oracle: a login, and a query that gives at least one row. By Oracle's own driver, in its "thin" mode, which needs no
 * client library.
 */

import { AsyncLocalStorage } from "node:async_hooks";
import oracledb from "oracledb";
import Transport from "oracledb/lib/thin/sqlnet/ntTcp.js";
import type { CheckResult, CheckRun, CheckTarget } from "../model/check.ts";
import { NodeStream } from "../wire/transport/node_stream.ts";
import { ProtocolError } from "../wire/transport/protocol_error.ts";
import { tnsStream } from "../wire/protocols/tns_stream.ts";
import { openTcp } from "./open.ts";
import { down, up } from "./verdict.ts";

/** A server older than 12.1, which the driver does not speak to in its thin mode. */
const TOO_OLD = "NJS-138";

/** A listener's word for a SID or a service that it does not know. */
const UNKNOWN_NAMES: readonly string[] = ["NJS-518", "NJS-519"];

/** ORA numbers that say that we may not: the password, the account, the privileges. */
const REJECTIONS: ReadonlySet<number> = new Set([1005, 1017, 1031, 1045, 28000, 28001, 28002, 28003, 28040]);

/** What a SID or a service name is made of; more would change the connect descriptor. */
const DATABASE_NAME = /^[\w.$#-]+$/;

/** The connection that the driver is to use, by the conversation that it is used in. */
const provided = new AsyncLocalStorage<NodeStream>();

/** The driver's end of a connection. */
interface DriverTransport {
  stream?: NodeStream;
  connected: boolean;
}

/** The driver cannot be given a connection, so this takes the place of its own dialling, which no signal ends. */
Transport.prototype.ntConnect = function (this: DriverTransport) {
  const stream = this.stream = provided.getStore();
  this.connected = true;
  // To a connection that is gone it would still say goodbye when it is garbage, and throw where nothing can catch it.
  let failed = false;
  Object.defineProperty(this, "err", { get: () => failed || stream?.destroyed, set: (value) => failed = value });
  return Promise.resolve();
};

/** `database` is a SID, as it always was; where the listener knows no such SID, it is a service name. */
export async function oracle(target: CheckTarget, run: CheckRun): Promise<CheckResult> {
  if (!target.login || !target.request) return down("internal", "login and request are needed");
  if (!DATABASE_NAME.test(target.database ?? "")) {
    return down("internal", "database is needed: a SID or a service name");
  }
  const bySid = await converse("SID", target, run);
  return bySid ?? await converse("SERVICE_NAME", target, run) ??
    down("reported", `the listener knows no SID and no service ${target.database}`);
}

/** `undefined` where the listener does not know the name. */
async function converse(
  kind: "SID" | "SERVICE_NAME",
  target: CheckTarget,
  run: CheckRun,
): Promise<CheckResult | undefined> {
  const stream = new NodeStream(tnsStream(await openTcp(target, run)));
  try {
    run.trace(`> login ${target.login}, ${kind} ${target.database}`);
    const connection = await provided.run(stream, () => oracledb.getConnection(loginOf(kind, target)));
    run.trace("< logged in");
    run.trace(`> ${target.request}`);
    const { rows } = await connection.execute(target.request, [], { maxRows: 1, fetchArraySize: 1, prefetchRows: 1 });
    run.trace(rows?.length > 0 ? "< a row" : "< no row");
    await connection.close();
    return rows?.length > 0 ? up("the query gave a row") : down("mismatch", "the query gave no row");
  } catch (error) {
    return explain(error as DriverError, stream, run);
  } finally {
    stream.destroy();
  }
}

function loginOf(kind: "SID" | "SERVICE_NAME", { address, port, database, login, passwd }: CheckTarget) {
  const place = `(ADDRESS=(PROTOCOL=TCP)(HOST=${address})(PORT=${port}))`;
  const connectString = `(DESCRIPTION=${place}(CONNECT_DATA=(${kind}=${database})))`;
  return { connectString, user: login, password: passwd?.reveal() ?? "" };
}

/** As the driver throws it: `ORA-01017` comes from the server, `NJS-519` is the driver's own. */
interface DriverError extends Error {
  readonly code?: string;
  readonly errorNum?: number;
}

function explain(error: DriverError, stream: NodeStream, run: CheckRun): CheckResult | undefined {
  // What went wrong below the driver, which keeps only its text.
  if (stream.failure) throw stream.failure;
  const [message] = error.message.split("\n");
  run.trace(`< ${message}`);
  if (UNKNOWN_NAMES.includes(error.code ?? "")) return undefined;
  if (error.code === TOO_OLD) return down("protocol", "Oracle before 12.1 cannot be asked: write checktype = connect");
  if (error.code?.startsWith("ORA-")) return down(REJECTIONS.has(error.errorNum ?? 0) ? "auth" : "reported", message);
  // All else is of a server that does not know its protocol: the driver is not careful with what it reads.
  throw new ProtocolError(message);
}
