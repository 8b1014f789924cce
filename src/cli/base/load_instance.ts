import { loadConfig, type Loaded } from "../../config/load.ts";
import { formatProblem } from "../../config/language/problem.ts";
import type { Model } from "../../model/virtual_service.ts";
import { ExitStatus } from "./exit_status.ts";
import { hasConfiguration, type Instance, notFound } from "./instance.ts";

/** A configuration that may be run. */
export interface Runnable {
  readonly loaded: Loaded;
  readonly model: Model;
}

/**
 * Loads the configuration of an instance and prints what is wrong with it on standard error.
 *
 * @param quiet warnings are not printed, as the command that started us has done so.
 * @returns the exit status where it cannot be run.
 */
export async function loadInstance(instance: Instance, quiet = false): Promise<Runnable | ExitStatus> {
  if (!hasConfiguration(instance)) {
    console.error(notFound(instance));
    return ExitStatus.notDone;
  }
  const loaded = await loadConfig(instance.file);
  for (const problem of loaded.problems) {
    if (quiet && problem.severity === "warning") continue;
    console.error(formatProblem(problem, instance.file, loaded.show, Deno.pid));
  }
  return loaded.model ? { loaded, model: loaded.model } : ExitStatus.badConfiguration;
}
