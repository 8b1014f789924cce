import type { ReportedState, ServiceState } from "../model/real_state.ts";
import type { NotifyTarget, RealServer, VirtualService } from "../model/virtual_service.ts";

/** One transition, for a program or a webhook. */
export interface Notice extends Told {
  readonly target: NotifyTarget;
}

/** A transition, and how it was around it. */
export interface Told {
  readonly time: Date;
  readonly virtual: VirtualService;
  /** Absent when the virtual service as a whole lost its last real server or regained its first. */
  readonly real?: RealServer;
  readonly was: ReportedState | ServiceState;
  readonly is: ReportedState | ServiceState;
  readonly reason: string;
  /** As the log has it. */
  readonly text: string;
  readonly circumstances: Circumstances;
}

/** How it was around a transition, right after it. */
export interface Circumstances {
  /** The configuration file. */
  readonly config: string;
  /** The names that the configuration gives the real server. */
  readonly names: readonly string[];
  /** The weight at which it gets clients; 0 when it gets none; absent of a virtual service as a whole. */
  readonly weight?: number;
  /** Real servers of the virtual service, and how many of them serve, and cannot be checked. */
  readonly reals: number;
  readonly serving: number;
  readonly unknown: number;
}

/** The arguments that follow a program's own: virtual service, real server or `-`, old state, new state, reason. */
export function noticeArguments({ virtual, real, was, is, reason }: Notice): readonly string[] {
  return [virtual.label, real?.key ?? "-", was, is, reason];
}

/**
 * The body of a post, as docs/notify.schema.json describes it. Chat services show what is in `text`; everything else is for
 * programs.
 */
export function noticeBody(notice: Notice, host: string): string {
  return JSON.stringify({ version: 1, ...factsOf(notice, host) });
}

/** What a program finds in its environment: the fields of a post, as `LDIRECTORD_FIELD`; empty where a post has null. */
export function noticeEnvironment(notice: Told, host: string): Record<string, string> {
  const facts = Object.entries(factsOf(notice, host));
  return Object.fromEntries(facts.map(([name, value]) => [`LDIRECTORD_${name.toUpperCase()}`, asText(value)]));
}

function factsOf({ time, virtual, real, was, is, reason, text, circumstances }: Told, host: string) {
  const { config, names, weight, reals, serving, unknown } = circumstances;
  return {
    text,
    time: time.toISOString(),
    host,
    config,
    virtual: virtual.label,
    protocol: virtual.settings.address.kind,
    service: virtual.serviceName ?? null,
    real: real?.key ?? null,
    names,
    was,
    is,
    reason,
    weight: weight ?? null,
    reals,
    serving,
    unknown,
  };
}

/** No environment holds a NUL. */
function asText(value: string | number | null | readonly string[]): string {
  const text = typeof value === "object" ? (value ?? []).join(" ") : String(value);
  return text.replaceAll("\0", "");
}
