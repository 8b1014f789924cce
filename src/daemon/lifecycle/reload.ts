import { runHook } from "../../alerts/hook.ts";
import type { MailAlerts } from "../../alerts/mail_alerts.ts";
import { loadConfig, type Loaded } from "../../config/load.ts";
import { formatProblem } from "../../config/language/problem.ts";
import type { ReloadStatus } from "../../control/status.ts";
import type { Director } from "../../director/director.ts";
import { IpvsUnavailable } from "../../ipvs/driver.ts";
import { Abandoned, inTurns } from "../../model/steps.ts";
import type { Amendments } from "../../model/amendments.ts";
import type { KnownLists } from "../../model/real_list.ts";
import type { Model } from "../../model/virtual_service.ts";
import { isPipe } from "../../system/pipe.ts";
import { FileWatch } from "./config_watch.ts";
import type { HistoryFile } from "../records/history_file.ts";
import type { Log } from "../log/log.ts";
import type { QuorumAnnouncer } from "../announce/quorum_announcer.ts";
import type { ServiceManager } from "../liveness/service_manager.ts";

/** Seconds that the `callback` may take. */
const CALLBACK_LIMIT = 300;

/** Milliseconds until a reload is tried again that the kernel's table stood in the way of. */
const TRY_AGAIN = 2_000;

/** An empty file usually means a failed or partial write, so it is not taken as "purge everything". */
const BLANK = "The configuration is empty: nothing was changed; stop the director to have its table purged";

/** What a configuration in force needs of the daemon. */
export interface ConfigurationPorts {
  readonly director: Director;
  readonly history: HistoryFile;
  readonly log: Log;
  readonly mails: MailAlerts;
  readonly announcer: QuorumAnnouncer;
  /** What an operator has changed by hand. */
  amendments(): Amendments;
  /** The lists of real servers as they are known. */
  lists(): KnownLists;
  readonly manager?: ServiceManager;
  /** Takes all else along when the director has gone over; `isReload` unless only names resolve that did not before. */
  follow(model: Model, isReload: boolean): Promise<void>;
}

/** The configuration in force, and how another one comes to be: at a reload, when its file changes, when names resolve. */
export class Configuration {
  readonly #ports: ConfigurationPorts;
  readonly #watch: FileWatch;
  #loaded: Loaded;
  #lastReload: ReloadStatus | null = null;
  #nextLookUp = 0;
  /** Changes follow each other; a reload that waits serves all requests until it begins. */
  #changing: Promise<void> = Promise.resolve();
  #reloadWaits = false;
  /** The callback that is under way; one that waits for its end serves all changes until then. */
  #calling: Promise<unknown> = Promise.resolve();
  #callbackWaits = false;
  #retry: number | undefined;
  /** Nothing changes any more. */
  readonly #closing = new AbortController();

  /** @param loaded the one that the director has. */
  constructor(loaded: Loaded, ports: ConfigurationPorts) {
    this.#loaded = loaded;
    this.#ports = ports;
    this.#watch = new FileWatch(ports.director.model.file, loaded.patterns);
  }

  /** How the last reload went; null before the first. */
  get lastReload(): ReloadStatus | null {
    return this.#lastReload;
  }

  /** Reads the file again and goes over to it; a broken one changes nothing. */
  reload(): void {
    if (this.#reloadWaits || this.#closing.signal.aborted) return;
    this.#reloadWaits = true;
    this.#change(async () => {
      this.#reloadWaits = false;
      const { director, manager } = this.#ports;
      manager?.reloading();
      try {
        if (isPipe(director.model.file)) return this.#failed("The configuration is a pipe: nothing was changed");
        const loaded = await loadConfig(director.model.file, {
          amendments: this.#ports.amendments(),
          lists: this.#ports.lists(),
          walk: (steps) => inTurns(steps, () => this.#closing.signal.aborted),
        });
        this.#logProblems(loaded);
        // Those of a refused configuration too: what is put right may be in a file that it alone includes.
        if (loaded.patterns) this.#watch.follow(loaded.patterns);
        if (!loaded.model) return this.#failed("The configuration has errors: nothing was changed");
        if (loaded.isBlank && director.model.virtuals.size > 0) return this.#failed(BLANK);
        await this.#switchTo(loaded, loaded.model, true);
      } finally {
        manager?.ready();
      }
    });
  }

  /**
   * Goes over to the configuration in force with changes by hand. Returns what is wrong with them, in one line: then
   * nothing was changed.
   *
   * @param change gives the changes, when those that were begun before have been made.
   * @param accept says what is wrong with what comes of them.
   * @param onDone called when they are in force, before others are begun.
   */
  async amend(
    change: () => Amendments,
    accept: (model: Model, leftOut: Loaded["leftOut"]) => string | undefined,
    onDone: (made: Amendments) => void,
  ): Promise<string | undefined> {
    let trouble: string | undefined = "the director is stopping";
    await this.takeTurn(async () => {
      const made = change();
      const loaded = await this.#loaded.amended(made);
      const { model, leftOut } = loaded;
      trouble = model ? accept(model, leftOut) : "the configuration in force cannot be resolved any more: reload it";
      if (!model || trouble !== undefined) return;
      trouble = await this.#goOver(loaded, model, false);
      if (trouble === undefined) onDone(made);
    });
    return trouble;
  }

