import { deepStrictEqual } from "node:assert/strict";
import "../../checkers/first_round.ts";
import { parseIp } from "../../../src/model/address.ts";
import type { Origin } from "../../../src/model/check.ts";
import { echo } from "../../../src/wire/transport/icmp_echo.ts";
import { connectTcp } from "../../../src/wire/transport/tcp.ts";
import { connectUdp } from "../../../src/wire/transport/udp.ts";
import { needsSetup } from "../../needs_setup.ts";

const SOL_SOCKET = 1;
const SO_MARK = 36;
const libc = Deno.dlopen("libc.so.6", {
  getsockopt: { parameters: ["i32", "i32", "i32", "buffer", "buffer"], result: "i32" },
});

/** The marks of the sockets that this process has open, as far as they have one. */
function marks(): number[] {
  const found: number[] = [];
  for (const { name } of Deno.readDirSync("/proc/self/fd")) {
    const mark = new Uint32Array(1);
    const failure = libc.symbols.getsockopt(Number(name), SOL_SOCKET, SO_MARK, mark, Uint32Array.of(4));
    if (failure === 0 && mark[0] !== 0) found.push(mark[0]);
  }
  return found;
}

/** Each opens a socket before it waits for anything. */
const OPENERS: Readonly<Record<string, (address: string, origin: Origin, signal: AbortSignal) => unknown>> = {
  tcp: (address, origin, signal) => connectTcp(parseIp(address)!, 9, signal, origin),
  udp: (address, origin, signal) => connectUdp(parseIp(address)!, 9, signal, origin),
  icmp: (address, origin, signal) => echo(parseIp(address)!, signal, origin),
};

for (const [protocol, open] of Object.entries(OPENERS)) {
  for (const address of ["127.0.0.1", "::1"]) {
    Deno.test(
      `the sockets of ${protocol} to ${address} have the mark that they are given, and each its own`,
      needsSetup,
      async () => {
        const ending = new AbortController();
        const work = [7, 4_294_967_295, undefined].map((mark) => open(address, { mark }, ending.signal));
        const seen = marks();
        ending.abort(new Error("seen enough"));
        await Promise.allSettled(work);
        deepStrictEqual(seen.toSorted(), [4_294_967_295, 7]);
        deepStrictEqual(marks(), []);
      },
    );
  }
}
