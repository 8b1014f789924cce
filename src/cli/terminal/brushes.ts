/** Which colour means what. */

import type { HistoryKind } from "../../control/history.ts";
import type { VirtualState } from "../../control/status.ts";
import type { RealState } from "../../model/real_state.ts";
import type { Paint } from "./paint.ts";

/** What a style does to a text. */
export type Brush = (text: string) => string;

/** The colour of a real server's state. */
export function brushOf(state: RealState, paint: Paint): Brush {
  switch (state) {
    case "up":
    case "unchecked":
      return paint.green;
    case "down":
      return paint.red;
    case "off":
      return paint.dim;
    case "maintenance":
    case "drained":
    case "disabled":
      return paint.cyan;
    default:
      return paint.yellow;
  }
}

/** The colour of a virtual service's state. */
export function virtualBrush(state: VirtualState, paint: Paint): Brush {
  if (state === "up") return paint.green;
  return state === "degraded" || state === "unknown" ? paint.yellow : paint.red;
}

/** The colour of what happened. */
export function kindBrush(kind: HistoryKind, paint: Paint): Brush {
  switch (kind) {
    case "up":
    case "fallback-out":
    case "fail-open-over":
    case "in-step":
      return paint.green;
    case "down":
    case "reload-failed":
    case "out-of-step":
    case "vanished":
    case "fail-open":
      return paint.red;
    case "maintenance":
    case "drained":
    case "disabled":
      return paint.cyan;
    case "unknown":
    case "fallback-in":
    case "order":
    case "helper-ended":
      return paint.yellow;
    default:
      return (text) => text;
  }
}
