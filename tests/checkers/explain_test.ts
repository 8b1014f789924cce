import { strictEqual } from "node:assert/strict";
import { explain } from "../../src/checkers/explain.ts";
import { Errno, SystemError } from "../../src/system/libc/errors.ts";
import { MissingOpenSsl, TlsError, TlsFileError } from "../../src/system/openssl.ts";
import { NameError } from "../../src/wire/transport/name_lookup.ts";
import { ProtocolError } from "../../src/wire/transport/protocol_error.ts";
import { UnusableValue } from "../../src/wire/transport/unusable_value.ts";
import { inWords } from "./peers.ts";

/** An error, and its kind before the server has said anything and after. */
const ROWS: readonly (readonly [name: string, error: () => unknown, before: string, after: string])[] = [
  ["a reply against the protocol", () => new ProtocolError("x"), "protocol", "protocol"],
  ["a failed handshake", () => new TlsError("x"), "protocol", "protocol"],
  ["a bug in what reads a reply", () => new TypeError("x is undefined"), "internal", "protocol"],
  ["a length beyond all bounds", () => new RangeError("Invalid array buffer length"), "internal", "protocol"],
  ["a recursion without end", () => stackOverflow(), "internal", "protocol"],
  ["a thing that is no error", () => "x", "internal", "protocol"],
  ["a certificate file of ours", () => new TlsFileError("x"), "internal", "internal"],
  ["no OpenSSL", () => new MissingOpenSsl(), "internal", "internal"],
  ["a name that does not resolve", () => new NameError("x"), "internal", "internal"],
  ["a value that cannot be sent", () => new UnusableValue("x"), "internal", "internal"],
  ["a command that is missing", () => new Deno.errors.NotFound("x"), "internal", "internal"],
  ["no descriptor for a command", () => Object.assign(new Error("x"), { code: "EMFILE" }), "internal", "internal"],
  ["a kernel without SCTP", () => new SystemError("socket", Errno.EPROTONOSUPPORT), "internal", "internal"],
  ["no descriptor for a socket", () => new SystemError("socket", Errno.EMFILE), "internal", "internal"],
  ["no memory for a socket", () => new SystemError("network", Errno.ENOBUFS), "internal", "internal"],
  ["no memory for TLS", () => new SystemError("SSL", Errno.ENOMEM), "internal", "internal"],
  ["too many watched sockets", () => new SystemError("epoll_ctl", 28), "internal", "internal"],
  ["a firewall of ours", () => new SystemError("connect", Errno.EPERM), "internal", "internal"],
  ["a refused connection", () => new SystemError("network", Errno.ECONNREFUSED), "refused", "refused"],
  ["a firewall on the way", () => new SystemError("network", Errno.EACCES), "refused", "refused"],
  ["a packet too big for the way", () => new SystemError("network", Errno.EMSGSIZE), "refused", "refused"],
  ["an unknown error", () => new SystemError("network", 133), "refused", "refused"],
  ["a connection that times out", () => new SystemError("network", Errno.ETIMEDOUT), "timeout", "timeout"],
];

function stackOverflow(): unknown {
  try {
    return stackOverflow();
  } catch (error) {
    return error;
  }
}

for (const [name, error, before, after] of ROWS) {
  Deno.test(`what ends a conversation: ${name} is ${before}, and after the server has spoken ${after}`, () => {
    strictEqual(kindOf(explain(error(), false)), before);
    strictEqual(kindOf(explain(error(), true)), after);
  });
}

function kindOf(result: Parameters<typeof inWords>[0]): string | undefined {
  return /^down \((\w+)\)/.exec(inWords(result))?.[1];
}
