import { type ControlClient, NobodyThere, withClient } from "../../control/client.ts";
import { RequestError } from "../../control/protocol.ts";
import { pidFileOwner } from "../../daemon/process/pid_file.ts";
import { entriesOf } from "../../system/folder.ts";
import { ExitStatus } from "./exit_status.ts";
import { findInstance, hasConfiguration, type Instance, runFolders, SOCKET_NAME } from "./instance.ts";
import { UsageError } from "./tool.ts";

/**
 * The instance that an operator speaks to: the one that is named; else the default one if it runs; else the only one
 * that does; else the default one.
 *
 * @throws {UsageError} when several run and none is named.
 */
export function findRunning(name?: string): Instance {
  const usual = findInstance(name);
  if (name !== undefined || runs(usual)) return usual;
  const running = runningInstances();
  if (running.length > 1) {
    const names = running.map((each) => each.name).join(", ");
    throw new UsageError(`several directors are running (${names}): choose one with --config NAME`);
  }
  return running[0] ?? usual;
}

/** The instance that a person asks about: as {@link findRunning}, but the default one where several run. */
export function findAsked(name?: string): Instance {
  const usual = findInstance(name);
  if (name !== undefined || runs(usual)) return usual;
  const running = runningInstances();
  return running.length === 1 ? running[0] : usual;
}

/**
 * The instance that a status is asked of. A program that names none, as a cluster manager does, means the default one, if it
 * has a configuration, whatever else runs.
 */
export function findForStatus(name: string | undefined, isPerson: boolean): Instance {
  const usual = findInstance(name);
  return !isPerson && hasConfiguration(usual) ? usual : findAsked(name);
}

/** All instances that run. Several names may be those of one daemon. */
export function runningInstances(): readonly Instance[] {
  const found = socketNames().map((each) => findInstance(each)).filter(runs);
  return [...new Map(found.map((each) => [each.pidFile, each])).values()];
}

/**
 * Speaks to an instance's daemon. Says what is the matter where that cannot be done, and gives the exit status then.
 */
export async function withDaemon(
  instance: Instance,
  speak: (client: ControlClient) => Promise<ExitStatus>,
): Promise<ExitStatus> {
  try {
    return await withClient(instance.socket, speak);
  } catch (error) {
    if (error instanceof NobodyThere) return reportSilence(instance);
    if (!(error instanceof RequestError)) throw error;
    console.error(`ldirectord: ${error.message}`);
    return ExitStatus.notDone;
  }
}

function reportSilence(instance: Instance): ExitStatus {
  const owner = pidFileOwner(instance.pidFile);
  if (owner.state === "running") {
    console.error(
      `ldirectord: the director with pid ${owner.pid} does not listen at ${instance.socket}: is it of another version?` +
        " Then restart it.",
    );
    return ExitStatus.notDone;
  }
  if (!hasConfiguration(instance)) {
    const which = instance.name === undefined ? "--config NAME says which is meant" : `there is no ${instance.file}`;
    console.error(`ldirectord: no director runs; ${which}`);
    return ExitStatus.stopped;
  }
  const start = instance.name === undefined ? "ldirectord start" : `ldirectord ${instance.name} start`;
  console.error(`ldirectord: no director runs for ${instance.file}; start it with: ${start}`);
  return ExitStatus.stopped;
}

function runs({ pidFile }: Instance): boolean {
  return pidFileOwner(pidFile).state === "running";
}

/** The names of all instances that have a socket, whether a daemon listens there or not. */
function socketNames(): string[] {
  const names = runFolders().flatMap(entriesOf).flatMap(({ name }) => SOCKET_NAME.exec(name)?.[1] ?? []);
  return [...new Set(names)];
}
