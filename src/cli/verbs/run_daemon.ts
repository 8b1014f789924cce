import { dirname } from "node:path";
import { endCommands } from "../../checkers/external.ts";
import { prepareForLongRun } from "../../checkers/long_run.ts";
import type { RestartDirective } from "../../config/language/directives.ts";
import { announceReady, leaveSession } from "../../daemon/process/background.ts";
import { controlRequests } from "../../daemon/requests/control_requests.ts";
import { ConnectionSync } from "../../daemon/kernel/connection_sync.ts";
import { Daemon } from "../../daemon/daemon.ts";
import { Log, type Sink } from "../../daemon/log/log.ts";
import { sinkFor, standardErrorSink, standardOutputSink } from "../../daemon/log/log_sinks.ts";
import { ConfigurationLock, configurationLockPath, daemonFor } from "../../daemon/process/configuration_lock.ts";
import { LockedOut, PidFile } from "../../daemon/process/pid_file.ts";
import { becomeUser, keepCapabilities, UserUnavailable } from "../../daemon/process/unprivileged.ts";
import { VERSION } from "../../model/version.ts";
import { ServiceManager } from "../../daemon/liveness/service_manager.ts";
import type { Model } from "../../model/virtual_service.ts";
import type { KernelIpvs } from "../../ipvs/kernel_ipvs.ts";
import { openIpvs } from "../../ipvs/open_ipvs.ts";
import { KernelTimeouts } from "../../daemon/kernel/kernel_timeouts.ts";
import { IpvsUnavailable } from "../../ipvs/driver.ts";
import { ControlServer } from "../../control/server.ts";
import { isPipe } from "../../system/pipe.ts";
import { setOpenFileLimit } from "../../system/libc/limits.ts";
import { type OpenFiles, shareOpenFiles, TooFewFiles } from "../../system/open_files.ts";
import { forgetStartPages } from "../../system/start_pages.ts";
import { alreadyRunning } from "./already_running.ts";
import { ExitStatus } from "../base/exit_status.ts";
import { ExitWith } from "../base/exit_with.ts";
import { type Instance, keptFiles, runFolders } from "../base/instance.ts";
import type { Runnable } from "../base/load_instance.ts";

/** Milliseconds for which the lock on the configuration file is asked for while no daemon is found that has it. */
const LOCK_PATIENCE = 5_000;

/** Where a daemon is: that decides on its session, and on where its log goes. */
export type Place = "background" | "foreground" | "supervised" | "debug";

/** Is the daemon of an instance, in this process, until a signal ends it. */
export async function runDaemon(
  instance: Instance,
  { loaded, model }: Runnable,
  place: Place,
  standby: boolean,
): Promise<ExitStatus> {
  const signals = listenToSignals();
  setOpenFileLimit();
  const files = shareFiles();
  const streams = place === "background" ? leaveSession() : undefined;
  const pidFile = takePidFile(instance);
  const configurationLock = await lockConfiguration(instance).catch((error) => {
    pidFile.release();
    throw error;
  });

  const sink = sinkOf(place, model, instance.label);
  const isWatched = place === "background" || place === "foreground";
  const log = new Log(isWatched ? withRefusalsShown(sink) : sink, place === "debug");
  keepAliveDespiteBugs(log);
  const ipvs = openIpvs(model.ipvsDriver);
  const daemon = new Daemon(loaded, model, {
    driver: ipvs,
    counters: ipvs,
    socket: instance.socket,
    log,
    standby,
    files,
    keep: keptFiles(instance),
    pulseFile: instance.pulseFile,
    sync: new ConnectionSync({ driver: ipvs, log, file: instance.syncFile }),
    timeouts: new KernelTimeouts(ipvs, log),
    manager: ServiceManager.fromEnvironment(),
    onReload: (next) => {
      log.redirect(sinkOf(place, next, instance.label));
      const [now, then] = [untilRestart(next), untilRestart(model)];
      for (const directive of Object.keys(now) as RestartDirective[]) {
        if (now[directive] === then[directive]) continue;
        log.warning(`The directive ${directive} has changed: it takes effect at the next restart`);
      }
    },
  });
  signals.onHangUp(() => {
    log.info("Reloading Linux Director Daemon config on signal");
    daemon.reload();
  });
  const how = place === "background" ? "as daemon" : `with pid: ${Deno.pid}`;
  log.info(`Starting Linux Director v${VERSION} ${how}${standby ? ", standing by" : ""}`);
  const control = listenToRequests(instance, daemon, log, files.clients);

  prepareForLongRun();
  const work = giveUpRights(instance, model, ipvs).then(() => daemon.start());
  const problem = await Promise.race([signals.ended, work.then(() => undefined, complaintOf)]);
  if (typeof problem === "object") {
    log.error(problem.logged);
    control?.close();
    if (place === "background" || place === "foreground") console.error(`ldirectord: ${problem.message}`);
    configurationLock.release();
    pidFile.release();
    return ExitStatus.notDone;
  }
  // The parent has its answer by now; a reload may have redirected the log.
  if (isWatched && problem === undefined) log.redirect(sinkOf(place, daemon.model, instance.label));
  if (streams && problem === undefined) announceReady(streams);
  else if (streams) console.error(`ldirectord: told to end (${problem}) before it was at work`);
  forgetStartPages();
  const signal = await signals.ended;
  await daemon.stop();
  await endCommands();
  log.info(`Linux Director Daemon terminated on signal: ${signal}`);
  control?.close();
  configurationLock.release();
  pidFile.release();
  // Whoever waits in a start is not to believe that it runs.
  return place === "background" && problem !== undefined ? ExitStatus.notDone : ExitStatus.done;
}

