import { MaintenanceWatch } from "../../daemon/lifecycle/maintenance_watch.ts";
import { ordersAt } from "../../daemon/operator/order_book.ts";
import type { DesiredTable } from "../../director/desired.ts";
import { type DepartingService, type Departures, withDepartures } from "../../director/departures.ts";
import { predictTable } from "../../director/predict_table.ts";
import type { HealthEvent } from "../../director/health.ts";
import { plan as planOf } from "../../director/plan.ts";
import { usesThresholds } from "../../director/keeper_state.ts";
import { IpvsUnavailable } from "../../ipvs/driver.ts";
import { openIpvs } from "../../ipvs/open_ipvs.ts";
import { encodeAction } from "../../ipvs/ipvsadm/rules.ts";
import type { Action, Plan } from "../../model/plan.ts";
import {
  type DestinationKey,
  destinationKey,
  type IpvsTable,
  serviceLabel,
  type VirtualKey,
  virtualKey,
} from "../../model/table.ts";
import { givenNames, type Model } from "../../model/virtual_service.ts";
import { ONE_CONFIGURATION } from "../base/declaration.ts";
import { type Instance, keptFiles } from "../base/instance.ts";
import { findAsked } from "../base/running_instance.ts";
import { loadInstance } from "../base/load_instance.ts";
import { type Paint, paintFor } from "../terminal/paint.ts";
import { commands, type DiffLine, diffLines, type NameOf } from "./plan_text.ts";
import { ASSUMED_UP, checkedNow, daemonsVerdicts, type Verdicts, withWeightFiles } from "./plan_verdicts.ts";
import type { Tool } from "../base/tool.ts";
import { toolArguments } from "../base/tool_arguments.ts";
import { withUsage } from "../base/tool_usage.ts";

/** The exit statuses of `plan`: those of diff(1), the other way round where that has trouble. */
const STATUS = { nothing: 0, failed: 1, changes: 2 } as const;

const DECLARED = withUsage({
  name: "plan",
  summary: "show what start or reload would change in this kernel now",
  forms: ["[--check] [--commands] [--json] [config]"],
  words: ONE_CONFIGURATION,
  about: `
Compares the kernel's IPVS table with what a director of this configuration
would want, and prints the difference and the ipvsadm commands that make it.
Nothing is changed.
`,
  options: {
    check: {
      doc: "ask every real server once. Otherwise the verdicts are those of the running daemon; where none runs, all " +
        "are assumed to be up. Weight files are read in any case",
    },
    commands: { doc: "print the commands alone" },
    json: { doc: "print everything as JSON" },
  },
  after: "Exit status: 0 nothing to do, 2 changes, 1 it cannot be said.",
});

/** What start or reload would change in this kernel now. */
export const plan: Tool = {
  ...DECLARED,

  async run(args) {
    const { values, words } = toolArguments(args, DECLARED);
    const instance = findAsked(words[0]);
    const { model } = await loadInstance(instance, { quiet: true, failure: STATUS.failed, amended: true });
    const believed = await daemonsVerdicts(instance, model) ?? ASSUMED_UP;
    const verdicts = values.check
      ? { ...believed, ...await checkedNow(model) }
      : await withWeightFiles(believed, model);
    const outcome = await compare(instance, model, verdicts);
    if (typeof outcome === "string") {
      console.error(`ldirectord plan: ${outcome}`);
      return STATUS.failed;
    }
    const { steps } = outcome;
    if (values.json) console.log(JSON.stringify(report(model, verdicts, steps), undefined, 2));
    else if (values.commands) { for (const command of commands(steps)) console.log(command); }
    else console.log(text(outcome, verdicts, model, paintFor(Deno.stdout)));
    return steps.length > 0 ? STATUS.changes : STATUS.nothing;
  },
};

interface Comparison {
  readonly current: IpvsTable;
  readonly desired: DesiredTable;
  readonly steps: Plan;
}

/** The comparison, or why there is none. */
async function compare(instance: Instance, model: Model, verdicts: Verdicts): Promise<Comparison | string> {
  const driver = openIpvs(model.ipvsDriver);
  const maintenance = await maintenanceNow(model);
  const orders = ordersAt(keptFiles(instance).orders, Date.now());
  const wanted = (table: IpvsTable) => predictTable(model, { table, said: verdicts.of, maintenance, orders });
  try {
    let current = await driver.read({ thresholds: false });
    if (usesThresholds(wanted(current))) current = await driver.read({ thresholds: true });
    const desired = withDepartures(wanted(current), stillDraining(current, verdicts));
    const previous = formerlyOurs(current, verdicts.gone);
    return { current, desired, steps: planOf({ current, desired, previous, reconcile: true }) };
  } catch (error) {
    if (error instanceof IpvsUnavailable) return error.message;
    throw error;
  }
}

