import { couldNotBeMade } from "../../model/check.ts";
import type { CheckUser } from "../../director/check_users.ts";
import type { DirectorEvent } from "../../director/events.ts";
import type { Role } from "../../director/desired.ts";
import { isPlanned, type ReportedState } from "../../model/real_state.ts";
import type { SourceLine } from "../../model/source_lines.ts";
import { destinationKey, serviceLabel } from "../../model/table.ts";
import type { Severity } from "../../model/log.ts";
import type { LogFields } from "./log.ts";
import { fallbackLine, figuresOf } from "../../director/quorum_words.ts";

/** One line for the log. */
export interface LogLine {
  readonly severity: Severity;
  readonly text: string;
}

/**
 * What the log says of an event. The texts up to the parenthesis are those that scripts have
 * been looking for since the first ldirectord; why a real server came or went stands in a line of its own.
 */
export function logLine(event: DirectorEvent): LogLine {
  switch (event.type) {
    case "table-changed":
      return { severity: isStep(event) ? "debug" : "info", text: describeChange(event) };
    case "table-refused": {
      const where = event.place === undefined ? "" : ` (${asksForIt(event.place)} asks for it)`;
      const why = event.message === undefined ? "the kernel did not take it" : event.message;
      return { severity: "error", text: `Refused: ${describeRefused(event)}: ${why}${where}; trying again` };
    }
    case "table-unavailable":
      return { severity: "error", text: `IPVS table out of reach: ${event.message}; trying again` };
    case "services-vanished": {
      const labels = event.services.map(({ address }) => serviceLabel(address)).join(", ");
      return { severity: "warning", text: `Virtual servers vanished from the IPVS table and are put back: ${labels}` };
    }
    case "table-in-step":
      return { severity: "notice", text: "IPVS table in step again" };
    case "transition": {
      const subject = `Real server ${event.real.key} (${event.virtual.label})`;
      return { severity: severityOf(event.is), text: `${subject} is ${inWords(event.is, event.reason)}` };
    }
    case "fallback":
      return { severity: event.active ? "warning" : "notice", text: fallbackLine(event) };
    case "quorum": {
      const { virtual, is, quorum } = event;
      return { severity: "debug", text: `Virtual server ${virtual.label} is ${is}: ${figuresOf(quorum)}` };
    }
    case "fail-open": {
      const { virtual, up, counted } = event;
      const many = `${up} of ${counted} real servers of virtual server ${virtual.label} are up`;
      return event.active
        ? { severity: "error", text: `Fail open: ${many}, less than ${virtual.failOpen}%: all of them get clients` }
        : { severity: "notice", text: `Fail open has ended: ${many}` };
    }
    case "round": {
      const { check, result, durationMs } = event;
      const users = userNames(event.users);
      if (couldNotBeMade(result)) {
        return { severity: "error", text: `Cannot check ${users} by ${check.method}: ${result.detail}` };
      }
      const verdict = result.up ? "up" : `down, ${result.why}`;
      const took = `${Math.round(durationMs)} ms`;
      return {
        severity: "debug",
        text: `Checked ${users} by ${check.method} in ${took}: ${verdict}: ${result.detail}`,
      };
    }
  }
}

/** What a program that reads the log wants to know of an event besides the words. */
export function logFields(event: DirectorEvent): LogFields {
  switch (event.type) {
    case "table-changed":
    case "table-refused": {
      const { action } = event;
      const service = serviceLabel(action.service.address);
      const common = { event: event.type, action: action.do, virtual: service };
      if (!("destination" in action)) return common;
      return { ...common, real: destinationKey(action.destination), weight: action.destination.weight };
    }
    case "transition": {
      const { virtual, real, was, is, reason } = event;
      return { event: "transition", virtual: virtual.label, real: real.key, was, is, reason };
    }
    case "quorum": {
      const { virtual, is, quorum: { serving, needed } } = event;
      return { event: "quorum", virtual: virtual.label, is, serving, needed };
    }
    case "fail-open":
      return { event: "fail-open", virtual: event.virtual.label, is: event.active ? "active" : "inactive" };
    case "fallback":
      return { event: "fallback", virtual: event.virtual.label, is: event.active ? "active" : "inactive" };
    case "services-vanished":
      return { event: event.type, virtual: event.services.map(({ address }) => serviceLabel(address)).join(", ") };
    case "round":
      return { event: event.type, ...commonOf(event.users) };
    case "table-unavailable":
    case "table-in-step":
      return { event: event.type };
  }
}

