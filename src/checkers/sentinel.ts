import type { SentinelPlace } from "../model/sentinel.ts";
import { openIdle } from "../wire/transport/idle_connection.ts";
import { explain } from "./explain.ts";

/** What happens to a sentinel's connection. After `failed`, `ended` and `flooded` it is gone. */
export type SentinelConnectionEvent =
  | { readonly type: "opened" }
  | { readonly type: "failed"; readonly reason: string }
  | { readonly type: "ended"; readonly how: "closed" | "reset" | "silent" }
  | { readonly type: "flooded" };

/**
 * Opens the idle connection of a sentinel, from where checks come from, and reports what happens to it, never within this
 * call. Returns a function that closes it, after which nothing is reported.
 */
export function openSentinel(
  { address, port, origin }: SentinelPlace,
  onEvent: (event: SentinelConnectionEvent) => void,
): () => void {
  return openIdle(address, port, origin, (event) => {
    onEvent(event.type === "failed" ? { type: "failed", reason: explain(event.error, false).detail } : event);
  });
}
