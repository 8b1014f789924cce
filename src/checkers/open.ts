/**
 * How a checker's conversation begins.
 */

import { formatEndpoint, type IpAddress, parseIp } from "../model/address.ts";
import type { CheckRun, CheckTarget } from "../model/check.ts";
import type { ByteStream } from "../wire/transport/byte_stream.ts";
import { connectSctp, connectTcp } from "../wire/transport/tcp.ts";
import { connectUdp, type UdpSocket } from "../wire/transport/udp.ts";

let connect: typeof connectTcp = connectTcp;

/** Has TCP connections made otherwise from now on: by a process that may make none itself, and is handed them. */
export function connectBy(other: typeof connectTcp): void {
  connect = other;
}

/** Connects to the target's address and port, or to others that belong to the same conversation. */
export async function openTcp(
  target: CheckTarget,
  run: CheckRun,
  { address = target.address, port = target.port }: { readonly address?: IpAddress; readonly port?: number } = {},
): Promise<ByteStream> {
  run.trace(`* connecting to ${formatEndpoint(address, port)}`);
  const stream = await connect(address, port, run.signal, target.origin, run.onReply);
  run.trace("* connected");
  return stream;
}

/** Makes an SCTP association with the target's address and port. */
export async function openSctp(target: CheckTarget, run: CheckRun): Promise<ByteStream> {
  run.trace(`* connecting to ${formatEndpoint(target.address, target.port)} over sctp`);
  const stream = await connectSctp(target.address, target.port, run.signal, target.origin);
  run.trace("* connected");
  return stream;
}

/** A socket that speaks to the target's address and port over UDP. */
export function openUdp(target: CheckTarget, run: CheckRun): UdpSocket {
  return connectUdp(target.address, target.port, run.signal, target.origin, run.onReply);
}

/** The same over TLS, in the name of `virtualhost` where that is one. By default any certificate will do. */
export async function openTls(target: CheckTarget, run: CheckRun): Promise<ByteStream> {
  return await secure(await openTcp(target, run), target, run);
}

/** What is known of a connection that TLS is to go over; by default that it leads to the target. */
export interface Circumstances {
  readonly address?: IpAddress;
  /** Of the peer: a host or an address, perhaps with a port. */
  readonly name?: string;
  /** A connection to the same server: its session is taken up by this one. */
  readonly sibling?: ByteStream;
  /** The protocol that is to be spoken over it, as TLS calls that (RFC 7301). */
  readonly alpn?: string;
}

/** TLS on a connection that is there already; the configuration's `tlsservername` overrides the peer's name. */
export async function secure(
  stream: ByteStream,
  target: CheckTarget,
  run: CheckRun,
  { address = target.address, name = target.virtualHost, sibling, alpn }: Circumstances = {},
): Promise<ByteStream> {
  run.trace("* TLS handshake");
  const { startTls } = await import("../wire/transport/tls.ts");
  const host = target.tlsServerName ?? (name && hostOf(name));
  // Addresses must not be in SNI (RFC 6066, 3); a certificate may well be asked for one.
  const named = host ? parseIp(host) : undefined;
  const tls = await startTls(stream, {
    serverName: named ? undefined : host,
    address: named ?? address,
    verify: target.tlsVerify,
    caFile: target.tlsCaFile,
    client: target.tlsClient,
    alpn,
  }, sibling);
  run.trace(`* ${tls.version()} agreed on`);
  const warning = expiryWarning(tls.daysLeft(), target.certExpiryWarn);
  if (warning) run.warn(warning);
  return tls;
}

/**
 * The host of `host`, `host:port`, `[address]` and `[address]:port`, and any bare address; without the root's dot, which
 * does not belong into SNI (RFC 6066, 3).
 */
function hostOf(name: string): string {
  return parseIp(name) ?? name.replace(/:\d+$/, "").replace(/^\[|[\].]$/g, "");
}

function expiryWarning(daysLeft: number, soon = 0): string | undefined {
  if (soon === 0 || daysLeft >= soon) return undefined;
  const days = Math.abs(daysLeft);
  const span = `${days} day${days === 1 ? "" : "s"}`;
  return daysLeft < 0 ? `certificate expired ${span} ago` : `certificate expires in ${span}`;
}
