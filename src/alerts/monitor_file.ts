import type { CheckResult } from "../model/check.ts";
import { harmless } from "../model/harmless_text.ts";
import type { RealServer } from "../model/virtual_service.ts";

/**
 * One line for a `monitorfile`: `[date] [pid] real-id [up|down] message`. Percent signs and bars in the message are
 * %-escaped, so that a line stays a line and a field a field.
 */
export function monitorLine(date: string, pid: number, real: RealServer, result: CheckResult): string {
  const message = harmless(result.detail).replace(
    /[%|]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
  return `[${date}] [${pid}] ${real.key} [${result.up ? "up" : "down"}] ${message}`;
}
