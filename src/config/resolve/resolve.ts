/**
 * syntax tree + facts -> Model. Pure: everything that only the machine knows is among the facts.
 */

import { valueIn } from "./value_in.ts";
import { FAMILY_DIRECTIVES, ofFamily, unmetNeed } from "../language/directive_facts.ts";
import { addressRange, type Family, familyOf, type IpAddress } from "../../model/address.ts";
import { removedFrom } from "../../model/amendments.ts";
import { harmless } from "../../model/harmless_text.ts";
import { partsOf } from "../../model/orders.ts";
import { atOnce, everySoOften, type Steps } from "../../model/steps.ts";
import { SYNC_ROLES, type SyncDaemon } from "../../model/sync.ts";
import {
  type Destination,
  type DestinationKey,
  destinationKey,
  methodOf,
  serviceLabel,
  type ServiceSettings,
  type VirtualKey,
  virtualKey,
} from "../../model/table.ts";
import type {
  AlertSettings,
  Fallback,
  MailServer,
  Model,
  RealServer,
  UnresolvedReal,
  VirtualService,
} from "../../model/virtual_service.ts";
import type { FallbackValue, RealValue } from "../language/endpoints.ts";
import type { Facts, Load } from "./facts.ts";
import { givenTwice, type ProblemList } from "../language/problem.ts";
import { kernelPort, resolveHost, resolvePort, warnOfMapping, within } from "./endpoint.ts";
import { refuseMixedAnnouncements, resolveAnnounce, type Resolved } from "./announcements.ts";
import { withAdded } from "./added_reals.ts";
import { wantedLists, withListed } from "./listed_reals.ts";
import type { PolicyMaker } from "./checks.ts";
import { realsOf } from "../language/own_sections.ts";
import { resolveOwnChecks } from "./own_checks.ts";
import { isUnspecified, resolveService } from "./service.ts";
import type { Section, Setting, Settings, SyntaxTree } from "../language/syntax_tree.ts";

/**
 * Resolves a tree, adding to `problems`. The model is absent if and only if there are errors among
 * them, those that were there before included.
 */
export function resolve(tree: SyntaxTree, facts: Facts, problems: ProblemList): Model | undefined {
  return atOnce(resolveInSteps(tree, facts, problems));
}

/** The same in steps. */
export function* resolveInSteps(tree: SyntaxTree, facts: Facts, problems: ProblemList): Steps<Model | undefined> {
  const { globals, sections } = tree;
  const load: Load = {
    facts,
    globals,
    problems,
    checks: new Map(),
    patterns: new Map(),
    realCount: 0,
    hostNames: new Map(),
  };
  const virtuals = new Map<VirtualKey, VirtualService>();
  const unresolved: UnresolvedReal[] = [];
  const resolved: Resolved[] = [];
  for (const section of sections) {
    yield;
    const virtual = yield* resolveSection(load, section, unresolved);
    if (!virtual || isUnspecified(virtual.settings.address)) continue;
    const duplicate = virtuals.get(virtual.key);
    if (duplicate) {
      const message = `duplicate virtual server: ${virtual.label} is at ${problems.lineName(duplicate.line)} already`;
      problems.error(section.head, message, "put the real servers of both into one section");
    } else {
      virtuals.set(virtual.key, virtual);
      resolved.push({ section, virtual });
    }
  }
  warnOfQuiescent(load, sections);
  warnOfBindTo(load, sections);
  refuseMixedAnnouncements(load, resolved);
  const syncDaemons = resolveSync(load);
  const execute = resolveExecute(load);
  const user = resolveUser(load);
  if (problems.hasErrors) return undefined;
  return {
    file: facts.file,
    virtuals,
    unresolved,
    autoReload: valueIn("autoreload", globals),
    callback: globals.callback?.value,
    execute,
    logFormat: valueIn("logformat", globals),
    logLevel: valueIn("loglevel", globals),
    logFile: valueIn("logfile", globals),
    statusPage: globals.statuspage?.value,
    supervised: valueIn("supervised", globals),
    user,
    maintenanceDir: globals.maintenancedir?.value,
    ipvsDriver: globals.ipvsdriver?.value === "auto" ? undefined : globals.ipvsdriver?.value,
    ipvsTimeouts: globals.ipvstimeouts?.value,
    syncDaemons,
    checkInterval: valueIn("checkinterval", globals),
    lists: wantedLists(tree),
    included: problems.included,
    hostNames: load.hostNames,
  };
}

