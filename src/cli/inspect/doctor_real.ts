/**
 * `doctor --real`: what a real server needs, by the configuration or by the command line.
 */

import { localAddresses } from "../../doctor/machine.ts";
import { type RealNeeds, realNeeds, type RealToSetUp } from "../../doctor/real_needs.ts";
import { familyOf, type IpAddress, isInNetwork, isLoopback, parseIp } from "../../model/address.ts";
import { type Forwarding, type Method, methodOf, methodText, parseMethod } from "../../model/table.ts";
import { givenNames, type Model } from "../../model/virtual_service.ts";
import { wrapText } from "../base/wrap_text.ts";
import { findAsked } from "../base/running_instance.ts";
import { loadInstance } from "../base/load_instance.ts";
import { type Paint, paintFor } from "../terminal/paint.ts";
import { UsageError } from "../base/tool.ts";

const STATUS = { said: 0, unknown: 2 } as const;

/** What the command line says of the real server. */
export interface RealOptions {
  readonly json?: boolean;
  readonly method?: string;
  readonly virtual?: string[];
}

/** Says what the real server of that address needs. Gives the exit status: 0, or 2 when it cannot be said. */
export async function printNeeds(address: string, options: RealOptions, name: string | undefined): Promise<number> {
  const given = parseIp(address.replace(/^\[|\]$/g, ""));
  if (!given && options.method) throw new UsageError(`not an address: ${address}`);
  const model = options.method ? undefined : await modelOf(name);
  const ip = given ?? (model && addressOf(address, model));
  if (!ip) throw new UsageError(`neither an address nor a name of the configuration: ${address}`);
  const reals = model ? configuredReals(ip, model) : [givenReal(ip, options)];
  if (reals.length === 0) {
    console.error(
      `ldirectord doctor: no real server has the address ${ip} in ${findAsked(name).file}; ` +
        "without a configuration say --method gate|masq|ipip --virtual ADDRESS",
    );
    return STATUS.unknown;
  }
  const needs = reals.map((real) => ({ ...real, ...realNeeds(real) }));
  if (options.json) console.log(JSON.stringify({ version: 1, address: ip, needs }, undefined, 2));
  else for (const each of needs) console.log(needsText(each, each, paintFor(Deno.stdout)));
  return STATUS.said;
}

function givenReal(address: IpAddress, { method: text = "", virtual = [] }: RealOptions): RealToSetUp {
  const method = parseMethod(text);
  if (!method) throw new UsageError(`the method is gate, masq or ipip, not ${text}`);
  const virtuals = virtual.map((text) => {
    const ip = parseIp(text.replace(/^\[|\]$/g, ""));
    if (!ip || familyOf(ip) !== familyOf(address)) throw new UsageError(`not an address of the same kind: ${text}`);
    return ip;
  });
  return realToSetUp(address, method, virtuals);
}

/** The real server as the configuration has it: once for each method by which it is reached. */
function configuredReals(address: IpAddress, model: Model): readonly RealToSetUp[] {
  const virtuals = virtualsByMethod(model, address);
  return [...virtuals.values()].map(({ method, addresses }) => realToSetUp(address, method, [...addresses]));
}

async function modelOf(name: string | undefined): Promise<Model> {
  return (await loadInstance(findAsked(name), { quiet: true, failure: STATUS.unknown })).model;
}

/** The address of a real server that the configuration calls so. */
function addressOf(name: string, model: Model): IpAddress | undefined {
  const reals = [...model.virtuals.values()].flatMap(({ reals }) => [...reals.values()]);
  return reals.find((real) => givenNames(model, real).includes(name))?.destination.address;
}

interface Reached {
  readonly method: Method;
  readonly addresses: Set<IpAddress>;
}

function virtualsByMethod(model: Model, address: IpAddress): ReadonlyMap<string, Reached> {
  const found = new Map<string, Reached>();
  for (const { settings: { address: service }, reals } of model.virtuals.values()) {
    for (const { destination } of reals.values()) {
      if (destination.address !== address) continue;
      const name = methodText(destination);
      const known = found.get(name) ?? { method: methodOf(destination), addresses: new Set() };
      found.set(name, known);
      if (service.kind !== "fwm") known.addresses.add(service.address);
    }
  }
  return found;
}

function realToSetUp(address: IpAddress, method: Method, virtuals: readonly IpAddress[]): RealToSetUp {
  const networks = localAddresses().filter((network) => !isLoopback(network.address));
  const near = networks.find((network) => isInNetwork(address, network) && !virtuals.includes(network.address));
  const sameNetwork = near !== undefined && virtuals.some((virtual) => isInNetwork(virtual, near));
  return { address, ...method, virtuals, director: near?.address, sameNetwork };
}

const METHOD_NAMES: Readonly<Record<Forwarding, string>> = {
  gate: "direct routing (gate)",
  masq: "address translation (masq)",
  ipip: "a tunnel (ipip)",
};

function needsText({ address, forwarding, tunnel, virtuals }: RealToSetUp, needs: RealNeeds, paint: Paint): string {
  const serving = virtuals.length > 0 ? `, serving ${virtuals.join(", ")}` : "";
  return [
    paint.bold(
      `${address} is reached by ${
        METHOD_NAMES[forwarding].replace("ipip", methodText({ forwarding, tunnel }))
      }${serving}. It needs:`,
    ),
    ...needs.steps.flatMap(({ what, why, commands }) => [
      "",
      `  ${paint.bold(what)}`,
      ...wrapText(why, 90).map((line) => `  ${line}`),
      ...commands.map((command) => `      ${paint.cyan(command)}`),
    ]),
    "",
    paint.bold("To have it after a boot, too:"),
    ...needs.recipes.flatMap(({ system, files, commands }) => [
      "",
      `  ${paint.bold(system)}`,
      ...files.flatMap((
        { path, text },
      ) => [`    ${path}:`, ...text.split("\n").map((line) => `      ${line}`.trimEnd())]),
      ...commands.map((command) => `      ${paint.cyan(`# ${command}`)}`),
    ]),
    "",
    paint.bold("To see that it worked:"),
    ...needs.proof.map((command) => `      ${paint.cyan(command)}`),
    "",
  ].join("\n");
}