/** What the running daemon has removed already, and lets drain: it stays so over a reload. */
function stillDraining(current: IpvsTable, { draining }: Verdicts): Departures {
  const departures = new Map<VirtualKey, DepartingService>();
  for (const { key, real, until } of draining) {
    const service = current.get(key as VirtualKey);
    const destination = service?.destinations.get(real as DestinationKey);
    if (!service || !destination) continue;
    const destinations = new Map(departures.get(key as VirtualKey)?.destinations);
    destinations.set(real as DestinationKey, { destination, until: Date.parse(until) });
    departures.set(key as VirtualKey, { service, destinations });
  }
  return departures;
}

/** The virtual services that a reload takes away, as what was wanted so far. */
function formerlyOurs(current: IpvsTable, gone: ReadonlySet<string>): DesiredTable {
  const services = [...current].filter(([key]) => gone.has(key));
  return new Map(
    services.map(([key, service]) => [key, { ...service, destinations: new Map(), readdQuiescent: false }]),
  );
}

async function maintenanceNow(model: Model): Promise<Extract<HealthEvent, { type: "maintenance" }> | undefined> {
  const watch = new MaintenanceWatch();
  const files = watch.look(model.maintenanceDir);
  if (!files) return undefined;
  const reals = [...model.virtuals.values()].flatMap((virtual) => [...virtual.reals.values()]);
  await watch.lookUp(files, reals.map(({ destination }) => destination.address));
  return { type: "maintenance", files, names: watch.names };
}

function namesIn(model: Model): NameOf {
  return (virtual, key) => {
    const real = model.virtuals.get(virtual)?.reals.get(key);
    return real && givenNames(model, real)[0];
  };
}

function text({ current, desired, steps }: Comparison, verdicts: Verdicts, model: Model, paint: Paint): string {
  const { said, gone } = verdicts;
  const others = [...current.keys()].filter((key) => !desired.has(key) && !gone.has(key)).length;
  const untouched = others === 1
    ? "1 virtual service of others stays as it is."
    : others > 1
    ? `${others} virtual services of others stay as they are.`
    : "";
  if (steps.length === 0) return [said, "Nothing to do: the kernel's table is as wanted.", untouched].join("\n").trim();
  const lines = diffLines(steps, current, desired, namesIn(model)).map((line) => painted(line, paint));
  const count = `${steps.length} change${steps.length === 1 ? "" : "s"}:`;
  const drain = drainText(steps, current, verdicts, model);
  return [said, untouched, "", ...lines, "", ...drain, count, ...commands(steps).map((command) => `    ${command}`)]
    .filter((line, i) => line !== "" || i !== 1)
    .join("\n");
}

/** A reload of a running daemon does not remove everything at once. */
function drainText(steps: Plan, current: IpvsTable, { basis }: Verdicts, model: Model): readonly string[] {
  if (basis !== "daemon") return [];
  return steps.flatMap((action) => {
    if (action.do !== "delete-destination") return [];
    const key = virtualKey(action.service.address);
    const seconds = model.virtuals.get(key)?.removalDrain ?? 0;
    const real = destinationKey(action.destination);
    if (seconds === 0 || !current.get(key)?.destinations.get(real)?.weight) return [];
    return [`${real} (${serviceLabel(action.service.address)}) first drains, at weight 0, for ${seconds} s at most.`];
  });
}

function painted({ sign, text }: DiffLine, paint: Paint): string {
  const line = `${sign} ${text}`;
  return { "+": paint.green, "-": paint.red, "~": paint.yellow, " ": (plain: string) => plain }[sign](line);
}

function report(model: Model, { basis }: Verdicts, steps: Plan) {
  return { version: 1, file: model.file, basis, changes: steps.map(described) };
}

function described(action: Action) {
  const { address } = action.service;
  const virtual = address.kind === "fwm"
    ? { mark: address.mark, family: address.family }
    : { protocol: address.kind, address: serviceLabel(address) };
  const real = "destination" in action
    ? { real: { key: destinationKey(action.destination), ...action.destination } }
    : {};
  return { do: action.do, virtual, ...real, rule: encodeAction(action) };
}
