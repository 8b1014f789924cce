/**
 * A section's checks: what each of its real servers is asked, by which method, how often and how long.
 */

import { valueIn } from "./value_in.ts";
import { ofFamily, unmetNeed } from "../language/directive_facts.ts";
import { familyOf, type IpAddress } from "../../model/address.ts";
import { type Check, type CheckMethod, type CheckTarget, looksAtFile, type Origin } from "../../model/check.ts";
import { checkPortOf, factsOf, protocolOf, serviceAt } from "../../model/service_facts.ts";
import type { Service } from "../../model/services.ts";
import type { Secret } from "../../model/secret.ts";
import type { ServiceAddress, ServiceSettings, Transport } from "../../model/table.ts";
import type { CheckPolicy } from "../../model/virtual_service.ts";
import type { RealValue } from "../language/endpoints.ts";
import type { Load } from "./facts.ts";
import { checkOf, type Place, realPart, sectionPart, type SharedTarget } from "./check_identity.ts";
import { requireDialogue, resolveDialogue } from "./dialogue.ts";
import { within } from "./endpoint.ts";
import { resolveReceive } from "./receive.ts";
import { refuseSentinelWithoutPort, wantsSentinel } from "./sentinel.ts";
import { looksAt } from "../language/service_docs.ts";
import { sourceBytes } from "../../model/source_text.ts";
import type { Section, Setting, Settings } from "../language/syntax_tree.ts";

/** Makes the policy of one address of a `real` line, which is checked at the same or another address. */
export type PolicyMaker = (address: IpAddress, configuredPort: number, checkedAt: IpAddress) => CheckPolicy;

/** Reads a section's check settings once; the result makes the policies of each of its `real` lines. */
export function resolveChecks(
  load: Load,
  section: Section,
  settings: ServiceSettings,
): (real: Setting<RealValue>) => PolicyMaker {
  const own = section.settings;
  const isSctp = settings.address.kind === "sctp";
  const service = own.service?.value ?? (isSctp ? "none" : serviceAt(portOf(settings.address)));
  const sectionReceive = own.receive ? resolveReceive(load, own.receive, own.receive.value, service) : {};
  const receiveOf = (real: Setting<RealValue>) =>
    real.value.pair ? resolveReceive(load, real, real.value.pair.receive, service) : sectionReceive;
  // No service is negotiated over sctp: what is left unsaid is a connection.
  const method: ReturnType<typeof resolveMethod> = isSctp && !own.service && !own.checktype
    ? { method: "connect" }
    : resolveMethod(load, section, service);
  if (method === "on" || method === "off") {
    refuseAlsoChecks(load, section);
    wantsSentinel(load, section, { method, service, transport: "tcp" });
    return (real) => {
      receiveOf(real);
      return () => ({ kind: method });
    };
  }
  const transport = transportOf(settings.address, method.method, service);
  if (method.method === "negotiate") {
    warnOfSettings(load, section, service);
    if (isSctp) refuseOverSctp(load, section, service);
    requireDialogue(load, section, own.service, service, transport);
  }

  const timing = resolveTiming(load.globals, own);
  const external = method.method === "external" || method.method === "external-perl";
  const byFile = looksAtFile(method.method);
  if (byFile) requireFile(load, section);
  const base: SharedTarget = {
    transport,
    service,
    httpMethod: valueIn("httpmethod", own),
    dnsType: own.dnstype?.value,
    dialogue: resolveDialogue(load, own),
    requestHeaders: own.requestheader?.map((setting) => setting.value),
    requestBody: own.requestbody && sourceBytes(own.requestbody.value),
    expectStatus: own.expectstatus?.value,
    virtualHost: own.virtualhost?.value,
    login: own.login?.value || undefined,
    passwd: secretOf(own.passwd),
    database: own.database?.value || undefined,
    secret: secretOf(own.secret),
    pingCount: valueIn("checkcount", own, load.globals),
    ...resolveTls(load, own),
    dynamicWeight: valueIn("dynamicweight", own),
    ...byFile ? { file: own.checkfile?.value, maxAge: own.maxage?.value } : {},
    command: external ? own.checkcommand?.value ?? ["/bin/true"] : [],
  };
  const origin = resolveOrigin(load, section);
  const virtualArguments = external ? argumentsOf(settings.address) : [];
  const manner = sectionPart(load, { ...method, ...timing });
  const shared = sectionPart(load, base);
  const also = resolveAlsoChecks(load, section, settings, timing, base);
  const agent = resolveAgent(load, section, timing);
  const weightFile = resolveWeightFile(load, section, timing);
  const sentinel = wantsSentinel(load, section, { method: method.method, service, transport: base.transport });

  return (real) => {
    const { pair } = real.value;
    const question = realPart({
      request: (pair ? pair.request : own.request?.value) || undefined,
      requestIsOwn: pair !== undefined && /^https?:\/\//i.test(pair.request),
      ...receiveOf(real),
    });
    const mark = real.value.checkMark?.mark;
    const ownOrigin = mark === undefined ? origin : { ...origin, mark };
    warnOfCheckPlace(load, real, method.method);
    return (address, configuredPort, checkedAt) => {
      const serving = configuredPort || portOf(settings.address);
      const port = own.checkport?.value ?? (serving || checkPortOf(service));
      warnOfNoPort(load, section, method.method, port);
      if (sentinel && port === 0) refuseSentinelWithoutPort(load, section);
      const spot = { address: checkedAt, origin: ownOrigin };
      const place: Place = byFile
        ? atFile(address)
        : external
        ? { address, origin, port, commandArguments: [...virtualArguments, address, String(serving)] }
        : { ...spot, port, commandArguments: [] };
      return {
        kind: "checked",
        ...sentinel && port !== 0 ? { sentinel } : {},
        also: [...also(spot, serving), ...agent(spot), ...weightFile(address)],
        check: checkOf(load, manner, shared, question, realPart(place)),
      };
    };
  };
}

