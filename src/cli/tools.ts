import type { Tool } from "./tool.ts";

/** Every tool by its name. Each is loaded when it is asked for: a daemon needs none of them. */
export const TOOLS: Readonly<Record<string, () => Promise<Tool>>> = {
  check: async () => (await import("./check.ts")).check,
  activate: async () => (await import("./duty.ts")).activate,
  deactivate: async () => (await import("./duty.ts")).deactivate,
  "check-pulse": async () => (await import("./check_pulse.ts")).checkPulse,
  convert: async () => (await import("./convert.ts")).convert,
  doctor: async () => (await import("./doctor.ts")).doctor,
  fmt: async () => (await import("./fmt.ts")).fmt,
  plan: async () => (await import("./plan.ts")).plan,
  probe: async () => (await import("./probe.ts")).probe,
  drain: async () => (await import("./orders.ts")).drain,
  disable: async () => (await import("./orders.ts")).disable,
  enable: async () => (await import("./orders.ts")).enable,
  weight: async () => (await import("./orders.ts")).weight,
  serve: async () => (await import("./serve.ts")).serve,
  history: async () => (await import("./history.ts")).history,
};