/** Returns what only a restart puts into effect, by its directives. */
function untilRestart({ user, ipvsDriver }: Model): Readonly<Record<RestartDirective, string | undefined>> {
  return { user, ipvsdriver: ipvsDriver };
}

/** Before anything else is opened: what would come of too few files is a table that is half done. */
function shareFiles(): OpenFiles {
  try {
    return shareOpenFiles();
  } catch (error) {
    throw error instanceof TooFewFiles ? notStarted(error.message) : error;
  }
}

/** Goes on as the account that the configuration names, with the kernel's module loaded and everything open by then. */
async function giveUpRights(instance: Instance, model: Model, driver: KernelIpvs): Promise<void> {
  if (Deno.uid() !== 0) keepCapabilities();
  if (model.user === undefined) return;
  await driver.read({ thresholds: false }).catch(() => {});
  const monitorFiles = [...model.virtuals.values()].flatMap(({ monitorFile }) => monitorFile ?? []);
  const logs = [...model.logFile.startsWith("/") ? [model.logFile] : [], ...monitorFiles];
  becomeUser(model.user, {
    socket: instance.socket,
    written: [...logs.filter((path) => !isPipe(path)), instance.pulseFile, instance.syncFile],
    folders: [dirname(instance.kept)],
    read: [instance.file],
  });
}

function takePidFile(instance: Instance): PidFile {
  const taken = takenPidFile(instance);
  if (typeof taken === "number") throw alreadyRunning(instance, taken);
  return taken;
}

/** Returns the pid file, or the pid of the daemon that has it. */
function takenPidFile({ pidFile }: Instance): PidFile | number {
  try {
    return PidFile.take(pidFile);
  } catch (error) {
    if (error instanceof LockedOut) throw notStarted(`cannot start: ${error.message}`);
    const why = error instanceof Deno.errors.PermissionDenied
      ? "permission denied; run as root"
      : (error as Error).message;
    throw notStarted(`cannot write the pid file ${pidFile}: ${why}`);
  }
}

/** Returns the end of a start that has failed. */
function notStarted(why: string): ExitWith {
  return new ExitWith(ExitStatus.notDone, `ldirectord: ${why}`);
}

/** Takes the lock on the configuration file, which a daemon that was called by another of the file's names may have. */
async function lockConfiguration(instance: Instance): Promise<ConfigurationLock> {
  const { file, pidFile } = instance;
  for (const end = performance.now() + LOCK_PATIENCE; performance.now() < end; await moment()) {
    const lock = takenLock(instance);
    if (lock) return lock;
    // It leaves its link behind the lock: for a moment it may not be found.
    const daemon = daemonFor(file, runFolders());
    if (daemon) throw alreadyRunning(instance, daemon.pid);
  }
  throw notStarted(`cannot start: ${new LockedOut(configurationLockPath(pidFile, file)).message}`);
}

function takenLock({ file, pidFile }: Instance): ConfigurationLock | undefined {
  try {
    return ConfigurationLock.take(pidFile, file);
  } catch (error) {
    throw notStarted(`cannot lock the configuration ${file}: ${(error as Error).message}`);
  }
}

function moment(): Promise<void> {
  return new Promise((wake) => setTimeout(wake, 20));
}

function sinkOf(place: Place, { logFile, logFormat }: Model, label: string) {
  if (place === "debug") return standardErrorSink();
  if (place === "supervised") return standardOutputSink(logFormat, label);
  return sinkFor(logFile, logFormat, label);
}

/** A sink that shows on standard error, too, what the kernel refuses: a start must not look as if all were served. */
function withRefusalsShown(sink: Sink): Sink {
  return (severity, message, fields) => {
    sink(severity, message, fields);
    if (fields.event === "table-refused") console.error(`ldirectord: ${message}`);
  };
}

/** What a daemon is told by signals. */
interface Signals {
  /** The first of those that end it, by its short name: TERM, INT or QUIT. */
  readonly ended: Promise<string>;
  /** Has HUP do this; one that came before does it now. */
  onHangUp(work: () => void): void;
}

/** Asked before anything else: a signal that comes during the start must not end it with the table half done. */
function listenToSignals(): Signals {
  const { promise, resolve } = Promise.withResolvers<string>();
  for (const signal of ["SIGTERM", "SIGINT", "SIGQUIT"] as const) {
    Deno.addSignalListener(signal, () => resolve(signal.slice(3)));
  }
  let early = false;
  let hangUp: () => void = () => early = true;
  Deno.addSignalListener("SIGHUP", () => hangUp());
  return {
    ended: promise,
    onHangUp: (work) => {
      hangUp = work;
      if (early) work();
    },
  };
}

/** A director without a control socket is still a director. */
function listenToRequests(
  { socket }: Instance,
  daemon: Daemon,
  log: Log,
  mostClients: number,
): ControlServer | undefined {
  try {
    return new ControlServer(socket, controlRequests(daemon), (text) => log.error(text), mostClients);
  } catch (error) {
    log.error(`Cannot listen at the control socket ${socket}: ${error instanceof Error ? error.message : error}`);
    return undefined;
  }
}

/** What a start that failed has to say: a line for the person, and for the log where it broke, if that was our fault. */
function complaintOf(error: unknown): { readonly message: string; readonly logged: string } {
  const isKnown = error instanceof IpvsUnavailable || error instanceof UserUnavailable;
  if (isKnown) return { message: error.message, logged: error.message };
  const message = `Internal error: ${error instanceof Error ? error.message : error}`;
  return { message, logged: error instanceof Error ? `Internal error: ${error.stack}` : message };
}

/** A bug must not end the daemon: without it nobody takes dead servers out. */
function keepAliveDespiteBugs(log: Log): void {
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    log.bug(event.reason);
  });
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    log.bug(event.error ?? event.message);
  });
}
