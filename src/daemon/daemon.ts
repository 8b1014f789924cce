import { hookTurns } from "../alerts/hook.ts";
import { MailAlerts } from "../alerts/mail_alerts.ts";
import { Notifier } from "../alerts/notifier.ts";
import { mailTransport } from "../alerts/transport.ts";
import { helper, type HelperIncident } from "../checkers/helper.ts";
import { runRound } from "../checkers/run.ts";
import { openSentinel } from "../checkers/sentinel.ts";
import { type Loaded, lookUpTurns } from "../config/load.ts";
import type { DaemonState, ReloadStatus } from "../control/status.ts";
import { systemClock } from "../model/clock.ts";
import { Director } from "../director/director.ts";
import { checksIn } from "../director/check_users.ts";
import type { DirectorEvent } from "../director/events.ts";
import type { CounterReader } from "../ipvs/counters.ts";
import { type IpvsDriver, IpvsUnavailable } from "../ipvs/driver.ts";
import { isAskedByHelper } from "../model/check.ts";
import { inTurns } from "../model/steps.ts";
import { givenNames, type Model } from "../model/virtual_service.ts";
import { type OpenFiles, UNLIMITED } from "../system/open_files.ts";
import { Configuration } from "./lifecycle/reload.ts";
import type { ConnectionSync } from "./kernel/connection_sync.ts";
import type { KernelTimeouts } from "./kernel/kernel_timeouts.ts";
import { CounterCache } from "./records/counter_cache.ts";
import { FurtherInstances } from "./lifecycle/further_instances.ts";
import { HistoryFile } from "./records/history_file.ts";
import type { Log } from "./log/log.ts";
import { MaintenanceWatch } from "./lifecycle/maintenance_watch.ts";
import { Operator } from "./operator/operator.ts";
import { Records } from "./records/records.ts";
import type { Controlled } from "./requests/reported.ts";
import { Reporter } from "./log/reporter.ts";
import { StatusPage } from "./page_process.ts";
import type { ServiceManager } from "./liveness/service_manager.ts";
import { Uptime } from "./records/uptime.ts";
import { VitalSigns } from "./liveness/vital_signs.ts";

/** Milliseconds between looks at the configuration file and the maintenance directory. */
const LOOK = 1_000;

/** What is to be known of virtual services that could not be purged. */
const LEFT = "Virtual services that should be gone are still in the kernel's table";

/** What a daemon needs. */
export interface DaemonPorts {
  readonly driver: IpvsDriver;
  readonly log: Log;
  /** Checks, and leaves the table to another director until told to take it over. */
  readonly standby?: boolean;
  /** Where to show that we are alive; absent = nowhere. */
  readonly pulseFile?: string;
  /** Absent = `syncdaemon` is nobody's business. */
  readonly sync?: ConnectionSync;
  /** Absent = the kernel's timeouts are left alone. */
  readonly timeouts?: KernelTimeouts;
  /** Our control socket, through which the status page asks; absent = there is none. */
  readonly socket?: string;
  /** What the kernel counts; absent = nothing is counted. */
  readonly counters?: CounterReader;
  /** How many files this process may have open, and for what; absent = no matter how many. */
  readonly files?: OpenFiles;
  /** Where what outlives the daemon is kept; absent = nowhere. */
  readonly keep?: KeptFiles;
  /** Who started us and wants to be told how we are. */
  readonly manager?: ServiceManager;
  /** Called when a configuration comes into force; its log may be elsewhere. */
  onReload(model: Model): void;
}

/** The files that outlive the daemon. */
export interface KeptFiles {
  readonly orders: string;
  readonly history: string;
  readonly uptime: string;
}

/** One configuration at work: the director, and everything around it that watches, reloads and reports. */
export class Daemon implements Controlled {
  readonly #ports: DaemonPorts;
  readonly #log: Log;
  readonly director: Director;
  /** What the requests of the control socket are answered from. */
  readonly history: HistoryFile;
  readonly records: Records;
  readonly uptime: Uptime;
  readonly operator: Operator;
  readonly counters: CounterCache;
  readonly #mails: MailAlerts;
  readonly #reporter: Reporter;
  readonly #further: FurtherInstances;
  readonly #signs: VitalSigns;
  readonly #page: StatusPage | undefined;
  readonly #maintenance = new MaintenanceWatch();
  readonly #configuration: Configuration;
  readonly files: OpenFiles;
  /** When this daemon came to be. */
  readonly startedAt = new Date();
  #state: DaemonState = "starting";
  #reloadAfterStart = false;
  #timer: number | undefined;
  #lookingAtUptime = false;
  #maintained: ReadonlySet<string> = new Set();

