/**
 * A plan as a person reads it: a difference, one line a change, and the commands that would make it.
 */

import type { DesiredTable, Role } from "../../director/desired.ts";
import { encodeAction } from "../../ipvs/ipvsadm/rules.ts";
import type { Action, Plan } from "../../model/plan.ts";
import {
  type Destination,
  type DestinationKey,
  destinationKey,
  type IpvsTable,
  methodText,
  serviceLabel,
  type ServiceSettings,
  type VirtualKey,
  virtualKey,
} from "../../model/table.ts";

/** A line of the difference. */
export interface DiffLine {
  /** `+` comes, `-` goes, `~` changes, a blank only names what the lines below it belong to. */
  readonly sign: "+" | "-" | "~" | " ";
  readonly text: string;
}

/** The difference that a plan makes, grouped by virtual service. */
export function diffLines(
  plan: Plan,
  current: IpvsTable,
  desired: DesiredTable,
  nameOf: NameOf = () => undefined,
): readonly DiffLine[] {
  const byService = Map.groupBy(plan, (action) => virtualKey(action.service.address));
  return [...byService].flatMap(([key, actions]) => serviceLines(key, actions, current, desired, nameOf));
}

/** The name that the configuration gives to a real server, if any. */
export type NameOf = (virtual: VirtualKey, real: DestinationKey) => string | undefined;

/** The changes as commands for a shell. */
export function commands(plan: Plan): readonly string[] {
  return plan.map((action) => `ipvsadm ${encodeAction(action).split(" ").map(shellWord).join(" ")}`);
}

/** IPv6's brackets are a pattern to a shell. */
function shellWord(word: string): string {
  return /^[A-Za-z0-9_.,:/=-]+$/.test(word) ? word : `'${word}'`;
}

function serviceLines(
  key: VirtualKey,
  actions: readonly Action[],
  current: IpvsTable,
  desired: DesiredTable,
  nameOf: NameOf,
): readonly DiffLine[] {
  const own = actions.find((action) => !("destination" in action));
  const reals = actions.flatMap((action) =>
    "destination" in action ? [realLine(key, action, current, desired, nameOf)] : []
  );
  // One that enters with a weight and is set to 0 at once takes two changes, and has one line.
  const lines = new Map(reals.map((line) => [line.text, line]));
  return [headLine(key, own, current, desired), ...lines.values()];
}

function headLine(
  key: VirtualKey,
  own: Action | undefined,
  current: IpvsTable,
  desired: DesiredTable,
): DiffLine {
  const [before, after] = [current.get(key), desired.get(key)];
  const name = `virtual ${labelOf((after ?? before)!)}`;
  if (own?.do === "add-service") return { sign: "+", text: `${name}  ${settingsText(after!)}` };
  if (own?.do === "delete-service") return { sign: "-", text: `${name}  ${settingsText(before!)}` };
  if (!own) return { sign: " ", text: `${name}  ${settingsText(after!)}` };
  return { sign: "~", text: `${name}  ${settingsText(before!)} -> ${settingsText(after!)}` };
}

function labelOf({ address }: ServiceSettings): string {
  return address.kind === "fwm" ? `mark ${serviceLabel(address)}` : `${address.kind} ${serviceLabel(address)}`;
}

function settingsText({ scheduler, schedulerFlags, persistence, netmask, onePacket }: ServiceSettings): string {
  return [
    scheduler,
    ...schedulerFlags,
    ...persistence === undefined ? [] : [`persistent ${persistence}`],
    ...netmask === undefined ? [] : [`netmask ${netmask}`],
    ...onePacket ? ["ops"] : [],
  ].join(" ");
}

const NOUNS: Readonly<Record<Role, string>> = {
  serving: "real",
  quiescent: "real",
  leaving: "real",
  draining: "real",
  fallback: "fallback",
};

function realLine(
  key: VirtualKey,
  action: Extract<Action, { destination: Destination }>,
  current: IpvsTable,
  desired: DesiredTable,
  nameOf: NameOf,
): DiffLine {
  const real = destinationKey(action.destination);
  const before = current.get(key)?.destinations.get(real);
  const after = desired.get(key)?.destinations.get(real);
  const given = nameOf(key, real);
  const name = `    ${after ? NOUNS[after.role] : "real"} ${real}${given === undefined ? "" : ` (${given})`}`;
  if (!after) return { sign: "-", text: `${name}  ${destinationText(before ?? action.destination)}` };
  if (!before) return { sign: "+", text: `${name}  ${destinationText(after)}` };
  return { sign: "~", text: `${name}  ${changeText(before, after)}` };
}

function destinationText(destination: Destination): string {
  return fields(destination).map(([, text]) => text).filter((text) => text !== "").join(" ");
}

/** What stays is said once, what changes twice. */
function changeText(before: Destination, after: Destination): string {
  const old = new Map(fields(before));
  const changes = fields(after).map(([name, text]) => {
    const was = old.get(name);
    if (was === text) return text;
    return `${was || `no ${name}`} -> ${text.replace(/^weight /, "") || `no ${name}`}`;
  });
  return changes.filter((text) => text !== "").join(" ");
}

function fields(destination: Destination): [name: string, text: string][] {
  const { weight, upperThreshold, lowerThreshold } = destination;
  return [
    ["method", methodText(destination)],
    ["weight", `weight ${weight}`],
    ["upper threshold", upperThreshold > 0 ? `u:${upperThreshold}` : ""],
    ["lower threshold", lowerThreshold > 0 ? `l:${lowerThreshold}` : ""],
  ];
}
