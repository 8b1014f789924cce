import type { SentinelPlace } from "../model/sentinel.ts";
import { openIdle } from "../wire/idle_connection.ts";
import { explain } from "./explain.ts";

/** What is told of a sentinel's connection. After `failed`, `ended` and `flooded` it is gone. */
export type SentinelConnectionEvent =
  | { readonly type: "opened" }
  | { readonly type: "failed"; readonly reason: string }
  | { readonly type: "ended"; readonly how: "closed" | "reset" | "silent" }
  | { readonly type: "flooded" };

/**
 * Opens the idle connection of a sentinel, from where checks come from, and tells what becomes of it; never within this
 * call. Returns what closes it, after which nothing is told.
 */
export function openSentinel(
  { address, port, origin }: SentinelPlace,
  onEvent: (event: SentinelConnectionEvent) => void,
): () => void {
  return openIdle(address, port, origin, (event) => {
    onEvent(event.type === "failed" ? { type: "failed", reason: explain(event.error, false).detail } : event);
  });
}
