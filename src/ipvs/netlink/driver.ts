import type { Action, Plan } from "../../model/plan.ts";
import { inTurns, type Steps } from "../../model/steps.ts";
import type { IpvsTimeouts } from "../../model/ipvs.ts";
import type { SyncDaemon } from "../../model/sync.ts";
import {
  type Destination,
  type DestinationKey,
  destinationKey,
  type IpvsTable,
  NO_SCHEDULER,
  serviceFamily,
  type ServiceSettings,
  type TableService,
  type VirtualKey,
  virtualKey,
} from "../../model/table.ts";
import { SystemError } from "../../system/libc/errors.ts";
import { isInEffect } from "../change_table.ts";
import type { Counters, DestinationCounters, ServiceCounters } from "../counters.ts";
import { IpvsUnavailable, type Outcome } from "../driver.ts";
import type { KernelIpvs } from "../kernel_ipvs.ts";
import {
  decodeConnections,
  decodeDestination,
  decodeSettings,
  decodeSyncDaemon,
  decodeTimeouts,
  decodeTraffic,
  encodeAddress,
  encodeDestination,
  encodeDestinationAddress,
  encodeSettings,
  encodeSyncDaemon,
  encodeTimeouts,
} from "./entries.ts";
import { loadModule } from "./kernel_module.ts";
import { type Attributes, type MessageWriter, Unreadable } from "../../netlink/message.ts";
import { Command, Dest, Service, Top } from "./numbers.ts";
import { reasonOf } from "./refusals.ts";
import { Moved, NoAnswer, type Verdict } from "../../netlink/socket.ts";
import { GenericSocket, type Request } from "./generic.ts";

/** The family that the kernel's module ip_vs brings. */
const FAMILY = "IPVS";
const MODULE = "ip_vs";

/** How often a table is listed that moves under it. */
const ATTEMPTS = 5;

/** `EPERM`: this process lacks the capability CAP_NET_ADMIN. */
const EPERM = 1;

/** The kernel's IPVS table, spoken to by netlink. */
export class NetlinkIpvs implements KernelIpvs {
  readonly name = "netlink";

  /** Schedulers with a module that we have asked for. */
  readonly #schedulers = new Set<string>();

  /** Whether this process can have a netlink socket: not where a sandbox forbids it. */
  static canBeOpened(): boolean {
    try {
      GenericSocket.open().close();
      return true;
    } catch (error) {
      if (error instanceof SystemError) return false;
      throw error;
    }
  }

  read(): Promise<IpvsTable> {
    return this.#list((socket) => listTable(socket));
  }

  async apply(plan: Plan): Promise<readonly Outcome[]> {
    if (plan.length === 0) return [];
    await this.#loadSchedulers(plan);
    const verdicts = await this.#request(plan.map(requestOf));
    const outcomes = plan.map((action, i) => outcomeOf(action, verdicts[i]));
    return plan.some(hasTunnel) ? await this.#withoutIgnoredTunnels(plan, outcomes) : outcomes;
  }

