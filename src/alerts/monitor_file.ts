import { type CheckResult, couldNotBeMade } from "../model/check.ts";
import { harmless } from "../model/harmless_text.ts";
import type { RealServer } from "../model/virtual_service.ts";

/**
 * One line for a `monitorfile`: `[date] [pid] real-id [up|down|unknown] message`; unknown is a round that could not be made.
 * One that is held out is down, whatever its check says. Percent signs and bars in the message are
 * %-escaped, so that a line stays a line and a field a field.
 *
 * @param held the order or maintenance file that holds it out.
 */
export function monitorLine(date: string, pid: number, real: RealServer, result: CheckResult, held?: string): string {
  const said = held === undefined ? result.detail : `${held}; its check says: ${result.detail}`;
  const message = harmless(said).replace(
    /[%|]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
  return `[${date}] [${pid}] ${real.key} [${held === undefined ? stateOf(result) : "down"}] ${message}`;
}

function stateOf(result: CheckResult): string {
  if (result.up) return "up";
  return couldNotBeMade(result) ? "unknown" : "down";
}
