/**
 * The illnesses that a server of any protocol over TCP may have, and what every check must make of them.
 */

import "./first_round.ts";
import { match, ok, strictEqual } from "node:assert/strict";
import type { CheckTarget } from "../../src/model/check.ts";
import { freePort } from "../ports.ts";
import { checkOf, closesAtOnce, flood, garbage, openDescriptors, silent, verdict, withPeer } from "./peers.ts";

/** How a protocol's check words what it meets. */
export interface Illnesses {
  readonly closed: RegExp;
  readonly garbage: RegExp;
  readonly flood: RegExp;
  /** What a flood is made of. */
  readonly flooded: string;
  /** Where a stall is noticed. */
  readonly stage: RegExp;
}

/** Bytes that a flood of 100 MB may add to this process: less than the flood, more than garbage that is not yet collected. */
const FLOOD_COST = 64 * 1024 * 1024;

/** Registers a test for each illness. */
export function testIllServers(target: Partial<CheckTarget>, ill: Illnesses): void {
  const { service } = target;

  Deno.test(`${service}: a closed port is refused`, async () => {
    strictEqual(await verdict(checkOf({ ...target, port: freePort() })), "down (refused): connection refused");
  });

  Deno.test(`${service}: a server that says nothing is down at the deadline, and holds no socket`, async () => {
    await withPeer(silent, async (peer) => {
      const before = openDescriptors();
      const start = performance.now();
      match(await verdict(checkOf({ ...target, ...peer }, { negotiateTimeout: 0.3 })), ill.stage);
      const duration = performance.now() - start;
      ok(duration >= 300, `${duration} ms`);
      strictEqual(openDescriptors(), before + 1, "only the peer's own end is left");
    });
  });

  Deno.test(`${service}: a server that closes at once is down`, async () => {
    await withPeer(closesAtOnce, async (peer) => match(await verdict(checkOf({ ...target, ...peer })), ill.closed));
  });

  Deno.test(`${service}: a server that talks nonsense is down`, async () => {
    await withPeer(garbage, async (peer) => {
      match(await verdict(checkOf({ ...target, ...peer }, { negotiateTimeout: 0.5 })), ill.garbage);
    });
  });

  Deno.test(`${service}: a flood of 100 MB is cut off`, async () => {
    await withPeer(flood(ill.flooded), async (peer) => {
      const before = Deno.memoryUsage().rss;
      match(await verdict(checkOf({ ...target, ...peer })), ill.flood);
      const cost = Deno.memoryUsage().rss - before;
      ok(cost < FLOOD_COST, `${Math.round(cost / 1e6)} MB more`);
    });
  });
}