/** Where a real server is found by its checks, whatever their port. */
type Spot = Pick<Place, "address" | "origin">;

/** The further checks of a real server at its place and port. */
function resolveAlsoChecks(
  load: Load,
  section: Section,
  settings: ServiceSettings,
  timing: Timing,
  base: SharedTarget,
): (spot: Spot, serving: number) => readonly Check[] {
  const makers = (section.settings.alsocheck ?? []).map((setting) => {
    const { kind, port, request, receive } = setting.value;
    const method: Method = { method: kind === "connect" || kind === "ping" ? kind : "negotiate" };
    const service = kind === "connect" || kind === "ping" ? "none" : kind;
    const transport = service === "none" ? "tcp" : transportOf(settings.address, method.method, service);
    requireDialogue(load, section, setting, service, transport);
    const manner = sectionPart(load, { ...method, ...timing });
    const shared = sectionPart<SharedTarget>(load, { ...base, service, transport, command: [] });
    const expected = resolveReceive(load, setting, receive, service);
    const question = realPart({ request: request || undefined, ...expected });
    return (spot: Spot, serving: number) => {
      const checked = port ?? (service === "none" ? serving : checkPortOf(service));
      const place = realPart({ ...spot, port: checked, commandArguments: [] });
      return checkOf(load, manner, shared, question, place);
    };
  });
  return (spot, serving) => makers.map((make) => make(spot, serving));
}

/** The agent at a real server's address, asked like a further check. */
function resolveAgent(
  load: Load,
  { settings: own }: Section,
  timing: Timing,
): (spot: Spot) => readonly Check[] {
  const port = own.agentport?.value;
  if (port === undefined) return () => [];
  const manner = sectionPart(load, { method: "agent", ...timing } as const);
  const [shared, question] = [sectionPart(load, UNASKED), realPart({})];
  return (spot) => {
    return [checkOf(load, manner, shared, question, realPart({ ...spot, port, commandArguments: [] }))];
  };
}

/** The weight file of a real server, which is read like a further check, and soon after it has changed. */
function resolveWeightFile(
  load: Load,
  { settings: { weightfile } }: Section,
  timing: Timing,
): (address: IpAddress) => readonly Check[] {
  if (!weightfile) return () => [];
  const interval = Math.min(timing.interval, MOST_SECONDS_TO_WEIGHT);
  const manner = sectionPart(load, { method: "weightfile", ...timing, interval, retryInterval: interval } as const);
  const [shared, question] = [sectionPart(load, { ...UNASKED, file: weightfile.value }), realPart({})];
  return (address) => [checkOf(load, manner, shared, question, realPart(atFile(address)))];
}

/** Seconds from one look at a weight file to the next, at most. */
const MOST_SECONDS_TO_WEIGHT = 1;

/** The place of a check that goes to no server. */
function atFile(address: IpAddress): Place {
  return { address, port: 0, commandArguments: [] };
}

