/**
 * connect: a TCP connection can be made, or an SCTP association. For udp, which has none: the host answers to ping and does not say
 * that nothing listens on the port.
 */

import { formatEndpoint } from "../model/address.ts";
import type { CheckResult, CheckRun, CheckTarget } from "../model/check.ts";
import { openSctp, openTcp, openUdp } from "./open.ts";
import { ping } from "./ping.ts";
import { down, up } from "./verdict.ts";

/** Connects to the target's port, over its transport. */
export function connect(target: CheckTarget, run: CheckRun): Promise<CheckResult> {
  if (target.port === 0) return Promise.resolve(down("internal", "no port is known: set checkport"));
  return target.transport === "udp" ? reachUdp(target, run) : connectOnce(target, run);
}

async function connectOnce(target: CheckTarget, run: CheckRun): Promise<CheckResult> {
  const open = target.transport === "sctp" ? openSctp : openTcp;
  const stream = await open(target, run);
  stream.close();
  return up("connected");
}

async function reachUdp(target: CheckTarget, run: CheckRun): Promise<CheckResult> {
  const socket = openUdp(target, run);
  try {
    run.trace(`> empty datagram to ${formatEndpoint(target.address, target.port)}`);
    socket.send(new Uint8Array(0));
    // The echo request goes out behind the datagram, so by its reply a port-unreachable has come too.
    const pinged = await ping(target, run);
    socket.requireHealth();
    run.trace("* no message that the port is closed");
    return pinged;
  } finally {
    socket.close();
  }
}