  /** Kernels that know no tunnel but IP-in-IP take a destination without it, and without a word. */
  async #withoutIgnoredTunnels(plan: Plan, outcomes: readonly Outcome[]): Promise<readonly Outcome[]> {
    const table = await this.read();
    const ignored = new Set(
      plan.filter((action, i) => hasTunnel(action) && outcomes[i].taken === true && !isInEffect(action, table)),
    );
    const wrong = [...ignored].flatMap((action) =>
      action.do === "add-destination" ? [{ ...action, do: "delete-destination" } as const] : []
    );
    if (wrong.length > 0) await this.apply(wrong);
    return plan.map((action, i) => ignored.has(action) ? { taken: false, reason: NO_TUNNELS } : outcomes[i]);
  }

  counters(): Promise<Counters> {
    return this.#list((socket) => listCounters(socket));
  }

  syncDaemons(): Promise<readonly SyncDaemon[]> {
    return this.#list((socket) => listSyncDaemons(socket));
  }

  async startSyncDaemon(daemon: SyncDaemon): Promise<void> {
    await this.#command({ command: Command.NEW_DAEMON, write: (writer) => encodeSyncDaemon(writer, daemon) });
  }

  async stopSyncDaemon(daemon: SyncDaemon): Promise<void> {
    await this.#command({ command: Command.DEL_DAEMON, write: (writer) => encodeSyncDaemon(writer, daemon) });
  }

  timeouts(): Promise<IpvsTimeouts> {
    return this.#converse((socket) => {
      let timeouts: IpvsTimeouts | undefined;
      socket.get({ command: Command.GET_CONFIG, write: () => {} }, (own) => timeouts = decodeTimeouts(own));
      return timeouts ? Promise.resolve(timeouts) : Promise.reject(new NoAnswer());
    });
  }

  async setTimeouts(timeouts: IpvsTimeouts): Promise<void> {
    await this.#command({ command: Command.SET_CONFIG, write: (writer) => encodeTimeouts(writer, timeouts) });
  }

  async #command(request: Request): Promise<void> {
    const [verdict] = await this.#request([request]);
    const words = verdict?.words === undefined ? "" : `: ${verdict.words}`;
    if (verdict && verdict.error < 0) {
      throw new IpvsUnavailable(`the kernel refused it with error ${-verdict.error}${words}`);
    }
  }

  /** Gives a verdict for each request; `undefined` where it is not known. */
  async #request(requests: readonly Request[]): Promise<readonly (Verdict | undefined)[]> {
    const verdicts = await this.#converse((socket) => inTurns(socket.request(requests)));
    if (verdicts.every((verdict) => verdict === undefined)) throw new IpvsUnavailable(LOST);
    if (verdicts.some((verdict) => verdict?.error === -EPERM)) throw new IpvsUnavailable(NO_PERMISSION);
    return verdicts;
  }

  async #list<T>(list: (socket: GenericSocket) => Steps<T>): Promise<T> {
    return await this.#converse(async (socket) => {
      for (let attempt = 1;; attempt++) {
        try {
          return await inTurns(list(socket));
        } catch (error) {
          if (!(error instanceof Moved)) throw error;
          if (attempt === ATTEMPTS) throw new IpvsUnavailable("the kernel's table changes faster than it can be read");
        }
      }
    });
  }

  /** Opens a socket for one conversation: nothing is left in it of one that failed. */
  async #converse<T>(work: (socket: GenericSocket) => Promise<T>): Promise<T> {
    let socket: GenericSocket | undefined;
    try {
      socket = GenericSocket.open();
      if (!socket.join(FAMILY)) {
        await loadModule(MODULE);
        if (!socket.join(FAMILY)) throw new IpvsUnavailable(NO_IPVS);
      }
      return await work(socket);
    } catch (error) {
      if (error instanceof NoAnswer) throw new IpvsUnavailable(LOST);
      if (error instanceof Unreadable) throw new IpvsUnavailable("the kernel's answer cannot be read");
      if (error instanceof SystemError) throw new IpvsUnavailable(`no netlink socket can be opened (${error.message})`);
      throw error;
    } finally {
      socket?.close();
    }
  }

  /** The kernel loads them itself, but within our request: a slow disk is not to keep this process. */
  async #loadSchedulers(plan: Plan): Promise<void> {
    for (const { do: what, service } of plan) {
      if ((what !== "add-service" && what !== "edit-service") || this.#schedulers.has(service.scheduler)) continue;
      if (service.scheduler === NO_SCHEDULER) continue;
      this.#schedulers.add(service.scheduler);
      await loadModule(`${MODULE}_${service.scheduler}`);
    }
  }
}

const LOST = "the kernel gave no answer by netlink";
const NO_PERMISSION = "no permission to change the IPVS table: run as root";
const NO_IPVS = "this kernel has no IPVS: load the module with modprobe ip_vs";

const NO_TUNNELS = "this kernel has no such tunnel for IPVS: Linux 5.3 and later have ipip:gue and ipip:gre";