/** Agents and files are asked nothing. */
const UNASKED: SharedTarget = {
  transport: "tcp",
  service: "none",
  httpMethod: "GET",
  pingCount: 1,
  tlsVerify: false,
  command: [],
};

/** Real servers that are always in or always out are not checked, and not by half either. */
function refuseAlsoChecks({ problems }: Load, { settings: { alsocheck, agentport, weightfile } }: Section): void {
  const hint = "write checktype = connect, or a service";
  if (alsocheck) problems.error(alsocheck[0], "alsocheck needs a check that it is added to", hint);
  if (agentport) problems.error(agentport, "agentport needs a check that it is added to", hint);
  if (weightfile) problems.error(weightfile, "weightfile needs a check that it is added to", hint);
}

type Method = Pick<Check, "method" | "connectsPerNegotiate">;
type Timing = Pick<Check, "interval" | "retryInterval" | "checkTimeout" | "negotiateTimeout">;

function portOf(address: ServiceAddress): number {
  return address.kind === "fwm" ? 0 : address.port;
}

/**
 * Returns what a check goes over: what its service says, else the virtual service's protocol, which a mark does not tell. No
 * service is negotiated over sctp.
 */
function transportOf({ kind }: ServiceAddress, method: CheckMethod, service: Service): Transport {
  const { transport, behindMark = "tcp" } = method === "negotiate" ? factsOf(service) : {};
  if (method === "negotiate" && kind === "sctp") return transport ?? "tcp";
  return transport ?? (kind === "fwm" ? behindMark : kind);
}

/** Notes a service that real servers would have to speak over sctp. At a port of its own it is asked as always. */
function refuseOverSctp(
  { problems }: Load,
  { settings: { service: given, checkport }, head }: Section,
  service: Service,
): void {
  if (checkport || service === "none") return;
  const hint = "write checktype = connect, ping or external; or checkport = number, where the servers have it over tcp";
  problems.error(given ?? head, `a check of service ${service} does not go over sctp`, hint, "checktype");
}

/** With service none there is nothing to negotiate: the servers are in unchecked, or only connected to. */
function resolveMethod(load: Load, section: Section, service: Service): Method | "on" | "off" {
  const { checktype } = section.settings;
  if (checktype?.value === 0) {
    load.problems.warning(checktype, "with checktype 0 every check negotiates", "write checktype = negotiate");
  }
  const type = checktype?.value || "negotiate";
  if (type === "on" || type === "off") return type;
  if (typeof type === "number") {
    return service === "none" ? { method: "connect" } : { method: "negotiate", connectsPerNegotiate: type };
  }
  if (type !== "negotiate" || service !== "none") return { method: type satisfies CheckMethod };
  const { unread } = load.problems;
  if (unread.has("service") || unread.has("checktype")) return "on";
  const place = section.settings.service ?? section.settings.checktype ?? section.head;
  const because = section.settings.service
    ? "with service none"
    : section.head.value.kind === "mark"
    ? "a firewall mark does not tell the service:"
    : "no service is known for this port:";
  load.problems.warning(
    place,
    `${because} the real servers are not checked and always in`,
    "write service = http (or what it is), or checktype = connect; checktype = on says that it is meant so",
  );
  return "on";
}

function resolveTiming(globals: Settings, own: Settings): Timing {
  const check = own.checktimeout ?? own.negotiatetimeout ?? globals.checktimeout ?? globals.negotiatetimeout;
  const negotiate = own.negotiatetimeout ?? own.checktimeout ?? globals.negotiatetimeout ?? globals.checktimeout;
  const interval = valueIn("checkinterval", own, globals);
  const retryInterval = (own.retryinterval ?? globals.retryinterval)?.value ?? interval;
  return {
    interval,
    retryInterval: Math.min(retryInterval, interval),
    checkTimeout: check?.value ?? 5,
    negotiateTimeout: negotiate?.value ?? 30,
  };
}

function resolveOrigin({ globals, problems }: Load, { family, settings: own }: Section): Origin | undefined {
  const bindTo = own.bindto ?? globals.bindto;
  const mark = (own.checkmark ?? globals.checkmark)?.value;
  const address = bindTo && familyOf(bindTo.value) === family ? bindTo.value : undefined;
  if (own.bindto && !address) {
    problems.warning(own.bindto, `bindto has no effect: the real servers here have IPv${family} addresses`);
  }
  return address || mark !== undefined ? { address, mark } : undefined;
}

