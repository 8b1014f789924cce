/**
 * A configuration file -> Model: the one place of this folder that touches the machine.
 */

import type { Family, IpAddress } from "../model/address.ts";
import { parseIp } from "../model/address.ts";
import type { Model } from "../model/virtual_service.ts";
import { atOnce, everySoOften, type Steps, type Walk } from "../model/steps.ts";
import { Tokens } from "./resolve/facts.ts";
import { Turns } from "../model/turns.ts";
import { type HostNames, type LookUpHost, lookUpHosts, type Names, wantedNamesInSteps } from "./resolve/names.ts";
import { type Parsed, parseInSteps } from "./cf/parse.ts";
import { BUILT_IN_PORTS, parseServices, type PortNames } from "./language/ports.ts";
import type { Problem } from "./language/problem.ts";
import { resolveInSteps } from "./resolve/resolve.ts";
import type { ShowLine } from "./language/shown.ts";
import { decodeSourceInSteps } from "../model/source_text.ts";
import { whyUnreadable } from "./unreadable.ts";

/** What loading needs of the machine. */
export interface LoadEnvironment {
  /** The bytes of a file; throws as Deno does. */
  readonly readFile: (path: string) => Promise<Uint8Array>;
  readonly lookUpHost: LookUpHost;
  /** The text of /etc/services; throws when there is none. */
  readonly readServices: () => Promise<string>;
  /** How long all look-ups of names together may take. */
  readonly lookUpSeconds: number;
  /** How the work is done: at once, or in turns of the event loop that are short. */
  readonly walk: Walk;
}

/** What came of a file. */
export interface Loaded {
  /** Absent if and only if there are errors among the problems. */
  readonly model?: Model;
  readonly problems: readonly Problem[];
  /** What messages may show of the file. */
  readonly show: ShowLine;
  /** There is nothing in the file but blanks and comments. */
  readonly isBlank: boolean;
  /** Looks up again the names that had no address, and resolves the same text with what is found. */
  readonly relookup: () => Promise<Loaded>;
  /** Parses the same text again, for whoever asks what stands in the file; absent when it could not be read. */
  readonly parsed?: () => Parsed;
}

const MOST_BYTES = 16 * 1024 * 1024;
const LOOK_UPS_AT_ONCE = 64;

/** The turns of the look-ups of this process. The daemon resizes it to the descriptors that there are. */
export const lookUpTurns: Turns = new Turns(LOOK_UPS_AT_ONCE);

/** Lives as long as the process, so that a check keeps its identity over reloads. */
const tokens = new Tokens();

/** Loads a configuration. Whatever is wrong with the file is among the problems; nothing is thrown. */
export async function loadConfig(file: string, environment: Partial<LoadEnvironment> = {}): Promise<Loaded> {
  const machine: LoadEnvironment = { ...thisMachine, ...environment };
  let bytes: Uint8Array;
  try {
    bytes = await machine.readFile(file);
  } catch (error) {
    return unreadable(file, machine, whyUnreadable(error));
  }
  const read = isYaml(file) ? (await import("./yaml/read.ts")).parseYamlInSteps : parseInSteps;
  const parsed = function* () {
    return yield* read(yield* decodeSourceInSteps(bytes));
  };
  return await finish({ file: absolute(file), parsed }, machine, { hosts: new Map() });
}

/** What comes of a tree that stands in no file; `name` is what it is called. */
export async function loadTree(name: string, parsed: () => Parsed): Promise<Loaded> {
  const steps = function* () {
    yield;
    return parsed();
  };
  return await finish({ file: name, parsed: steps }, thisMachine, { hosts: new Map() });
}

/** Whether a file of that name is in YAML. */
export function isYaml(file: string): boolean {
  return /\.ya?ml$/.test(file);
}

/** A text that was read, and how to parse it: anew each time, as its problems are added to. */
interface Source {
  readonly file: string;
  readonly parsed: () => Steps<Parsed>;
}

async function finish(source: Source, machine: LoadEnvironment, known: Partial<Names>): Promise<Loaded> {
  const { walk } = machine;
  const { tree, problems, lines, show, spell } = await walk(source.parsed());
  const wanted = await walk(wantedNamesInSteps(tree));
  const missing = wanted.hosts.filter((host) => !known.hosts?.has(`${host.family} ${host.name}`));
  const limits = { seconds: machine.lookUpSeconds, atOnce: LOOK_UPS_AT_ONCE };
  const hosts: HostNames = new Map([
    ...known.hosts ?? [],
    ...missing.length > 0 ? await lookUpHosts(missing, machine.lookUpHost, limits) : [],
  ]);
  const ports = known.ports ?? (wanted.ports ? await portNames(machine) : new Map());
  const facts = {
    file: source.file,
    names: { hosts, ports },
    token: tokens.tokenFor,
  };
  const model = await walk(resolveInSteps(tree, facts, problems));
  return {
    model,
    problems: spelt(problems.toSorted(), spell),
    show,
    isBlank: await walk(areBlank(lines)),
    relookup: () => finish(source, machine, { hosts, ports }),
    parsed: () => atOnce(source.parsed()),
  };
}

function* areBlank(lines: readonly string[]): Steps<boolean> {
  for (const [i, line] of lines.entries()) {
    if (everySoOften(i)) yield;
    if (!/^\s*(#|$)/.test(line)) return false;
  }
  return true;
}

/** The problems, their hints in the syntax of the text. */
export function spelt(problems: readonly Problem[], spell: Parsed["spell"]): readonly Problem[] {
  if (!spell) return problems;
  return problems.map((problem) => problem.hint === undefined ? problem : { ...problem, hint: spell(problem.hint) });
}

async function portNames(machine: LoadEnvironment): Promise<PortNames> {
  const text = await machine.readServices().catch(() => "");
  return new Map([...BUILT_IN_PORTS, ...parseServices(text)]);
}

function unreadable(file: string, machine: LoadEnvironment, text: string): Loaded {
  return {
    problems: [{ severity: "error", line: 0, column: 0, length: 0, text }],
    show: () => undefined,
    isBlank: false,
    relookup: () => loadConfig(file, machine),
  };
}

function absolute(file: string): string {
  return file.startsWith("/") ? file : `${Deno.cwd()}/${file}`;
}

const thisMachine: LoadEnvironment = {
  readFile: readBounded,
  lookUpHost,
  readServices: () => Deno.readTextFile("/etc/services"),
  lookUpSeconds: 5,
  walk: atOnce,
};

/** Reads a file, but not a device that never ends. */
async function readBounded(path: string): Promise<Uint8Array> {
  using file = await Deno.open(path);
  const { isDirectory } = await file.stat();
  if (isDirectory) throw new Deno.errors.IsADirectory();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (let chunk = new Uint8Array(65_536);; chunk = new Uint8Array(65_536)) {
    const read = await file.read(chunk);
    if (read === null) break;
    chunks.push(chunk.subarray(0, read));
    length += read;
    if (length > MOST_BYTES) throw new Error(`the file is larger than ${MOST_BYTES} bytes`);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** getaddrinfo(3): /etc/hosts, then DNS, in the order that the system is set to. */
async function lookUpHost(name: string, family: Family): Promise<readonly IpAddress[]> {
  const { lookup } = await import("node:dns");
  const ask = () =>
    new Promise<readonly IpAddress[]>((resolve) =>
      lookup(name, { family, all: true }, (error, found) => {
        const addresses = error ? [] : found.flatMap(({ address }) => parseIp(address) ?? []);
        resolve([...new Set(addresses)]);
      })
    );
  return await lookUpTurns.run(ask);
}
