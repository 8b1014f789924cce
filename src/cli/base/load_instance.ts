import { loadConfig, type Loaded } from "../../config/load.ts";
import { formatProblem } from "../../config/language/problem.ts";
import type { Model } from "../../model/virtual_service.ts";
import { ExitStatus } from "./exit_status.ts";
import { ExitWith } from "./exit_with.ts";
import { hasConfiguration, type Instance, notFound } from "./instance.ts";

/** A configuration that may be run. */
export interface Runnable {
  readonly loaded: Loaded;
  readonly model: Model;
}

/** How a configuration is loaded. */
export interface LoadOptions {
  /** Warnings are not printed, as the command that started us has done so. */
  readonly quiet?: boolean;
  /** The exit status where the configuration cannot be run, whatever the reason; absent: it tells the reason. */
  readonly failure?: ExitStatus;
}

/**
 * Loads the configuration of an instance and prints what is wrong with it on standard error.
 *
 * @throws {ExitWith} where it cannot be run.
 */
export async function loadInstance(instance: Instance, { quiet, failure }: LoadOptions = {}): Promise<Runnable> {
  if (!hasConfiguration(instance)) throw new ExitWith(failure ?? ExitStatus.notDone, notFound(instance));
  const loaded = await loadConfig(instance.file);
  for (const problem of loaded.problems) {
    if (quiet && problem.severity === "warning") continue;
    console.error(formatProblem(problem, instance.file, loaded.show, Deno.pid));
  }
  if (!loaded.model) throw new ExitWith(failure ?? ExitStatus.badConfiguration);
  return { loaded, model: loaded.model };
}
