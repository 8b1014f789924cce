import { endCommands } from "../../checkers/external.ts";
import { prepareForLongRun } from "../../checkers/long_run.ts";
import type { RestartDirective } from "../../config/language/directive_facts.ts";
import { ControlServer } from "../../control/server.ts";
import { Daemon } from "../../daemon/daemon.ts";
import { ConnectionSync } from "../../daemon/kernel/connection_sync.ts";
import { KernelTimeouts } from "../../daemon/kernel/kernel_timeouts.ts";
import { ServiceManager } from "../../daemon/liveness/service_manager.ts";
import type { Log } from "../../daemon/log/log.ts";
import { announceReady, leaveSession } from "../../daemon/process/background.ts";
import { controlRequests } from "../../daemon/requests/control_requests.ts";
import { openIpvs } from "../../ipvs/open_ipvs.ts";
import { VERSION } from "../../model/version.ts";
import type { Model } from "../../model/virtual_service.ts";
import { setOpenFileLimit } from "../../system/libc/limits.ts";
import { type OpenFiles, shareOpenFiles, TooFewFiles } from "../../system/open_files.ts";
import { forgetStartPages } from "../../system/start_pages.ts";
import { ExitStatus } from "../base/exit_status.ts";
import { type Instance, keptFiles } from "../base/instance.ts";
import type { Runnable } from "../base/load_instance.ts";
import { Claim } from "./claim.ts";
import { redirectLog, startingLog } from "./daemon_log.ts";
import { giveUpRights } from "./give_up_rights.ts";
import { notStarted } from "./not_started.ts";
import { isShown, type Place } from "./place.ts";
import { listenToSignals } from "./signals.ts";
import { endOfStart } from "./start_end.ts";

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
  const claim = await Claim.take(instance);

  const log = startingLog(place, model, instance.label);
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
      redirectLog(log, place, next, instance.label);
      warnOfRestart(model, next, log);
    },
  });
  signals.onHangUp(() => {
    log.notice("Reloading Linux Director Daemon config on signal");
    daemon.reload();
  });
  const how = place === "background" ? "as daemon" : `with pid: ${Deno.pid}`;
  log.notice(`Starting Linux Director v${VERSION} ${how}${standby ? ", standing by" : ""}`);
  const control = listenToRequests(instance, daemon, log, files.clients);

  prepareForLongRun();
  const work = giveUpRights(instance, model, ipvs).then(() => daemon.start());
  const end = await endOfStart(work, signals.ended);
  if (end.type === "failed") {
    log.error(end.logged);
    control?.close();
    if (isShown(place)) console.error(`ldirectord: ${end.message}`);
    claim.release();
    return ExitStatus.notDone;
  }
  if (end.type === "at work") {
    // Refusals go to the log alone from now on; a reload may have said where that is.
    if (isShown(place)) redirectLog(log, place, daemon.model, instance.label);
    if (streams) announceReady(streams);
  } else if (streams) console.error(`ldirectord: told to end (${end.signal}) before it was at work`);
  forgetStartPages();
  const signal = await signals.ended;
  await daemon.stop();
  await endCommands();
  log.notice(`Linux Director Daemon terminated on signal: ${signal}`);
  control?.close();
  claim.release();
  // The parent waits for our exit status: make it report a failure.
  return place === "background" && end.type !== "at work" ? ExitStatus.notDone : ExitStatus.done;
}

/** Says which changes of a reload take effect at a restart alone. */
function warnOfRestart(started: Model, reloaded: Model, log: Log): void {
  const [now, then] = [untilRestart(reloaded), untilRestart(started)];
  for (const directive of Object.keys(now) as RestartDirective[]) {
    if (now[directive] === then[directive]) continue;
    log.warning(`The directive ${directive} has changed: it takes effect at the next restart`);
  }
}

/** Returns what only a restart puts into effect, by its directives. */
function untilRestart({ user, ipvsDriver }: Model): Readonly<Record<RestartDirective, string | undefined>> {
  return { user, ipvsdriver: ipvsDriver };
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

/** A bug must not end the daemon: without it no dead server is taken out. */
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

/** Before anything else is opened: what would come of too few files is a table that is half done. */
function shareFiles(): OpenFiles {
  try {
    return shareOpenFiles();
  } catch (error) {
    throw error instanceof TooFewFiles ? notStarted(error.message) : error;
  }
}
