/**
 * radius: a login by password (PAP) is accepted; without a login, the server says that it is there.
 */

import { formatEndpoint } from "../model/address.ts";
import type { CheckResult, CheckRun, CheckTarget } from "../model/check.ts";
import { exchange } from "../wire/transport/datagram_exchange.ts";
import {
  type AccessReply,
  type AccessRequest,
  accessRequest,
  decodeAccessReply,
  encodeAccessRequest,
} from "../wire/protocols/radius_packet.ts";
import type { UdpSocket } from "../wire/transport/udp.ts";
import { openUdp } from "./open.ts";
import { down, up } from "./verdict.ts";

/**
 * For a login only Access-Accept will do. Access-Challenge asks the user for something more than the password, so it is
 * not the yes that the operator wants to hear; a user without a second factor is needed for the check.
 */
export async function radius(target: CheckTarget, run: CheckRun): Promise<CheckResult> {
  const { login } = target;
  const question = login ? `Access-Request for ${login}` : "Status-Server";
  const socket = openUdp(target, run);
  try {
    run.trace(`> ${question} to ${formatEndpoint(target.address, target.port)}`);
    const request = accessRequest({
      user: login,
      password: target.passwd?.reveal(),
      nasName: Deno.hostname(),
      nasAddress: socket.local().address,
    });
    const { kind, message } = await replyTo(request, target.secret?.reveal() ?? "", socket, run);
    const said = message === "" ? kind : `${kind}: ${message}`;
    run.trace(`< ${said}`);
    // What a server says that it is there for: logins, or accounts (RFC 5997).
    const passes = kind === "Access-Accept" || (!login && kind === "Accounting-Response");
    return passes ? up(said) : down("auth", said);
  } finally {
    socket.close();
  }
}

/**
 * The first reply that is signed with our secret. Others are dropped (RFC 2865, 3), since any host can send them; what
 * the operator sees of a wrong secret is the trace, and the timeout's stage.
 */
function replyTo(request: AccessRequest, secret: string, socket: UdpSocket, run: CheckRun): Promise<AccessReply> {
  return exchange(socket, encodeAccessRequest(request, secret), (datagram) => {
    const reply = decodeAccessReply(datagram, request, secret);
    if (reply !== "unsigned") return reply;
    run.trace("< a reply that is not signed with our secret");
    return undefined;
  });
}