type TlsTarget = Pick<
  CheckTarget,
  "tlsVerify" | "startTls" | "tlsServerName" | "tlsCaFile" | "tlsClient" | "certExpiryWarn"
>;

function resolveTls({ globals, problems }: Load, own: Settings): TlsTarget {
  const verify = valueIn("tlsverify", own, globals);
  if (own.tlscafile && !verify) {
    problems.warning(own.tlscafile, ...unmetNeed("tlscafile"));
  }
  const certificate = own.tlscertfile ?? globals.tlscertfile;
  // A key goes with one certificate: not with another one that the section brings.
  const key = own.tlskeyfile ?? (own.tlscertfile ? undefined : globals.tlskeyfile);
  if (key && !certificate) {
    problems.error(key, ...unmetNeed("tlskeyfile"));
  }
  return {
    tlsVerify: verify,
    startTls: valueIn("starttls", own, globals),
    tlsServerName: (own.tlsservername ?? globals.tlsservername)?.value,
    tlsCaFile: (own.tlscafile ?? globals.tlscafile)?.value,
    tlsClient: certificate && { certFile: certificate.value, keyFile: (key ?? certificate).value },
    certExpiryWarn: valueIn("certexpirywarn", own, globals),
  };
}

function secretOf(setting: Setting<Secret> | undefined): Secret | undefined {
  return setting?.value.reveal() ? setting.value : undefined;
}

/** The arguments of an external command for its virtual service; the port of a mark is 0, as it has always been. */
function argumentsOf(address: ServiceAddress): readonly string[] {
  return address.kind === "fwm" ? [String(address.mark), "0"] : [address.address, String(address.port)];
}

/** What a negotiate check needs and lacks, and what it is given in vain. */
function warnOfSettings(load: Load, section: Section, service: Service): void {
  const { settings, head, family } = section;
  const { problems } = load;
  const [real] = settings[ofFamily("real", family)] ?? [];
  const place = real?.own ? real.own.settings.service ?? real : settings.service ?? head;
  const { needs = [], requests } = protocolOf(service) ?? {};
  for (const { directive, meaning, example, isWarning } of needs) {
    if (settings[directive]?.value || (directive === "request" && hasOwnRequests(section))) continue;
    const text = `service ${service} needs a ${directive}${meaning ? `: ${meaning}` : ""}`;
    problems[isWarning ? "warning" : "error"](place, text, `add ${directive} = ${example}`, directive);
  }
  if (requests && settings.request && !requests.pattern.test(settings.request.value)) {
    problems.error(settings.request, `the request of a ${service} check is ${requests.text}`, requests.hint);
  }
  if (settings.starttls?.value && !looksAt(service, "starttls")) {
    problems.warning(settings.starttls, `starttls has no effect with service ${service}`);
  }
  if (settings.requestbody && settings.httpmethod?.value !== "POST") {
    problems.error(settings.requestbody, ...unmetNeed("requestbody"));
  }
  if (settings.httpmethod?.value === "HEAD" && settings.receive?.value.source) {
    problems.warning(settings.receive, "an answer to HEAD has no body that receive could match");
  }
}

/** Every real server of the section brings a request of its own. */
function hasOwnRequests({ settings, family }: Section): boolean {
  const reals = settings[ofFamily("real", family)] ?? [];
  return reals.length > 0 && reals.every((real) => real.value.pair?.request);
}

function requireFile({ problems }: Load, { settings: { checkfile, checktype } }: Section): void {
  if (checkfile || !checktype) return;
  problems.error(checktype, "checktype = file needs a checkfile", "add checkfile = /path/to/file", "checkfile");
}

/** A command gets the real server's address and connects in its own way; a file is on this machine. */
function warnOfCheckPlace({ problems }: Load, real: Setting<RealValue>, method: CheckMethod): void {
  if (method !== "external" && method !== "external-perl" && method !== "file") return;
  const { checkIp, checkMark } = real.value;
  if (checkIp) problems.warning(within(real, checkIp), `checkip has no effect with checktype ${method}`);
  if (checkMark) problems.warning(within(real, checkMark), `checkmark has no effect with checktype ${method}`);
}

function warnOfNoPort(load: Load, section: Section, method: CheckMethod, port: number): void {
  if (port !== 0 || (method !== "connect" && method !== "negotiate")) return;
  const place = section.settings.checktype ?? section.settings.service ?? section.head;
  load.problems.warning(
    place,
    "no port is known to check: these real servers stay down",
    "add checkport = number, or give the real servers their port",
  );
}
