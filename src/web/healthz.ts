import { announceText } from "../control/announce_text.ts";
import { quorumText } from "../control/quorum_text.ts";
import type { Status, VirtualStatus } from "../control/status.ts";

/** What is asked about: all, the director alone, or one virtual service. */
export type HealthQuestion =
  | { readonly about: "all" | "director" }
  | { readonly about: "virtual"; readonly name: string };

/** What a load balancer or a cluster manager is answered: an HTTP status and some lines. */
export interface HealthAnswer {
  readonly status: 200 | 404 | 503;
  readonly lines: readonly string[];
}

/**
 * Returns whether this director is fit to have the clients' address: it is at work, its table is in the kernel, and each
 * virtual service has a real server that serves. One that is to have none (`checktype = off`) is left out.
 */
export function healthOf(status: Status, question: HealthQuestion): HealthAnswer {
  if (question.about === "virtual") return healthOfVirtual(status, question.name);
  const troubles = [...troublesOfWork(status), ...troublesOfTable(status)];
  if (question.about === "director") return answer(troubles);
  const expected = status.virtuals.filter((virtual) => isExpected(virtual, status));
  return answer([...troubles, ...expected.flatMap(troublesOf)], noteOf(status.counts.unknown));
}

function healthOfVirtual(status: Status, name: string): HealthAnswer {
  const named = status.virtuals.filter(({ key, virtual, name: own }) => [key, virtual, own].includes(name));
  if (named.length === 0) {
    const known = status.virtuals.map(({ virtual }) => virtual).join(", ");
    return { status: 404, lines: [`There is no virtual service ${name}. There are: ${known}`] };
  }
  const unknown = named.reduce((sum, { counts }) => sum + counts.unknown, 0);
  return answer([...troublesOfWork(status), ...named.flatMap(troublesOf)], noteOf(unknown));
}

function answer(troubles: readonly string[], notes: readonly string[] = []): HealthAnswer {
  return troubles.length > 0 ? { status: 503, lines: troubles } : { status: 200, lines: ["ok", ...notes] };
}

function troublesOfWork({ daemon: { state, retired } }: Status): string[] {
  if (retired) return ["the director is retired"];
  return state === "starting" || state === "stopping" ? [`the director is ${state}`] : [];
}

function troublesOfTable({ table }: Status): string[] {
  return table.inStep ? [] : [`table not in step: ${table.trouble ?? "a change is under way"}`];
}

function troublesOf(status: VirtualStatus): string[] {
  const { virtual, counts, fallback, announce } = status;
  const quorum = quorumText(status);
  if (quorum !== null) return [`${virtual}: ${quorum}`];
  if (announce && announce.trouble !== null) return [`${virtual}: ${announceText(announce)}`];
  if (counts.serving > 0) return [];
  return [`no real server of ${virtual} serves${fallback?.active ? ", only its fallback" : ""}`];
}

function noteOf(unknown: number): string[] {
  return unknown === 0 ? [] : [`${unknown} real ${unknown === 1 ? "server" : "servers"} cannot be checked`];
}

function isExpected({ virtual, reals }: VirtualStatus, { unresolved }: Status): boolean {
  return reals.some(({ state }) => state !== "off") || unresolved.some((each) => each.virtual === virtual);
}
