/**
 * The grammars of values that stand alone, a file for each kind.
 */

export * from "./values/check_type.ts";
export * from "./values/choices.ts";
export * from "./values/commands.ts";
export * from "./values/durations.ts";
export * from "./values/hosts.ts";
export * from "./values/http.ts";
export * from "./values/ipvs.ts";
export * from "./values/mail.ts";
export * from "./values/numbers.ts";
export * from "./values/paths.ts";
export * from "./values/texts.ts";
