/**
 * What a daemon is made of: built and joined here, and nowhere else.
 */

import { hookTurns } from "../alerts/hook.ts";
import { MailAlerts } from "../alerts/mail_alerts.ts";
import { Notifier } from "../alerts/notifier.ts";
import { mailTransport } from "../alerts/transport.ts";
import { openPlace } from "../announce/open_place.ts";
import { runRound } from "../checkers/run.ts";
import { openSentinel } from "../checkers/sentinel.ts";
import { listMachine, type Loaded, lookUpTurns } from "../config/load.ts";
import { lookUpList } from "../config/look_up_list.ts";
import { Director } from "../director/director.ts";
import type { DirectorEvent } from "../director/events.ts";
import { systemClock } from "../model/clock.ts";
import { givenNames, type Model } from "../model/virtual_service.ts";
import { type OpenFiles, UNLIMITED } from "../system/open_files.ts";
import { Announcer } from "./announce/announcer.ts";
import { AnnounceRecord } from "./announce/record.ts";
import { voteOf } from "./announce/vote.ts";
import { FurtherInstances } from "./lifecycle/further_instances.ts";
import { ListWatch } from "./lifecycle/list_watch.ts";
import { Maintenance } from "./lifecycle/maintenance.ts";
import { Configuration, type ConfigurationPorts } from "./lifecycle/reload.ts";
import { VitalSigns } from "./liveness/vital_signs.ts";
import { QuorumAnnouncer } from "./announce/quorum_announcer.ts";
import { Reporter } from "./log/reporter.ts";
import { AmendmentBook } from "./operator/amendment_book.ts";
import { Membership } from "./operator/membership.ts";
import { Retirement } from "./operator/retirement.ts";
import { Operator } from "./operator/operator.ts";
import { StatusPage } from "./page_process.ts";
import type { DaemonPorts } from "./ports.ts";
import { CounterCache } from "./records/counter_cache.ts";
import { HistoryFile } from "./records/history_file.ts";
import { StateFile } from "./records/state_file.ts";
import { Records } from "./records/records.ts";
import { Uptime } from "./records/uptime.ts";

/** The parts of a daemon. */
export interface Parts {
  readonly director: Director;
  readonly mails: MailAlerts;
  readonly reporter: Reporter;
  readonly addresses: Announcer;
  readonly announcer: QuorumAnnouncer;
  readonly retirement: Retirement;
  readonly further: FurtherInstances;
  readonly history: HistoryFile;
  readonly records: Records;
  readonly uptime: Uptime;
  readonly counters: CounterCache;
  readonly files: OpenFiles;
  readonly operator: Operator;
  readonly membership: Membership;
  readonly lists: ListWatch;
  /** Absent = there is no control socket that it could ask. */
  readonly page?: StatusPage;
  readonly configuration: Configuration;
  readonly maintenance: Maintenance;
  readonly signs: VitalSigns;
}

/**
 * Builds the parts of a daemon and joins them. Nothing is started.
 *
 * @param loaded a configuration without errors.
 * @param follow see {@link ConfigurationPorts}.
 */
export function compose(
  loaded: Loaded,
  model: Model,
  ports: DaemonPorts,
  follow: ConfigurationPorts["follow"],
): Parts {
  const { driver, standby, log, manager, keep, socket } = ports;
  const onTrouble = (text: string) => log.error(text);
  const host = Deno.hostname();
  const mails = new MailAlerts({
    clock: systemClock,
    send: mailTransport(),
    host,
    namesOf: (virtual, server) => {
      const real = virtual.reals.get(server);
      return real ? givenNames(director.model, real) : [];
    },
    onTrouble,
  });
  const views = {
    model: () => director.model,
    health: () => director.health,
    onDuty: () => !director.isStandby,
  };
  const reporter = new Reporter({
    log,
    mails,
    notifier: new Notifier({ host, onTrouble }),
    ...views,
  });
  const further = new FurtherInstances(log);
  const history = new HistoryFile(keep?.history, onTrouble);
  const retirement = new Retirement(keep?.retirement, onTrouble);
  const offDuty = () => {
    if (director.isStandby) return "this director stands by";
    return retirement.since === undefined ? undefined : "this director is retired";
  };
  const addresses = new Announcer({
    log,
    history,
    record: new AnnounceRecord(keep?.announced, onTrouble),
    openPlace,
    model: views.model,
    voteOf: (virtual) => voteOf(virtual, director.health, director.missing),
    offDuty,
  });
  const announcer = new QuorumAnnouncer({
    host,
    onTrouble,
    addresses,
    ...views,
    onDuty: () => offDuty() === undefined,
  });
  const records = new Records(history);
  const uptime = new Uptime(keep?.uptime, onTrouble);
  const counters = new CounterCache(ports.counters);
  const files = shareFiles(ports.files);
  const report = (event: DirectorEvent) => {
    if (event.type === "round") signs.countCheck();
    if (event.type === "table-changed") counters.forget();
    records.note(event);
    reporter.report(event);
    announcer.take(event);
  };
  const descriptors = files.forChecks;
  const director: Director = new Director(
    model,
    { driver, clock: systemClock, report, runRound, openSentinel, descriptors, counters: () => counters.read() },
    standby,
  );
  const operator = new Operator({ director, log, history, ordersFile: keep?.orders });
  const page = socket === undefined ? undefined : new StatusPage(socket, log);
  const book = new AmendmentBook(keep?.amendments, onTrouble);
  const amendments = () => book.amendments;
  const configuration: Configuration = new Configuration(loaded, {
    director,
    history,
    log,
    manager,
    mails,
    announcer,
    amendments,
    lists: () => lists.known,
    follow,
  });
  const lists: ListWatch = new ListWatch({
    log,
    history,
    file: new StateFile(keep?.lists),
    now: () => systemClock.now(),
    model: () => director.model,
    inForce: () => configuration.lists,
    lookUp: (wanted) => lookUpList(wanted, listMachine),
    apply: configuration.relist.bind(configuration),
  });
  const membership = new Membership({ director, log, history, book, amend: configuration.amend.bind(configuration) });
  const maintenance = new Maintenance(director, log);
  const signs: VitalSigns = new VitalSigns({ ...ports, files, director, clock: systemClock });
  return {
    director,
    mails,
    reporter,
    addresses,
    announcer,
    retirement,
    further,
    history,
    records,
    uptime,
    counters,
    files,
    operator,
    membership,
    lists,
    page,
    configuration,
    maintenance,
    signs,
  };
}

/** Gives hooks and look-ups of names their part of the files that may be open. */
function shareFiles(files: OpenFiles = UNLIMITED): OpenFiles {
  hookTurns.resize(files.hooks);
  lookUpTurns.resize(files.lookUps);
  return files;
}
