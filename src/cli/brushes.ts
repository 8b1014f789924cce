/** Which colour means what. */

import type { HistoryKind } from "../control/history.ts";
import type { RealState, VirtualState } from "../control/status.ts";
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
    default:
      return paint.yellow;
  }
}

/** The colour of a virtual service's state. */
export function virtualBrush(state: VirtualState, paint: Paint): Brush {
  return state === "up" ? paint.green : state === "degraded" ? paint.yellow : paint.red;
}

/** The colour of what happened. */
export function kindBrush(kind: HistoryKind, paint: Paint): Brush {
  switch (kind) {
    case "up":
    case "fallback-out":
    case "in-step":
      return paint.green;
    case "down":
    case "reload-failed":
    case "out-of-step":
      return paint.red;
    case "fallback-in":
    case "order":
    case "helper-ended":
      return paint.yellow;
    default:
      return (text) => text;
  }
}
