/** Times and amounts as a person reads and writes them. */

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** `90`, `90s`, `30m`, `2h`, `1d` in seconds; `undefined` for anything else, and for nothing at all. */
export function parseDuration(text: string): number | undefined {
  const match = /^([1-9]\d{0,8})([smhd]?)$/.exec(text);
  return match ? Number(match[1]) * SECONDS[match[2] || "s"] : undefined;
}

/** `45s`, `2m10s`, `3h05m`, `2d3h`: two units are fine enough. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [days, hours, minutes] = [whole / 86_400, (whole / 3600) % 24, (whole / 60) % 60].map(Math.floor);
  if (days > 0) return days < 10 ? `${days}d${hours}h` : `${days}d`;
  if (hours > 0) return `${hours}h${String(minutes).padStart(2, "0")}m`;
  return minutes > 0 ? `${minutes}m${String(whole % 60).padStart(2, "0")}s` : `${whole}s`;
}

/** `0.4ms`, `12ms`, `1.50s`. */
export function formatMilliseconds(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)}s`;
  return ms >= 10 ? `${Math.round(ms)}ms` : `${ms.toFixed(1)}ms`;
}

/** `950`, `12.3k`, `4.0M`: thousands, as network rates are counted. */
export function formatCount(count: number): string {
  for (const [unit, size] of [["G", 1e9], ["M", 1e6], ["k", 1e3]] as const) {
    if (count >= size) return `${(count / size).toFixed(count < 100 * size ? 1 : 0)}${unit}`;
  }
  return String(Math.round(count));
}

/** `99.95%`; `-` while nothing has been watched. Never rounded up to 100. */
export function formatShare(part: number, whole: number): string {
  if (whole <= 0) return "-";
  const percent = Math.floor((part / whole) * 10_000) / 100;
  return `${percent === 100 ? "100" : percent.toFixed(2)}%`;
}
