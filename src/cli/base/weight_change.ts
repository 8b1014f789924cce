import type { WeightChange } from "../../control/requests.ts";
import { MOST_WEIGHT } from "../../model/table.ts";
import { UsageError } from "./tool.ts";

/**
 * Reads `5`, `50%`, `+1` or `-1`.
 *
 * @throws {UsageError}
 */
export function parseWeightChange(text: string | undefined): WeightChange {
  if (text === undefined) throw new UsageError("which weight?");
  const [, sign, digits, percent] = /^([+-]?)(\d{1,5})(%?)$/.exec(text) ?? [];
  const number = Number(digits);
  if (percent && !sign) return { percent: number };
  if (sign && !percent && number <= MOST_WEIGHT) return { more: sign === "-" ? -number : number };
  if (digits && !percent && !sign && number <= MOST_WEIGHT) return { weight: number };
  throw new UsageError(
    `a weight is a number from 0 to ${MOST_WEIGHT}, a share (50%) or a change (+1, -1), not ${text}`,
  );
}