/** Further daemons need files that only root can make. */
function resolveUser({ globals: { user, execute }, problems }: Load): string | undefined {
  if (user && execute) {
    problems.error(
      user,
      "user and execute exclude each other",
      "leave execute out, and start that configuration by itself",
    );
  }
  return user?.value;
}

/** A director that stops waits until its further ones have: it must not be one of them. */
function resolveExecute({ facts, globals, problems }: Load): readonly string[] {
  const own = lastPart(facts.file);
  return (globals.execute ?? []).filter((setting) => {
    const isItself = lastPart(setting.value) === own;
    if (isItself) {
      problems.warning(setting, `${setting.value} is this configuration itself: execute starts further ones`);
    }
    return !isItself;
  }).map(({ value }) => value);
}

/** What tells configurations apart: their daemons' pid files are named by it. */
function lastPart(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function resolveSync({ globals, problems }: Load): readonly SyncDaemon[] {
  const { syncdaemon, syncinterface } = globals;
  if (!syncdaemon || syncdaemon.value === "off") return [];
  if (!syncinterface) {
    problems.error(syncdaemon, ...unmetNeed("syncdaemon"));
    return [];
  }
  const roles = SYNC_ROLES.filter((role) => syncdaemon.value === role || syncdaemon.value === "both");
  return roles.map((role) => ({ role, interface: syncinterface.value, id: valueIn("syncid", globals) }));
}

function* resolveSection(
  load: Load,
  given: Section,
  unresolved: UnresolvedReal[],
): Steps<VirtualService | undefined> {
  refuseOtherFamily(load, given);
  const settings = resolveService(load, given);
  if (!settings) return undefined;
  const { globals } = load;
  const key = virtualKey(settings.address);
  const section = withAdded(load, withListed(load, given), key);
  const own = section.settings;
  const note = (host: string, line: number) => unresolved.push({ virtual: key, host, line });
  return {
    key,
    label: serviceLabel(settings.address),
    settings,
    reals: yield* resolveReals(load, section, settings, note),
    fallback: resolveFallback(load, section, settings, note),
    fallbackCommand: (own.fallbackcommand ?? globals.fallbackcommand)?.value,
    quiescent: valueIn("quiescent", own, globals),
    readdQuiescent: valueIn("readdquiescent", globals),
    cleanStop: valueIn("cleanstop", own, globals),
    failureCount: valueIn("failurecount", own, globals),
    riseCount: valueIn("risecount", own, globals),
    quorum: valueIn("quorum", own, globals),
    hysteresis: valueIn("hysteresis", own, globals),
    quorumCommand: (own.quorumcommand ?? globals.quorumcommand)?.value,
    withdrawDelay: valueIn("withdrawdelay", own, globals),
    announce: resolveAnnounce(load, section, settings),
    announceWhen: valueIn("announcewhen", own, globals),
    failOpen: valueIn("failopen", own, globals),
    slowStart: valueIn("slowstart", own, globals),
    removalDrain: valueIn("removaldrain", own, globals),
    agentHold: own.agenthold?.value ?? Infinity,
    monitorFile: own.monitorfile?.value,
    serviceName: own.servicename && harmless(own.servicename.value),
    comment: own.comment && harmless(own.comment.value),
    alerts: resolveAlerts(load, section),
    notify: (own.notify ?? globals.notify)?.value,
    line: section.head.line,
  };
}

/** No director looks after so many: it is a slip in the ranges, which must not eat the memory of one that runs. */
const MOST_REALS = 500_000;

/** Notes a name that did not resolve, to be looked up again. */
type NoteUnresolved = (host: string, line: number) => void;

/** A section's servers are all of its own family, and the directives say which. */
function refuseOtherFamily(load: Load, { family, settings }: Section): void {
  for (const name of FAMILY_DIRECTIVES) {
    const [right, wrong] = [ofFamily(name, family), ofFamily(name, family === 6 ? 4 : 6)];
    for (const setting of [settings[wrong] ?? []].flat()) {
      load.problems.error(setting, `cannot specify "${wrong}" here`, `please use "${right}" instead`);
    }
  }
}

function* resolveReals(
  load: Load,
  section: Section,
  settings: ServiceSettings,
  note: NoteUnresolved,
): Steps<ReadonlyMap<DestinationKey, RealServer>> {
  const lines = realsOf(section);
  const policies = resolveOwnChecks(load, section, settings);
  const reals = new Map<DestinationKey, RealServer>();
  for (const line of lines) {
    if (load.realCount > MOST_REALS) break;
    const addresses = resolveAddresses(load, line, section.family, note);
    const port = line.value.port ? resolvePort(load, line, line.value.port, settings.address.kind) : 0;
    if (port === undefined) continue;
    load.realCount += addresses.length;
    if (load.realCount > MOST_REALS) {
      load.problems.error(line, `there are more than ${MOST_REALS} real servers in the file`, "look at its ranges");
      break;
    }
    const policy = policies(line);
    const checked = resolveCheckIps(load, line, addresses);
    for (const [i, address] of addresses.entries()) {
      if (everySoOften(load.realCount + i)) yield;
      addReal(load, reals, realServer(load, line, settings, address, port, policy, checked[i]), line);
    }
  }
  for (const id of removedFrom(load.facts.amendments, virtualKey(settings.address))) reals.delete(partsOf(id).real);
  return reals;
}

function realServer(
  load: Load,
  line: Setting<RealValue>,
  settings: ServiceSettings,
  address: IpAddress,
  configuredPort: number,
  policy: PolicyMaker,
  checkedAt: IpAddress,
): RealServer {
  const { forwarding, weight, upperThreshold, lowerThreshold, label } = line.value;
  const port = kernelPort(settings.address, { port: configuredPort, forwarding });
  const place = within(line, line.value.port ?? line.value.host);
  warnOfMapping(load, place, configuredPort, port, forwarding);
  const destination = { address, port, ...methodOf(line.value), weight, upperThreshold, lowerThreshold };
  return {
    key: destinationKey(destination),
    destination,
    configuredPort,
    ...line.origin === undefined ? {} : { origin: line.origin },
    ...label === undefined ? {} : { label },
    ...countsOf(line),
    policy: policy(address, configuredPort, checkedAt),
    line: line.line,
  };
}

/** The counts that a line has for its real servers alone. */
function countsOf({ own }: Setting<RealValue>): Pick<RealServer, "failureCount" | "riseCount"> {
  const { failurecount, risecount } = own?.settings ?? {};
  return {
    ...failurecount ? { failureCount: failurecount.value } : {},
    ...risecount ? { riseCount: risecount.value } : {},
  };
}

function addReal(
  load: Load,
  reals: Map<DestinationKey, RealServer>,
  real: RealServer,
  line: Setting<RealValue>,
): void {
  const duplicate = reals.get(real.key);
  // What stands in the file goes before what was added to it.
  if (duplicate && real.origin !== undefined) {
    load.problems.warning(line, `real server ${real.key} is there already: the one of ${real.origin} does not count`);
    return;
  }
  if (duplicate) {
    load.problems.warning(
      line,
      givenTwice(`real server ${real.key}`, load.problems.lineName(duplicate.line)),
    );
    reals.delete(real.key);
  }
  reals.set(real.key, real);
}

/** Where each of a line's real servers is checked: at its own address, or at that which `checkip:` gives it. */
function resolveCheckIps(
  load: Load,
  line: Setting<RealValue>,
  addresses: readonly IpAddress[],
): readonly IpAddress[] {
  const { checkIp } = line.value;
  if (!checkIp || addresses.length === 0) return addresses;
  const { first, last = first } = checkIp;
  const range = addressRange(first, last);
  const place = within(line, checkIp);
  if (typeof range === "string") load.problems.error(place, `Invalid Range: ${range}`);
  else if (range.length === addresses.length) return range;
  else {
    load.problems.error(
      place,
      `checkip has ${range.length} of the ${addresses.length} addresses that are needed`,
      "write a range first->last, as for the real servers",
    );
  }
  return addresses;
}

/** The addresses of a `real` line: one, or all of a range; none when a name did not resolve. */
function resolveAddresses(
  load: Load,
  line: Setting<RealValue>,
  family: Family,
  note: NoteUnresolved,
): readonly IpAddress[] {
  const { host, last } = line.value;
  const instead = family === 4 ? "virtual6 and real6" : "virtual and real";
  const ends = (last ? [host, last] : [host]).map((ref) => ({
    ref,
    ip: resolveHost(load, line, ref, family, instead),
  }));
  const resolved: IpAddress[] = [];
  for (const { ref, ip } of ends) {
    if (ip === "wrong") continue;
    if (ip !== "unknown") {
      resolved.push(ip);
      continue;
    }
    note(ref.text, line.line);
    load.problems.warning(
      within(line, ref),
      `real server ${ref.text} has no IPv${family} address: it is down until its name resolves`,
    );
  }
  if (resolved.length < ends.length) return [];
  if (!last || !host) return resolved;
  const range = addressRange(resolved[0], resolved[1]);
  if (typeof range !== "string") return range;
  load.problems.error(
    within(line, { at: host.at, length: last.at + last.length - host.at }),
    `Invalid Range: ${range}`,
  );
  return [];
}

/** The section's own fallback, or else the global one of its family. */
function resolveFallback(
  load: Load,
  { family, settings: own }: Section,
  settings: ServiceSettings,
  note: NoteUnresolved,
): Fallback | undefined {
  const line: Setting<FallbackValue> | undefined = family === 6
    ? own.fallback6 ?? load.globals.fallback6
    : own.fallback ?? load.globals.fallback;
  if (!line) return undefined;
  const { host, port: portRef, forwarding } = line.value;
  const { address: service } = settings;
  const address = resolveHost(load, line, host, family, ofFamily("fallback", family === 4 ? 6 : 4));
  const given = portRef ? resolvePort(load, line, portRef, service.kind) : 0;
  if (address === "unknown") {
    note(host.text, line.line);
    const message =
      `fallback server ${host.text} has no IPv${family} address: there is no fallback until its name resolves`;
    load.problems.warning(within(line, host), message);
  }
  if (address === "unknown" || address === "wrong" || given === undefined) return undefined;
  const wanted = given || (service.kind === "fwm" ? 0 : service.port);
  const port = kernelPort(service, { port: wanted, forwarding });
  warnOfMapping(load, within(line, portRef ?? host), given, port, forwarding);
  const destination: Destination = {
    address,
    port,
    ...methodOf(line.value),
    weight: 1,
    upperThreshold: 0,
    lowerThreshold: 0,
  };
  return { key: destinationKey(destination), destination };
}

function resolveAlerts(load: Load, { settings: own }: Section): AlertSettings {
  const { globals } = load;
  return {
    to: (own.emailalert ?? globals.emailalert)?.value ?? [],
    from: globals.emailalertfrom?.value,
    repeatEvery: valueIn("emailalertfreq", own, globals),
    on: valueIn("emailalertstatus", own, globals),
    planned: valueIn("emailalertplanned", own, globals),
    smtp: resolveMailServer(load, own),
  };
}

function resolveMailServer({ globals, problems }: Load, own: Settings): MailServer | undefined {
  const server = own.smtp ?? globals.smtp;
  const user = own.smtpuser ?? globals.smtpuser;
  const passwd = own.smtppasswd ?? globals.smtppasswd;
  const lone = user && passwd ? undefined : user ?? passwd;
  if (lone) problems.error(lone, ...unmetNeed(user ? "smtpuser" : "smtppasswd"));
  if (!server) return undefined;
  return {
    host: server.value,
    tls: valueIn("smtptls", own, globals),
    login: user && passwd && { user: user.value, passwd: passwd.value },
  };
}

function warnOfBindTo({ globals: { bindto }, problems }: Load, sections: readonly Section[]): void {
  const other = bindto &&
    sections.find(({ family, settings }) => !settings.bindto && familyOf(bindto.value) !== family);
  if (!other) return;
  const message = `bindto has no effect on real servers that have IPv${other.family} addresses`;
  problems.warning(bindto, message, `write bindto in their sections, with an IPv${other.family} address`);
}

/** The manual has always said yes, and the old program did no: a configuration that relies on either should say so. */
function warnOfQuiescent({ globals, problems }: Load, sections: readonly Section[]): void {
  if (globals.quiescent) return;
  const silent = sections.find((section) => !section.settings.quiescent);
  if (!silent) return;
  problems.warning(
    silent.head,
    "quiescent is not set: it is yes, as the manual says; the old program did as if it were no",
    "write quiescent = yes (weight 0 when down) or quiescent = no (removed when down)",
    "quiescent",
  );
}
