/**
 * How a checker's conversation begins.
 */

import { formatEndpoint, parseIp } from "../model/address.ts";
import type { CheckRun, CheckTarget } from "../model/check.ts";
import type { ByteStream } from "../wire/byte_stream.ts";
import { connectTcp } from "../wire/tcp.ts";

/** Connects to the target's address and port. */
export function openTcp(target: CheckTarget, run: CheckRun, port: number = target.port): Promise<ByteStream> {
  run.trace(`connecting to ${formatEndpoint(target.address, port)}`);
  return connectTcp(target.address, port, run.signal);
}

/** The same over TLS, in the name of `virtualhost` where that is one. By default any certificate will do. */
export async function openTls(target: CheckTarget, run: CheckRun): Promise<ByteStream> {
  const stream = await openTcp(target, run);
  run.trace("TLS handshake");
  const { startTls } = await import("../wire/tls.ts");
  const { address, virtualHost, tlsVerify } = target;
  const serverName = virtualHost && !parseIp(virtualHost) ? virtualHost : undefined;
  return await startTls(stream, { serverName, address, verify: tlsVerify });
}
