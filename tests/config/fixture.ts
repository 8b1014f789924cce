import type { ListKey } from "../../src/model/real_list.ts";
import { UNAMENDED } from "../../src/model/amendments.ts";
import type { IpAddress } from "../../src/model/address.ts";
import type { Model, VirtualService } from "../../src/model/virtual_service.ts";
import { type Facts, Tokens } from "../../src/config/resolve/facts.ts";
import { parse } from "../../src/config/cf/parse.ts";
import { BUILT_IN_PORTS } from "../../src/config/language/ports.ts";
import type { Problem } from "../../src/config/language/problem.ts";
import { resolve } from "../../src/config/resolve/resolve.ts";

/** The names that tests may use. */
const HOSTS: Readonly<Record<string, string>> = {
  "4 vip.example": "192.0.2.1",
  "4 web1": "10.0.0.1",
  "4 many": "10.0.0.5 10.0.0.6 10.0.0.7",
  "4 web_1": "10.0.0.1",
  "4 web-3": "10.0.0.3",
  "4 host": "10.9.9.9",
  "6 vip.example": "2001:db8::1",
  "6 web1": "2001:db8::11",
};

const tokens = new Tokens();

/** A machine that is 192.0.2.254 and knows a few names. */
export const FACTS: Facts = {
  file: "/etc/ha.d/test.cf",
  lists: new Map(
    Object.entries({
      "4 dns:web.example.net": ["10.0.0.71"],
      "4 srv:_http._tcp.example.net": ["10.0.0.72:80 5 a"],
      "4 file:/etc/ha.d/web.reals": ["10.0.0.73:80 gate"],
    }).map(([key, entries]) => [key as ListKey, entries]),
  ),
  amendments: UNAMENDED,
  names: {
    hosts: new Map(Object.entries(HOSTS).map(([key, ip]) => [key, ip.split(" ") as IpAddress[]])),
    ports: BUILT_IN_PORTS,
  },
  token: tokens.tokenFor,
};

/** Text -> model and problems, on a machine that is 192.0.2.254 and knows a few names. Touches nothing. */
export function load(text: string): { readonly model?: Model; readonly problems: readonly Problem[] } {
  const { tree, problems } = parse(text);
  const model = resolve(tree, FACTS, problems);
  return { model, problems: problems.toSorted() };
}

/** A problem as one line: `error 3:5+4 text`. */
export function line({ severity, line, column, length, text }: Problem): string {
  return `${severity} ${line}:${column}+${length} ${text}`;
}

/** Loads a text that must have no errors. */
export function model(text: string): Model {
  const { model, problems } = load(text);
  if (!model) throw new Error(problems.map(line).join("\n"));
  return model;
}

/** Loads one virtual service: a head, and lines that are indented here. */
export function virtual(head: string, ...body: readonly string[]): VirtualService {
  const [only] = model(section(head, ...body)).virtuals.values();
  return only;
}

/** The text of one section, after `quiescent = yes`: its head stands in line 2. */
export function section(head: string, ...body: readonly string[]): string {
  return ["quiescent = yes", head, ...body.map((line) => `    ${line}`), ""].join("\n");
}

/** A test of the pure part: it may touch nothing. */
export function pure(name: string, run: () => void): void {
  Deno.test({ name, permissions: "none", fn: run });
}
