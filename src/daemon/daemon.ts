import { helper, type HelperIncident } from "../checkers/helper.ts";
import type { Loaded } from "../config/load.ts";
import type { DaemonState, ReloadStatus } from "../control/status.ts";
import { checksIn } from "../director/check_users.ts";
import type { Director } from "../director/director.ts";
import { IpvsUnavailable } from "../ipvs/driver.ts";
import { isAskedByHelper } from "../model/check.ts";
import { systemClock } from "../model/clock.ts";
import { inTurns } from "../model/steps.ts";
import type { Model } from "../model/virtual_service.ts";
import type { OpenFiles } from "../system/open_files.ts";
import type { Announcer } from "./announce/announcer.ts";
import { compose, type Parts } from "./compose.ts";
import type { ListWatch } from "./lifecycle/list_watch.ts";
import type { Membership } from "./operator/membership.ts";
import type { Retirement } from "./operator/retirement.ts";
import type { Operator } from "./operator/operator.ts";
import type { DaemonPorts } from "./ports.ts";
import type { CounterCache } from "./records/counter_cache.ts";
import type { HistoryFile } from "./records/history_file.ts";
import type { Records } from "./records/records.ts";
import type { Uptime } from "./records/uptime.ts";
import type { Controlled } from "./requests/reported.ts";

/** Milliseconds between looks at the configuration file and the maintenance directory. */
const LOOK = 1_000;

/** What is to be known of virtual services that could not be purged. */
const LEFT = "Virtual services that should be gone are still in the kernel's table";

/** One configuration at work: the director, and everything around it that watches, reloads and reports. */
export class Daemon implements Controlled {
  readonly #ports: DaemonPorts;
  readonly #parts: Parts;
  readonly director: Director;
  /** What the requests of the control socket are answered from. */
  readonly history: HistoryFile;
  readonly records: Records;
  readonly uptime: Uptime;
  readonly operator: Operator;
  readonly membership: Membership;
  readonly addresses: Announcer;
  readonly retirement: Retirement;
  readonly lists: ListWatch;
  readonly counters: CounterCache;
  readonly files: OpenFiles;
  /** When this daemon came to be. */
  readonly startedAt = new Date();
  #state: DaemonState = "starting";
  #reloadAfterStart = false;
  #timer: number | undefined;
  readonly #stopping = new AbortController();
  #lookingAtUptime = false;