function severityOf(state: ReportedState): Severity {
  if (state === "up" || isPlanned(state)) return "notice";
  return state === "unknown" ? "error" : "warning";
}

/** The reason of one that is held out names its state. */
function inWords(state: ReportedState, reason: string): string {
  if (isPlanned(state)) return state === "maintenance" ? `in ${reason}` : reason;
  return `${state}: ${reason}`;
}

/** What the log says of a real server that is up, but. */
export function warningLine(event: Extract<DirectorEvent, { type: "round" }>, warning: string): string {
  return `Real server ${userNames(event.users)}: ${warning}`;
}

/** The real servers that live by a check, as the log names them. */
export function userNames(users: readonly CheckUser[]): string {
  return users.map(({ virtual, real }) => `${real.key} (${virtual.label})`).join(", ");
}

/** The virtual service and the real server of a check, as far as there is but one of those that live by it. */
export function commonOf(users: readonly CheckUser[]): LogFields {
  const virtuals = new Set(users.map(({ virtual }) => virtual.label));
  const reals = new Set(users.map(({ real }) => real.key));
  const [[virtual], [real]] = [virtuals, reals];
  return { ...virtuals.size === 1 && { virtual }, ...reals.size === 1 && { real } };
}

/** A weight on its way up or down, which may change every second; none, or some again, is news. */
function isStep({ changeReason, action, before }: Extract<DirectorEvent, { type: "table-changed" }>): boolean {
  return changeReason === "weight" && action.do === "edit-destination" && action.destination.weight > 0 &&
    before?.weight !== 0;
}

function describeChange(event: Extract<DirectorEvent, { type: "table-changed" }>): string {
  const { action, changeReason } = event;
  const label = serviceLabel(action.service.address);
  // Purges at a reload have always been logged as those of a start.
  const purge = changeReason === "stop" ? "stop" : "start";
  switch (action.do) {
    case "add-service":
      return `Added virtual server: ${label}`;
    case "edit-service":
      return `Changed virtual server: ${label}`;
    case "delete-service":
      return `Purged virtual server (${purge}): ${label}`;
    default: {
      const server = serverNoun(event.role);
      const subject = `${destinationKey(action.destination)} (${label})`;
      const weight = `(Weight set to ${action.destination.weight})`;
      if (action.do === "delete-destination") {
        const purged = event.role !== "fallback" && (changeReason === "stop" || !event.listed);
        return purged ? `Purged real server (${purge}): ${subject}` : `Deleted ${server}: ${subject}`;
      }
      const isQuiescent = action.destination.weight === 0 &&
        (action.do === "edit-destination" || event.role === "quiescent");
      const verb = action.do === "add-destination" ? "Added" : "Restored";
      return `${isQuiescent ? "Quiescent" : verb} ${server}: ${subject} ${weight}`;
    }
  }
}

function serverNoun(role: Role | undefined): string {
  return role === "fallback" ? "fallback server" : "real server";
}

function asksForIt({ file, line }: SourceLine): string {
  return `line ${line} of ${file ?? "the configuration"}`;
}

function describeRefused({ action, role }: Extract<DirectorEvent, { type: "table-refused" }>): string {
  const label = serviceLabel(action.service.address);
  const [verb, noun] = action.do.split("-");
  if (noun === "service") return `${verb} virtual server ${label}`;
  if (!("destination" in action)) return label;
  return `${verb} ${serverNoun(role)} ${destinationKey(action.destination)} (${label})`;
}
