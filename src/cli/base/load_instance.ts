import { loadConfig, type Loaded, type LoadEnvironment } from "../../config/load.ts";
import { formatProblem } from "../../config/language/problem.ts";
import { amendmentsAt } from "../../daemon/operator/amendment_book.ts";
import { listsAt } from "../../daemon/records/list_file.ts";
import type { Model } from "../../model/virtual_service.ts";
import { ExitStatus } from "./exit_status.ts";
import { ExitWith } from "./exit_with.ts";
import { hasConfiguration, type Instance, keptFiles, notFound } from "./instance.ts";

/** A configuration that may be run. */
export interface Runnable {
  readonly loaded: Loaded;
  readonly model: Model;
}

/** What an earlier run knew besides the file. */
function keptChanges(instance: Instance): Partial<LoadEnvironment> {
  const { amendments, lists } = keptFiles(instance);
  return { amendments: amendmentsAt(amendments), formerLists: listsAt(lists) };
}

/** How a configuration is loaded. */
export interface LoadOptions {
  /** Warnings are not printed, as the command that started us has done so. */
  readonly quiet?: boolean;
  /** The exit status where the configuration cannot be run, whatever the reason; absent: it tells the reason. */
  readonly failure?: ExitStatus;
  /** With what an operator has changed by hand, and what lists of real servers had last: as a director would run it. */
  readonly amended?: true;
}

/**
 * Loads the configuration of an instance and prints what is wrong with it on standard error.
 *
 * @throws {ExitWith} where it cannot be run.
 */
export async function loadInstance(
  instance: Instance,
  { quiet, failure, amended }: LoadOptions = {},
): Promise<Runnable> {
  if (!hasConfiguration(instance)) throw new ExitWith(failure ?? ExitStatus.notDone, notFound(instance));
  const loaded = await loadConfig(instance.file, amended ? keptChanges(instance) : {});
  for (const problem of loaded.problems) {
    if (quiet && problem.severity === "warning") continue;
    console.error(formatProblem(problem, instance.file, loaded.show, Deno.pid));
  }
  if (!loaded.model) throw new ExitWith(failure ?? ExitStatus.badConfiguration);
  return { loaded, model: loaded.model };
}
