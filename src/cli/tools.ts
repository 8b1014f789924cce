import type { Tool, Tools } from "./base/tool.ts";

/** Every tool by its name, in the order in which the help lists them. Each is loaded when it is asked for. */
export const TOOLS: Readonly<Record<string, () => Promise<Tool>>> = {
  check: async () => (await import("./inspect/check.ts")).check,
  plan: async () => (await import("./inspect/plan.ts")).plan,
  compare: async () => (await import("./inspect/compare.ts")).compare,
  probe: async () => (await import("./inspect/probe.ts")).probe,
  doctor: async () => (await import("./inspect/doctor.ts")).doctor,
  fmt: async () => (await import("./inspect/fmt.ts")).fmt,
  convert: async () => (await import("./inspect/convert.ts")).convert,
  drain: async () => (await import("./operate/orders.ts")).drain,
  disable: async () => (await import("./operate/orders.ts")).disable,
  enable: async () => (await import("./operate/orders.ts")).enable,
  weight: async () => (await import("./operate/orders.ts")).weight,
  add: async () => (await import("./operate/membership.ts")).add,
  remove: async () => (await import("./operate/membership.ts")).remove,
  ipvs: async () => (await import("./inspect/ipvs.ts")).ipvs,
  top: async () => (await import("./top/top.ts")).top,
  serve: async () => (await import("./operate/serve.ts")).serve,
  history: async () => (await import("./operate/history.ts")).history,
  activate: async () => (await import("./operate/activate.ts")).activate,
  deactivate: async () => (await import("./operate/activate.ts")).deactivate,
  retire: async () => (await import("./operate/retire.ts")).retire,
  rejoin: async () => (await import("./operate/retire.ts")).rejoin,
  "check-pulse": async () => (await import("./operate/check_pulse.ts")).checkPulse,
  help: async () => (await import("./help/help.ts")).help,
  __helper: async () => (await import("./helper_process.ts")).helperProcess,
  __mail: async () => (await import("./mail_process.ts")).mailProcess,
  __complete: async () => (await import("./help/complete.ts")).complete,
};

/** All tools that people use, by their names. */
export async function loadTools(): Promise<Tools> {
  const loaded = await Promise.all(Object.entries(TOOLS).map(async ([name, load]) => [name, await load()] as const));
  return new Map(loaded.filter(([, { hidden }]) => !hidden));
}
