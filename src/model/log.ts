/** The severities of the log's lines, with the numbers that syslog and the journal have for them (RFC 5424, 6.2.1). */
export const SEVERITY_NUMBERS = { debug: 7, info: 6, notice: 5, warning: 4, error: 3 } as const;

/** How much a line of the log matters. */
export type Severity = keyof typeof SEVERITY_NUMBERS;

/** The severities, the least one first. */
export const SEVERITIES = Object.keys(SEVERITY_NUMBERS) as readonly Severity[];

/** How lines are written: for people, as a JSON object each, or by RFC 5424 with their fields beside the words. */
export const LOG_FORMATS = ["text", "json", "rfc5424"] as const;

/** How lines are written. */
export type LogFormat = typeof LOG_FORMATS[number];
