import type { Tool, Tools } from "./tool.ts";

/** Every tool by its name, in the order in which the help lists them. Each is loaded when it is asked for. */
export const TOOLS: Readonly<Record<string, () => Promise<Tool>>> = {
  check: async () => (await import("./check.ts")).check,
  plan: async () => (await import("./plan.ts")).plan,
  probe: async () => (await import("./probe.ts")).probe,
  doctor: async () => (await import("./doctor.ts")).doctor,
  fmt: async () => (await import("./fmt.ts")).fmt,
  convert: async () => (await import("./convert.ts")).convert,
  drain: async () => (await import("./orders.ts")).drain,
  disable: async () => (await import("./orders.ts")).disable,
  enable: async () => (await import("./orders.ts")).enable,
  weight: async () => (await import("./orders.ts")).weight,
  ipvs: async () => (await import("./ipvs.ts")).ipvs,
  top: async () => (await import("./top.ts")).top,
  serve: async () => (await import("./serve.ts")).serve,
  history: async () => (await import("./history.ts")).history,
  activate: async () => (await import("./duty.ts")).activate,
  deactivate: async () => (await import("./duty.ts")).deactivate,
  "check-pulse": async () => (await import("./check_pulse.ts")).checkPulse,
  help: async () => (await import("./help.ts")).help,
  __helper: async () => (await import("./helper_process.ts")).helperProcess,
  __mail: async () => (await import("./mail_process.ts")).mailProcess,
  __complete: async () => (await import("./complete.ts")).complete,
};

/** All tools that people use, by their names. */
export async function loadTools(): Promise<Tools> {
  const loaded = await Promise.all(Object.entries(TOOLS).map(async ([name, load]) => [name, await load()] as const));
  return new Map(loaded.filter(([, { hidden }]) => !hidden));
}