function hasTunnel(action: Action): boolean {
  return (action.do === "add-destination" || action.do === "edit-destination") &&
    action.destination.tunnel !== undefined;
}

function outcomeOf(action: Action, verdict: Verdict | undefined): Outcome {
  if (!verdict) return { taken: undefined };
  return verdict.error === 0 ? { taken: true } : { taken: false, reason: reasonOf(action, verdict) };
}

function requestOf(action: Action): Request {
  switch (action.do) {
    case "add-service":
      return { command: Command.NEW_SERVICE, write: (writer) => encodeSettings(writer, action.service) };
    case "edit-service":
      return { command: Command.SET_SERVICE, write: (writer) => encodeSettings(writer, action.service) };
    case "delete-service":
      return { command: Command.DEL_SERVICE, write: (writer) => encodeAddress(writer, action.service.address) };
    default:
      return {
        command: DESTINATION_COMMANDS[action.do],
        write: (writer) => {
          encodeAddress(writer, action.service.address);
          if (action.do === "delete-destination") encodeDestinationAddress(writer, action.destination);
          else encodeDestination(writer, action.destination);
        },
      };
  }
}

const DESTINATION_COMMANDS = {
  "add-destination": Command.NEW_DEST,
  "edit-destination": Command.SET_DEST,
  "delete-destination": Command.DEL_DEST,
} as const;

function* listTable(socket: GenericSocket): Steps<IpvsTable> {
  const table = new Map<VirtualKey, TableService>();
  for (const [settings] of yield* listServices(socket, () => undefined)) {
    const destinations: [DestinationKey, Destination][] = [];
    yield* listDestinations(socket, settings, (destination) => {
      destinations.push([destinationKey(destination), destination]);
    });
    // The kernel lists the newest first.
    table.set(virtualKey(settings.address), { ...settings, destinations: new Map(destinations.reverse()) });
  }
  return table;
}

function* listCounters(socket: GenericSocket): Steps<Counters> {
  const counters = new Map<VirtualKey, ServiceCounters>();
  for (const [settings, traffic] of yield* listServices(socket, (own) => decodeTraffic(own, Service))) {
    const destinations = new Map<DestinationKey, DestinationCounters>();
    yield* listDestinations(socket, settings, (destination, own) => {
      const counted = { weight: destination.weight, ...decodeConnections(own), ...decodeTraffic(own, Dest) };
      destinations.set(destinationKey(destination), counted);
    });
    counters.set(virtualKey(settings.address), { ...traffic, destinations });
  }
  return counters;
}

/** Those that we do not manage are left out. */
function* listServices<T>(
  socket: GenericSocket,
  decode: (own: Attributes) => T,
): Steps<readonly (readonly [ServiceSettings, T])[]> {
  const services: (readonly [ServiceSettings, T])[] = [];
  yield* socket.list({ command: Command.GET_SERVICE, write: () => {} }, (attributes) => {
    const own = attributes.nested(Top.SERVICE);
    const settings = own && decodeSettings(own);
    if (settings) services.push([settings, decode(own)]);
  });
  return services;
}

function* listDestinations(
  socket: GenericSocket,
  { address }: ServiceSettings,
  take: (destination: Destination, own: Attributes) => void,
): Steps<void> {
  const request = { command: Command.GET_DEST, write: (writer: MessageWriter) => encodeAddress(writer, address) };
  yield* socket.list(request, (attributes) => {
    const own = attributes.nested(Top.DEST);
    if (own) take(decodeDestination(own, serviceFamily(address)), own);
  });
}

function* listSyncDaemons(socket: GenericSocket): Steps<readonly SyncDaemon[]> {
  const daemons: SyncDaemon[] = [];
  yield* socket.list({ command: Command.GET_DAEMON, write: () => {} }, (attributes) => {
    const own = attributes.nested(Top.DAEMON);
    if (own) daemons.push(decodeSyncDaemon(own));
  });
  return daemons;
}
