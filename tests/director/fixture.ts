import type { Check, CheckKey, CheckResult } from "../../src/model/check.ts";
import { type IpAddress, parseIp } from "../../src/model/address.ts";
import { fallbackFlag } from "../../src/model/fallback_flag.ts";
import {
  type Destination,
  type DestinationKey,
  destinationKey,
  type ServiceAddress,
  serviceLabel,
  type ServiceSettings,
  type VirtualKey,
  virtualKey,
} from "../../src/model/table.ts";
import type { CheckPolicy, Model, RealServer, VirtualService } from "../../src/model/virtual_service.ts";

/** What a test says of a virtual service; everything else has the program's defaults. */
export interface VirtualSketch {
  /** `192.0.2.1:80`; tcp. */
  readonly at: string;
  /** `10.0.0.1:80` or `10.0.0.1:80 weight 3`. */
  readonly reals: readonly string[];
  readonly fallback?: string;
  readonly scheduler?: string;
  readonly policy?: "on" | "off";
  readonly interval?: number;
  readonly retryInterval?: number;
  /** Ports of each real server that are checked as well. */
  readonly also?: readonly number[];
  readonly options?: Partial<VirtualService>;
}

/** A model of the sketched virtual services; a check's key is its real server's address and port. */
export function sketchModel(...sketches: readonly VirtualSketch[]): Model {
  const virtuals = new Map<VirtualKey, VirtualService>();
  for (const [i, sketch] of sketches.entries()) {
    const virtual = sketchVirtual(sketch, i + 1);
    virtuals.set(virtual.key, virtual);
  }
  return {
    file: "/etc/ha.d/test.cf",
    virtuals,
    unresolved: [],
    lists: [],
    autoReload: false,
    execute: [],
    logFormat: "text",
    logLevel: "info",
    logFile: "/var/log/ldirectord.log",
    supervised: false,
    syncDaemons: [],
    checkInterval: 10,
    included: [],
    hostNames: new Map<IpAddress, readonly string[]>(),
  };
}

/** The key of a tcp virtual service at `address:port`. */
export function keyOf(at: string): VirtualKey {
  return `tcp:${at}` as VirtualKey;
}

/** The verdict of a passed or failed round. */
export function verdict(up: boolean, detail = up ? "200 OK" : "connection refused"): CheckResult {
  return up ? { up, detail } : { up, why: "refused", detail };
}

/** `10.0.0.1:80 weight 3` as a destination. */
export function destination(text: string): Destination {
  const match = /^(\S+):(\d+)(?: weight (\d+))?$/.exec(text)!;
  return {
    address: parseIp(match[1].replace(/[[\]]/g, ""))!,
    port: Number(match[2]),
    forwarding: "masq",
    weight: Number(match[3] ?? 1),
    upperThreshold: 0,
    lowerThreshold: 0,
  };
}

/** With the fallback flag where the scheduler has one, as by default. */
function settingsOf(address: ServiceAddress, scheduler: string): ServiceSettings {
  const flag = fallbackFlag(scheduler);
  return { address, scheduler, schedulerFlags: flag === undefined ? [] : [flag], onePacket: false };
}

function sketchVirtual(sketch: VirtualSketch, line: number): VirtualService {
  const { address, port } = destination(sketch.at);
  const service = { kind: "tcp", address, port } as const;
  const fallback = sketch.fallback === undefined ? undefined : destination(sketch.fallback);
  const reals = new Map<DestinationKey, RealServer>();
  for (const text of sketch.reals) {
    const real = destination(text);
    const key = destinationKey(real);
    const policy: CheckPolicy = sketch.policy ? { kind: sketch.policy } : {
      kind: "checked",
      check: sketchCheck(real, sketch.interval ?? 10, sketch.retryInterval ?? sketch.interval ?? 10),
      also: (sketch.also ?? []).map((port) => sketchCheck({ ...real, port }, sketch.interval ?? 10, 10)),
    };
    reals.set(key, { key, destination: real, configuredPort: real.port, policy, line });
  }
  return {
    key: virtualKey(service),
    label: serviceLabel(service),
    settings: settingsOf(service, sketch.scheduler ?? "wrr"),
    reals,
    fallback: fallback && { key: destinationKey(fallback), destination: fallback },
    quiescent: false,
    readdQuiescent: false,
    cleanStop: true,
    failureCount: 1,
    riseCount: 1,
    slowStart: 0,
    quorum: 1,
    hysteresis: 0,
    withdrawDelay: 0,
    announceWhen: "all",
    failOpen: 0,
    agentHold: Infinity,
    removalDrain: 0,
    alerts: { to: [], repeatEvery: 0, on: new Set(), planned: false },
    line,
    ...sketch.options,
  };
}

function sketchCheck(real: Destination, interval: number, retryInterval: number): Check {
  return {
    key: destinationKey(real) as string as CheckKey,
    target: {
      address: real.address,
      port: real.port,
      transport: "tcp",
      service: "http",
      httpMethod: "GET",
      pingCount: 1,
      tlsVerify: false,
      command: [],
      commandArguments: [],
    },
    method: "negotiate",
    interval,
    retryInterval,
    checkTimeout: 5,
    negotiateTimeout: 30,
  };
}
