import type { NotifyTarget, RealServer, VirtualService } from "../model/virtual_service.ts";

/** One transition, as a program or a webhook is told of it. */
export interface Notice {
  readonly target: NotifyTarget;
  readonly time: Date;
  readonly virtual: VirtualService;
  /** Absent when the virtual service as a whole lost its last real server or regained its first. */
  readonly real?: RealServer;
  readonly was: "up" | "down" | "unknown";
  readonly is: "up" | "down";
  readonly reason: string;
  /** As the log has it. */
  readonly text: string;
}

/** The arguments that follow a program's own: virtual service, real server or `-`, old state, new state, reason. */
export function noticeArguments({ virtual, real, was, is, reason }: Notice): readonly string[] {
  return [virtual.label, real?.key ?? "-", was, is, reason];
}

/** The body of a post. Chat services show what is in `text`; everything else is for programs. */
export function noticeBody({ time, virtual, real, was, is, reason, text }: Notice, host: string): string {
  return JSON.stringify({
    version: 1,
    text,
    time: time.toISOString(),
    host,
    virtual: virtual.label,
    protocol: virtual.settings.address.kind,
    service: virtual.serviceName,
    real: real?.key ?? null,
    was,
    is,
    reason,
  });
}
