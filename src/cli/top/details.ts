/** All that is known of one real server, as `top` shows it. Pure. */

import type { CheckStatus, RealStatus, VirtualStatus } from "../../control/status.ts";
import { formatCount, formatDuration, formatMilliseconds, formatShare } from "../base/quantities.ts";
import { looksAtFile } from "../../model/check.ts";
import { trafficText, whyText } from "../verbs/status_table.ts";

/** The lines, and among them the last conversation of each check. */
export function detailLines(virtual: VirtualStatus, real: RealStatus, now: number): string[] {
  const { names, state, since, transitions, weight, forwarding, kernel, uptime } = real;
  const named = names.length > 0 ? ` (${names.join(", ")})` : "";
  const held = formatDuration((now - Date.parse(since)) / 1000);
  const { upSeconds, watchedSeconds } = uptime;
  return [
    `${real.real}${named} of ${virtual.virtual}${virtual.name === null ? "" : ` (${virtual.name})`}`,
    "",
    `${state} for ${held}: ${whyText(real)}`,
    `up ${formatShare(upSeconds, watchedSeconds)} of ${formatDuration(watchedSeconds)}; ` +
    `came or went ${transitions} time${transitions === 1 ? "" : "s"} since the director's start`,
    `weight ${weight.wanted ?? "none"} wanted, ${weight.configured} configured, ` +
    `${weight.kernel ?? "none"} in the kernel; forwarded by ${forwarding}`,
    ...kernel
      ? [
        `${formatCount(kernel.active)} connections open, ${formatCount(kernel.inactive)} inactive; ` +
        `${trafficText(kernel.rates)}; ${formatCount(kernel.totals.connections)} connections in all`,
      ]
      : [],
    ...real.checks.flatMap((check) => ["", ...checkLines(check)]),
  ];
}

function checkLines(check: CheckStatus): string[] {
  const { kind, address, port, up, said, trouble, failures, failureCount, rounds, failed, latencyMs, conversation } =
    check;
  const where = address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
  const why = Object.entries(failed).map(([reason, count]) => `${count} ${reason}`).join(", ");
  const took = latencyMs === null ? "" : `, the last took ${formatMilliseconds(latencyMs)}`;
  return [
    `check ${kind} ${looksAtFile(kind) ? `for ${address}` : `at ${where}`}: ${
      trouble === null ? `${up ? "passes" : "fails"}: ${said}` : `cannot be made: ${trouble}`
    }`,
    `${rounds} rounds${why && ` (failed: ${why})`}${took}; ${failures} failed in a row, ${failureCount} take it down`,
    ...(conversation ?? []).map(({ atMs, text }) => `${formatMilliseconds(atMs).padStart(9)}  ${text}`),
  ];
}