  /** The lists of real servers that the configuration in force has. */
  get lists(): KnownLists {
    return this.#loaded.lists;
  }

  /** Goes over to the configuration in force with other lists of real servers. Returns why that cannot be done now. */
  async relist(lists: KnownLists): Promise<string | undefined> {
    let trouble: string | undefined = "the director is stopping";
    await this.takeTurn(async () => {
      const loaded = await this.#loaded.listed(lists);
      const fault = loaded.problems.find(({ severity }) => severity === "error");
      trouble = loaded.model ? await this.#goOver(loaded, loaded.model, false) : fault?.text;
    });
    return trouble;
  }

  /** To be called once a second: notices that the file has changed, and looks names up that have no address. */
  look(): void {
    const { model } = this.#ports.director;
    const changed = model.autoReload || model.callback !== undefined ? this.#watch.look() : undefined;
    if (changed !== undefined) this.#onFileChange(changed, model);
    if (model.unresolved.length > 0) this.#lookUpWhenDue(model);
  }

  /** Does it when the changes that were begun before have ended. */
  takeTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#changing.then(() => this.#closing.signal.aborted ? undefined : work());
    this.#changing = turn.catch(() => {});
    return turn;
  }

  /** Nothing changes from now on; resolves when the change under way has ended. */
  close(): Promise<void> {
    this.#closing.abort();
    clearTimeout(this.#retry);
    return this.#changing;
  }

  async #switchTo(loaded: Loaded, model: Model, isReload: boolean): Promise<void> {
    const trouble = await this.#goOver(loaded, model, isReload, () => {
      this.#lastReload = { time: new Date().toISOString(), ok: true, trouble: null };
      this.#ports.history.add({ kind: "reloaded", detail: model.file });
    });
    if (trouble !== undefined) {
      this.#postpone(`Cannot reload now: ${trouble}; the configuration in force stays; trying again`);
    }
  }

  /** Returns why it could not be done: then the configuration in force stays. */
  async #goOver(
    loaded: Loaded,
    model: Model,
    isReload: boolean,
    onDone: () => void = () => {},
  ): Promise<string | undefined> {
    const { director, mails, announcer, follow } = this.#ports;
    const removed = [...director.model.virtuals.values()].filter(({ key }) => !model.virtuals.has(key));
    if (!director.isStandby) await announcer.withdraw(removed, this.#closing.signal);
    mails.enter("reloading");
    try {
      await director.reload(model);
    } catch (error) {
      if (!(error instanceof IpvsUnavailable)) throw error;
      return error.message;
    } finally {
      mails.enter("running");
      announcer.release();
    }
    if (this.#closing.signal.aborted) return undefined;
    this.#loaded = loaded;
    onDone();
    await follow(model, isReload);
    return undefined;
  }

  /** What was asked for is still to come, and is complained of once. */
  #postpone(trouble: string): void {
    if (this.#lastReload?.trouble !== trouble) this.#failed(trouble);
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.reload(), TRY_AGAIN);
  }

  #failed(trouble: string): void {
    const { history, log } = this.#ports;
    log.error(trouble);
    this.#lastReload = { time: new Date().toISOString(), ok: false, trouble };
    history.add({ kind: "reload-failed", detail: trouble });
  }

  #onFileChange(changed: string, { file, autoReload, callback }: Model): void {
    const { log } = this.#ports;
    log.notice(`Configuration file '${changed}' has changed on disk`);
    if (autoReload) this.reload();
    else log.notice(" - not reloaded: autoreload is off");
    if (callback !== undefined) this.#callBack(callback, file);
  }

  /** After the change, and after the callback of the one before: an old file must not overtake a new one on its way. */
  #callBack(callback: string, file: string): void {
    if (this.#callbackWaits) return;
    this.#callbackWaits = true;
    this.#calling = Promise.all([this.#changing, this.#calling]).then(async () => {
      this.#callbackWaits = false;
      const reason = await runHook([callback, file], CALLBACK_LIMIT);
      if (reason !== undefined) this.#ports.log.error(`callback: ${reason}`);
    });
  }

  #lookUpWhenDue(model: Model): void {
    const now = performance.now();
    if (now < this.#nextLookUp) return;
    const first = this.#nextLookUp === 0;
    this.#nextLookUp = now + model.checkInterval * 1000;
    if (first) return;
    const { director, log } = this.#ports;
    this.#change(async () => {
      const loaded = await this.#loaded.relookup();
      if (!loaded.model || loaded.model.unresolved.length >= director.model.unresolved.length) return;
      log.info("Host names of real servers resolve now that did not before");
      await this.#switchTo(loaded, loaded.model, false);
    });
  }

  #change(work: () => Promise<void>): void {
    this.takeTurn(work).catch((error) => {
      if (!(error instanceof Abandoned)) this.#ports.log.bug(error);
    });
  }

  #logProblems(loaded: Loaded): void {
    const { director, log } = this.#ports;
    for (const problem of loaded.problems) {
      const [first] = formatProblem(problem, director.model.file, loaded.show, Deno.pid).split("\n");
      log.write(problem.severity === "error" ? "error" : "warning", first);
    }
  }
}
