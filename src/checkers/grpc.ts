/**
 * grpc and grpcs: the server says of itself, or of the service that `request` names, that it is SERVING
 * (grpc.health.v1).
 */

import { formatEndpoint } from "../model/address.ts";
import type { CheckResult, CheckRun, CheckTarget } from "../model/check.ts";
import type { ByteStream } from "../wire/transport/byte_stream.ts";
import {
  decodeHealthReply,
  decodeStatusMessage,
  encodeHealthRequest,
  HEALTH_CHECK,
  statusName,
} from "../wire/protocols/grpc_message.ts";
import { exchangeHttp2, type Http2Reply } from "../wire/http2/exchange.ts";
import { utf8Characters } from "../wire/transport/latin1.ts";
import { ProtocolError } from "../wire/transport/protocol_error.ts";
import { openTcp, secure } from "./open.ts";
import { down, up } from "./verdict.ts";

/** Bytes of a service's name: no real one has a thousand. */
const MAX_NAME = 4096;

/** Outcomes that say that we may not. */
const REJECTIONS: ReadonlySet<string> = new Set(["UNAUTHENTICATED", "PERMISSION_DENIED"]);

/** Over a bare connection. */
export async function grpc(target: CheckTarget, run: CheckRun): Promise<CheckResult> {
  return await converse("http", await openTcp(target, run), target, run);
}

/** Over TLS, where by default any certificate will do. */
export async function grpcs(target: CheckTarget, run: CheckRun): Promise<CheckResult> {
  return await converse("https", await secure(await openTcp(target, run), target, run, { alpn: "h2" }), target, run);
}

async function converse(
  scheme: "http" | "https",
  stream: ByteStream,
  target: CheckTarget,
  run: CheckRun,
): Promise<CheckResult> {
  try {
    const service = target.request ?? "";
    if (service.length > MAX_NAME) return down("internal", "the request is too long for a service's name");
    run.trace(`> ${HEALTH_CHECK} of ${service === "" ? "the whole server" : service}`);
    const reply = await exchangeHttp2(stream, headersFor(scheme, target), encodeHealthRequest(service));
    return judge(reply, service, run);
  } finally {
    stream.close();
  }
}

function headersFor(scheme: "http" | "https", { address, port, virtualHost, requestHeaders = [] }: CheckTarget) {
  return [
    [":method", "POST"],
    [":scheme", scheme],
    [":path", HEALTH_CHECK],
    [":authority", virtualHost ?? formatEndpoint(address, port)],
    ["te", "trailers"],
    ["content-type", "application/grpc"],
    ["user-agent", "ldirectord"],
    ...requestHeaders.map(({ name, value }) => [name.toLowerCase(), value.reveal()] as const),
  ].map(([name, value]) => [name, utf8Characters(value)] as const);
}

function judge({ headers, body, trailers }: Http2Reply, service: string, run: CheckRun): CheckResult {
  const status = headers.get(":status");
  const type = headers.get("content-type") ?? "";
  if (status !== "200" || !type.startsWith("application/grpc")) {
    run.trace(`< HTTP status ${status}, ${type}`);
    throw new ProtocolError(`not a gRPC reply: HTTP status ${status}, ${type || "of no type"}`);
  }
  // A call that fails at once has its outcome in the header.
  const ending = trailers.size > 0 ? trailers : headers;
  const outcome = statusName(ending.get("grpc-status"));
  const message = decodeStatusMessage(ending.get("grpc-message") ?? "");
  const said = message === "" ? outcome : `${outcome}: ${message}`;
  run.trace(`< ${said}`);
  if (outcome === "NOT_FOUND") return down("mismatch", `the server knows no service ${service} (${said})`);
  if (outcome !== "OK") return down(REJECTIONS.has(outcome) ? "auth" : "reported", said);
  const health = decodeHealthReply(body);
  run.trace(`< ${health}`);
  return health === "SERVING" ? up(health) : down("reported", health);
}