  /** @param loaded a configuration without errors. */
  constructor(loaded: Loaded, model: Model, ports: DaemonPorts) {
    this.#ports = ports;
    this.#log = ports.log;
    this.#mails = new MailAlerts({
      clock: systemClock,
      send: mailTransport(),
      host: Deno.hostname(),
      namesOf: (virtual, server) => {
        const real = virtual.reals.get(server);
        return real ? givenNames(this.director.model, real) : [];
      },
      complain: (text) => this.#log.error(text),
    });
    this.#reporter = new Reporter({
      log: ports.log,
      mails: this.#mails,
      notifier: new Notifier({ host: Deno.hostname(), complain: (text) => this.#log.error(text) }),
      model: () => this.director.model,
      health: () => this.director.health,
      onDuty: () => !this.director.isStandby,
    });
    this.#further = new FurtherInstances(ports.log);
    const complain = (text: string) => this.#log.error(text);
    this.history = new HistoryFile(ports.keep?.history, complain);
    this.records = new Records(this.history);
    this.uptime = new Uptime(ports.keep?.uptime, complain);
    this.counters = new CounterCache(ports.counters);
    const report = (event: DirectorEvent) => {
      if (event.type === "round") this.#signs.countCheck();
      if (event.type === "table-changed") this.counters.forget();
      this.records.note(event);
      this.#reporter.report(event);
    };
    const { driver, standby } = ports;
    this.files = ports.files ?? UNLIMITED;
    hookTurns.resize(this.files.hooks);
    lookUpTurns.resize(this.files.lookUps);
    const descriptors = this.files.forChecks;
    this.director = new Director(
      model,
      { driver, clock: systemClock, report, runRound, openSentinel, descriptors },
      standby,
    );
    const { director, history } = this;
    this.operator = new Operator({ director, log: ports.log, history, ordersFile: ports.keep?.orders });
    this.#page = ports.socket === undefined ? undefined : new StatusPage(ports.socket, ports.log);
    this.#configuration = new Configuration(loaded, {
      director,
      history,
      log: ports.log,
      manager: ports.manager,
      mails: this.#mails,
      follow: (model, isReload) => this.#follow(model, isReload),
    });
    this.#signs = new VitalSigns({ ...ports, files: this.files, director, clock: systemClock });
  }

  /** What it is doing. */
  get state(): DaemonState {
    return this.#state === "running" && this.director.isStandby ? "standby" : this.#state;
  }

  get #isStopping(): boolean {
    return this.#state === "stopping";
  }

  /** The way to the kernel's table. */
  get driverName(): string | undefined {
    return this.#ports.driver.name;
  }

  /** How the last reload went; null before the first. */
  get lastReload(): ReloadStatus | null {
    return this.#configuration.lastReload;
  }

  /** The configuration in force. */
  get model(): Model {
    return this.director.model;
  }

  /**
   * Resolves when the first table is in the kernel.
   *
   * @throws {IpvsUnavailable} when there is no table to keep.
   */
  async start(): Promise<void> {
    this.#signs.start();
    this.history.add({ kind: "started", detail: `with pid ${Deno.pid}` });
    this.operator.takeUp();
    helper.onIncident = (incident) => this.#noteIncident(incident);
    runHelperFor(this.director.model);
    this.#look();
    // A reload or an activation that is asked for meanwhile comes after it.
    await this.#configuration.takeTurn(() => this.director.start()).catch((error) => {
      this.#signs.stop();
      throw error;
    });
    // Told to end by then: what is begun now, nobody would end.
    if (this.#isStopping) return;
    await this.#ports.timeouts?.become(this.director.model.ipvsTimeouts);
    await this.#ports.sync?.become(this.director.model.syncDaemons);
    if (this.#isStopping) return;
    this.#mails.enter("running");
    this.#state = "running";
    this.#page?.become(this.director.model.statusPage);
    const standby = this.director.isStandby;
    this.#background(this.#further.become(this.director.model.execute, { standby }));
    this.#timer = setInterval(() => this.#look(), LOOK);
    this.#ports.manager?.ready();
    if (this.#reloadAfterStart) this.reload();
  }

  /** Reads the configuration again and goes over to it, after the start if that goes on; a broken one changes nothing. */
  reload(): void {
    if (this.#state === "starting") this.#reloadAfterStart = true;
    else this.#configuration.reload();
  }

  /**
   * A standby takes the table over; resolves when it is in the kernel.
   *
   * @throws {IpvsUnavailable} when there is no table to keep.
   */
  activate(): Promise<void> {
    return this.#configuration.takeTurn(async () => {
      if (!this.director.isStandby) return;
      this.#log.info("Activated: taking over the IPVS table");
      await this.director.activate();
      this.#signs.show();
      await this.#further.go("activate");
    });
  }

  /**
   * Becomes a standby: leaves the table, as far as `cleanstop` asks for it, and goes on checking.
   *
   * @throws {IpvsUnavailable} when it is a standby now, and could not purge what was to be purged.
   */
  deactivate(): Promise<void> {
    return this.#configuration.takeTurn(async () => {
      if (this.director.isStandby) return;
      this.#log.info("Deactivated: leaving the IPVS table to another director");
      const left = await this.director.deactivate();
      this.#signs.show();
      await Promise.all([this.#reporter.standDown(), this.#further.go("deactivate")]);
      if (left !== undefined) throw new IpvsUnavailable(`${LEFT}: ${left}`);
    });
  }

  /** Ends the checks, purges the table as `cleanstop` says, and ends what was started along the way. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#state = "stopping";
    const changed = this.#configuration.close();
    this.#ports.manager?.stopping();
    this.#signs.stop();
    this.#page?.stop();
    this.#mails.enter("stopping");
    helper.onIncident = () => {};
    const left = await this.director.stop();
    if (left !== undefined) this.#log.error(`${LEFT}: ${left}`);
    // What a reload has begun to start is to be there before it is stopped.
    await changed;
    await Promise.all([this.#reporter.stop(), helper.close(), this.#further.become([]), this.#ports.sync?.become([])]);
    this.history.add({ kind: "stopped", detail: "told to" });
    this.history.flush();
    await this.uptime.write();
  }

  /** What goes along with the director to another configuration. */
  async #follow(model: Model, isReload: boolean): Promise<void> {
    this.#mails.become(model);
    runHelperFor(model);
    this.records.checks.keep(new Set(checksIn(model).map(({ key }) => key)));
    this.#ports.onReload(model);
    await this.#ports.timeouts?.become(model.ipvsTimeouts);
    await this.#ports.sync?.become(model.syncDaemons);
    if (this.#isStopping) return;
    this.#page?.become(model.statusPage);
    await this.#further.become(model.execute, { standby: this.director.isStandby, reload: isReload });
  }

  /** What is done once a second: orders whose time is over, the file, the maintenance directory, names that did not resolve. */
  #look(): void {
    const model = this.director.model;
    this.#lookAtUptime();
    this.operator.look();
    this.#lookAtMaintenance(model);
    this.#configuration.look();
  }

  /** One look at a time, however long those at a large configuration take. */
  #lookAtUptime(): void {
    if (this.#lookingAtUptime) return;
    this.#lookingAtUptime = true;
    const look = inTurns(this.uptime.look(this.director.health, systemClock.now()));
    this.#background(look.finally(() => this.#lookingAtUptime = false));
  }

  #lookAtMaintenance(model: Model): void {
    const files = this.#maintenance.look(model.maintenanceDir);
    if (!files) return;
    this.#maintained = files;
    this.director.maintain(files, this.#maintenance.names);
    const reals = [...model.virtuals.values()].flatMap((virtual) => [...virtual.reals.values()]);
    const addresses = reals.map((real) => real.destination.address);
    this.#background(
      this.#maintenance.lookUp(files, addresses).then((learnt) => {
        if (learnt && this.#maintained === files) this.director.maintain(files, this.#maintenance.names);
      }),
    );
  }

  /** The helper process was ended, and is started again. */
  #noteIncident({ why, real }: HelperIncident): void {
    const detail = `the helper process was ended: ${why}${real === undefined ? "" : ` (checking ${real})`}`;
    this.#log.error(`${detail[0].toUpperCase()}${detail.slice(1)}; started again`);
    this.history.add({ kind: "helper-ended", real, detail });
  }

  /** Work that nobody waits for. */
  #background(work: Promise<void>): void {
    work.catch((error) => this.#log.bug(error));
  }
}

/** Has the helper process run where a check needs it, and nowhere else. */
function runHelperFor(model: Model): void {
  const isNeeded = checksIn(model).some(({ method, target }) => isAskedByHelper(method, target));
  if (isNeeded) helper.start();
  else helper.release();
}