  /** @param loaded a configuration without errors. */
  constructor(loaded: Loaded, model: Model, ports: DaemonPorts) {
    this.#ports = ports;
    this.#parts = compose(loaded, model, ports, (next, isReload) => this.#follow(next, isReload));
    ({
      director: this.director,
      history: this.history,
      records: this.records,
      uptime: this.uptime,
      operator: this.operator,
      membership: this.membership,
      addresses: this.addresses,
      retirement: this.retirement,
      lists: this.lists,
      counters: this.counters,
      files: this.files,
    } = this.#parts);
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
    return this.#parts.configuration.lastReload;
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
    this.#parts.signs.start();
    this.history.add({ kind: "started", detail: `with pid ${Deno.pid}` });
    this.operator.takeUp();
    helper.onIncident = (incident) => this.#noteIncident(incident);
    runHelperFor(this.director.model);
    this.#look();
    // A reload or an activation that is asked for meanwhile comes after it.
    await this.#parts.configuration.takeTurn(() => this.director.start()).catch((error) => {
      this.#parts.signs.stop();
      throw error;
    });
    // Asked to stop meanwhile: what is begun now would never be ended.
    if (this.#isStopping) return;
    await this.#ports.timeouts?.reconfigure(this.director.model.ipvsTimeouts);
    await this.#ports.sync?.reconfigure(this.director.model.syncDaemons);
    if (this.#isStopping) return;
    this.#parts.mails.enter("running");
    this.#state = "running";
    this.#parts.announcer.release();
    this.#parts.page?.reconfigure(this.director.model.statusPage);
    const standby = this.director.isStandby;
    this.#background(this.#parts.further.reconfigure(this.director.model.execute, { standby }));
    this.#timer = setInterval(() => this.#look(), LOOK);
    this.#ports.manager?.ready();
    if (this.#reloadAfterStart) this.reload();
  }

  /** Reads the configuration again and goes over to it, after the start if that goes on; a broken one changes nothing. */
  reload(): void {
    if (this.#state === "starting") this.#reloadAfterStart = true;
    else this.#parts.configuration.reload();
  }

  /**
   * A standby takes the table over; resolves when it is in the kernel.
   *
   * @throws {IpvsUnavailable} when there is no table to keep.
   */
  activate(): Promise<void> {
    return this.#parts.configuration.takeTurn(async () => {
      if (!this.director.isStandby) return;
      this.#ports.log.notice("Activated: taking over the IPVS table");
      await this.director.activate();
      this.#parts.announcer.release();
      this.#parts.signs.show();
      await this.#parts.further.go("activate");
    });
  }

  /**
   * Becomes a standby: leaves the table, as far as `cleanstop` asks for it, and goes on checking.
   *
   * @throws {IpvsUnavailable} when it is a standby now, and could not purge what was to be purged.
   */
  deactivate(): Promise<void> {
    return this.#parts.configuration.takeTurn(async () => {
      if (this.director.isStandby) return;
      this.#ports.log.notice("Deactivated: leaving the IPVS table to another director");
      await this.#parts.announcer.withdraw([...this.model.virtuals.values()], this.#stopping.signal);
      const left = await this.director.deactivate();
      this.#parts.announcer.release();
      this.#parts.signs.show();
      await Promise.all([this.#parts.reporter.handOver(), this.#parts.further.go("deactivate")]);
      if (left !== undefined) throw new IpvsUnavailable(`${LEFT}: ${left}`);
    });
  }

  /** Has routers send clients to other directors, and goes on for those that are here; resolves when nothing is announced. */
  retire(): Promise<void> {
    return this.#parts.configuration.takeTurn(async () => {
      if (this.retirement.since !== undefined) return;
      this.#ports.log.notice("Retired: nothing is announced any more");
      this.history.add({ kind: "retired", detail: "nothing is announced any more" });
      await this.#retireSince(Date.now());
      if (!this.director.isStandby) {
        const virtuals = [...this.model.virtuals.values()];
        await this.#parts.announcer.withdraw(virtuals, this.#stopping.signal, "the director is retired");
      }
      this.#parts.announcer.release();
    });
  }

  /** Takes {@link retire} back. */
  rejoin(): Promise<void> {
    return this.#parts.configuration.takeTurn(async () => {
      if (this.retirement.since === undefined) return;
      this.#ports.log.notice("Not retired any more: what has its quorum is announced");
      this.history.add({ kind: "rejoined", detail: "what has its quorum is announced" });
      await this.#retireSince(undefined);
      this.#parts.announcer.release();
    });
  }

  async #retireSince(since: number | undefined): Promise<void> {
    try {
      await this.retirement.set(since);
    } catch (error) {
      this.#ports.log.error(`Whether this director is retired cannot be written down: ${(error as Error).message}`);
    }
  }

  /** Ends the checks, purges the table as `cleanstop` says, and ends what was started along the way. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#state = "stopping";
    this.#stopping.abort();
    const changed = this.#parts.configuration.close();
    this.#ports.manager?.stopping();
    this.#parts.signs.stop();
    this.#parts.page?.stop();
    this.#parts.mails.enter("stopping");
    helper.onIncident = () => {};
    if (!this.director.isStandby) await this.#withdrawPurged();
    const left = await this.director.stop();
    if (left !== undefined) this.#ports.log.error(`${LEFT}: ${left}`);
    await this.addresses.purged();
    // What a reload has begun to start is to be there before it is stopped.
    await changed;
    await Promise.all([
      this.#parts.reporter.stop(),
      helper.close(),
      this.#parts.further.reconfigure([]),
      this.#ports.sync?.reconfigure([]),
    ]);
    this.history.add({ kind: "stopped", detail: "told to" });
    this.history.flush();
    await this.uptime.write();
  }

  /** Virtual services that stay in the table after the stop go on as before: they stay announced. */
  async #withdrawPurged(): Promise<void> {
    await this.#parts.announcer.end([...this.model.virtuals.values()].filter(({ cleanStop }) => cleanStop));
  }

  /** What goes along with the director to another configuration. */
  async #follow(model: Model, isReload: boolean): Promise<void> {
    this.#parts.mails.reconfigure(model);
    runHelperFor(model);
    this.records.checks.keep(new Set(checksIn(model).map(({ key }) => key)));
    this.#ports.onReload(model);
    await this.#ports.timeouts?.reconfigure(model.ipvsTimeouts);
    await this.#ports.sync?.reconfigure(model.syncDaemons);
    if (this.#isStopping) return;
    this.#parts.page?.reconfigure(model.statusPage);
    await this.#parts.further.reconfigure(model.execute, { standby: this.director.isStandby, reload: isReload });
  }

  /** What is done once a second: expired orders, the file, the maintenance directory, names that did not resolve. */
  #look(): void {
    this.#lookAtUptime();
    this.operator.look();
    this.#parts.maintenance.look();
    this.#background(this.addresses.look());
    this.#parts.configuration.look();
    this.#parts.lists.look();
  }

  /** One look at a time, however long those at a large configuration take. */
  #lookAtUptime(): void {
    if (this.#lookingAtUptime) return;
    this.#lookingAtUptime = true;
    const look = inTurns(this.uptime.look(this.director.health, systemClock.now()));
    this.#background(look.finally(() => this.#lookingAtUptime = false));
  }

  /** The helper process was ended, and is started again. */
  #noteIncident({ why, real }: HelperIncident): void {
    const detail = `the helper process was ended: ${why}${real === undefined ? "" : ` (checking ${real})`}`;
    this.#ports.log.error(`${detail[0].toUpperCase()}${detail.slice(1)}; started again`);
    this.history.add({ kind: "helper-ended", real, detail });
  }

  /** Work in the background: a failure is logged as a bug. */
  #background(work: Promise<void>): void {
    work.catch((error) => this.#ports.log.bug(error));
  }
}

/** Has the helper process run where a check needs it, and nowhere else. */
function runHelperFor(model: Model): void {
  const isNeeded = checksIn(model).some(({ method, target }) => isAskedByHelper(method, target));
  if (isNeeded) helper.start();
  else helper.release();
}
