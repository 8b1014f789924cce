/**
 * A configuration file -> Model: the one place of this folder that touches the machine.
 */

import type { Family, IpAddress } from "../model/address.ts";
import { parseIp } from "../model/address.ts";
import { type AddedReal, type Amendments, UNAMENDED } from "../model/amendments.ts";
import { entryIdentity, type KnownLists, type ListEntries, type ListKey, type WantedList } from "../model/real_list.ts";
import type { Model } from "../model/virtual_service.ts";
import { atOnce, everySoOften, type Steps, type Walk } from "../model/steps.ts";
import { Tokens } from "./resolve/facts.ts";
import { Turns } from "../model/turns.ts";
import { type HostNames, type LookUpHost, lookUpHosts, type Names, wantedNamesInSteps } from "./resolve/names.ts";
import { type Parsed, parseInSteps } from "./cf/parse.ts";
import { type IncludePattern, inFolder, isWild, matching } from "./include_pattern.ts";
import { gatherSources, parseSources, patternsOf, type ReadSyntax, type SourceFile } from "./sources.ts";
import { BUILT_IN_PORTS, parseServices, type PortNames } from "./language/ports.ts";
import { inTheirFiles, type Problem, withHint } from "./language/problem.ts";
import { askDns } from "./ask_dns.ts";
import { type AskDns, type ListEnvironment, lookUpList } from "./look_up_list.ts";
import { listedHosts, wantedLists } from "./resolve/listed_reals.ts";
import { addedHosts } from "./resolve/added_reals.ts";
import { resolveInSteps } from "./resolve/resolve.ts";
import type { ShowLine } from "./language/shown.ts";
import type { SyntaxTree } from "./language/syntax_tree.ts";
import { decodeSourceInSteps } from "../model/source_text.ts";
import type { IncludedFile } from "../model/source_lines.ts";
import { whyUnreadable } from "./unreadable.ts";

/** What loading needs of the machine. */
export interface LoadEnvironment {
  /** The bytes of a file; throws as Deno does. */
  readonly readFile: (path: string) => Promise<Uint8Array>;
  /** The files that an `include` means; see `SourceEnvironment`. */
  readonly findFiles: (pattern: IncludePattern) => Promise<readonly string[]>;
  readonly lookUpHost: LookUpHost;
  readonly askDns: AskDns;
  /** Real servers that are listed elsewhere, as far as they are known: these lists are not looked up. */
  readonly lists: KnownLists;
  /** What is taken of a list that cannot be looked up. */
  readonly formerLists: KnownLists;
  /** The text of /etc/services; throws when there is none. */
  readonly readServices: () => Promise<string>;
  /** What an operator has changed by hand. What does not fit the file is left out, with a warning. */
  readonly amendments: Amendments;
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
  /** There is nothing in the file, nor in those that it includes, but blanks and comments. */
  readonly isBlank: boolean;
  /** Which files it includes; absent when it could not be read. */
  readonly patterns?: readonly IncludePattern[];
  /** Looks up again the names that had no address, and resolves the same text with what is found. */
  readonly relookup: () => Promise<Loaded>;
  /** Resolves the same text with what an operator has changed by hand. */
  readonly amended: (amendments: Amendments) => Promise<Loaded>;
  /** What an operator has added by hand and what does not fit the file, each with the reason. */
  readonly leftOut: ReadonlyMap<AddedReal, string>;
  /** Resolves the same text with other lists of real servers. */
  readonly listed: (lists: KnownLists) => Promise<Loaded>;
  /** The lists that were used. */
  readonly lists: KnownLists;
  /** Parses the same text again, for callers that need the syntax tree; absent when it could not be read. */
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
  const { own, syntaxOf } = await sourcesOf(absolute(file), bytes, machine);
  const source: Source = {
    file: own.file,
    parsed: () => parseSources(own, syntaxOf),
    patterns: patternsOf(own),
  };
  return await finish(source, machine, { hosts: new Map() });
}

/** Returns what a configuration says, with the files that it includes; throws as Deno does where it cannot be read. */
export async function readTree(file: string): Promise<SyntaxTree> {
  const { own, syntaxOf } = await sourcesOf(absolute(file), await readBounded(file), thisMachine);
  return atOnce(parseSources(own, syntaxOf)).tree;
}

async function sourcesOf(
  file: string,
  bytes: Uint8Array,
  machine: LoadEnvironment,
): Promise<{ readonly own: SourceFile; readonly syntaxOf: ReadSyntax }> {
  // The library for YAML takes a while to load, and most do without it.
  let yaml: typeof import("./yaml/read.ts") | undefined;
  const syntaxOf: ReadSyntax = (file) =>
    isYaml(file) ? (text, numbering) => yaml!.parseYamlInSteps(text, false, numbering) : parseInSteps;
  const readFile = async (path: string) => {
    if (isYaml(path)) yaml ??= await import("./yaml/read.ts");
    return await machine.readFile(path);
  };
  if (isYaml(file)) yaml = await import("./yaml/read.ts");
  const parse = (path: string, bytes: Uint8Array) =>
    machine.walk(function* (): Steps<Parsed> {
      return yield* syntaxOf(path)(yield* decodeSourceInSteps(bytes));
    }());
  const own = await gatherSources(file, bytes, { readFile, findFiles: machine.findFiles }, parse);
  return { own, syntaxOf };
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
  readonly patterns?: readonly IncludePattern[];
}

/** Resolves a text, without what was added by hand and does not fit it. */
async function finish(source: Source, machine: LoadEnvironment, known: Partial<Names>): Promise<Loaded> {
  const { added } = machine.amendments;
  const loaded = await finishAmended(source, machine, known);
  if (loaded.model || added.length === 0) return loaded;
  const resolveWith = (added: readonly AddedReal[]) =>
    finishAmended(source, { ...machine, amendments: { ...machine.amendments, added } }, known);
  const without = await resolveWith([]);
  if (!without.model) return without;
  const fitting: AddedReal[] = [];
  const leftOut = new Map<AddedReal, string>();
  for (const each of added) {
    const { model, problems } = await resolveWith([...fitting, each]);
    const fault = problems.find(({ severity }) => severity === "error");
    if (model) fitting.push(each);
    else leftOut.set(each, fault ? withHint(fault) : "");
  }
  const rest = await resolveWith(fitting);
  const names = [...leftOut.keys()].map(({ virtual, line }) => `${line} (${virtual})`);
  const text = `real servers that were added by hand do not fit this configuration, and are left out: ${
    names.join(", ")
  }`;
  return {
    ...rest,
    leftOut,
    problems: [{ severity: "warning", line: 0, column: 0, length: 0, text }, ...rest.problems],
  };
}

async function finishAmended(source: Source, machine: LoadEnvironment, known: Partial<Names>): Promise<Loaded> {
  const { walk, amendments } = machine;
  const parsed = await walk(source.parsed());
  const { tree, problems, show } = parsed;
  const wanted = await walk(wantedNamesInSteps(tree));
  const wantsLists = wantedLists(tree);
  const lists = await knownLists(wantsLists, machine);
  const named = [...wanted.hosts, ...addedHosts(amendments), ...listedHosts(wantsLists, lists)];
  const missing = named.filter((host) => !known.hosts?.has(`${host.family} ${host.name}`));
  const limits = { seconds: machine.lookUpSeconds, atOnce: LOOK_UPS_AT_ONCE };
  const hosts: HostNames = new Map([
    ...known.hosts ?? [],
    ...missing.length > 0 ? await lookUpHosts(missing, machine.lookUpHost, limits) : [],
  ]);
  const ports = known.ports ?? (wanted.ports ? await portNames(machine) : new Map());
  const facts = {
    file: source.file,
    names: { hosts, ports },
    lists,
    amendments,
    token: tokens.tokenFor,
  };
  const model = await walk(resolveInSteps(tree, facts, problems));
  return {
    model,
    problems: told(problems.toSorted(), parsed),
    show,
    isBlank: await walk(isBlank(parsed)),
    patterns: source.patterns,
    relookup: () => finish(source, { ...machine, lists }, { hosts, ports }),
    amended: (amendments) => finish(source, { ...machine, lists, amendments }, { hosts, ports }),
    leftOut: new Map(),
    listed: (lists) => finish(source, { ...machine, lists }, { hosts, ports }),
    lists,
    parsed: () => atOnce(source.parsed()),
  };
}

/** Looks up the lists that are not known, all at the same time. What is not answered in time is as it was before. */
async function knownLists(wanted: readonly WantedList[], machine: LoadEnvironment): Promise<KnownLists> {
  const { lists, formerLists, lookUpSeconds } = machine;
  const pairs = await Promise.all(wanted.map(async (want): Promise<[ListKey, ListEntries | undefined]> => {
    const known = lists.get(want.key);
    if (known) return [want.key, known];
    const former = formerLists.get(want.key);
    let timer: number | undefined;
    const late = new Promise<undefined>((resolve) => timer = setTimeout(resolve, lookUpSeconds * 1000));
    const found = await Promise.race([lookUpList(want, machine), late]).catch(() => undefined);
    clearTimeout(timer);
    return [want.key, found && former ? withFormer(found.entries, former, want) : found?.entries ?? former];
  }));
  return new Map(pairs.flatMap(([key, entries]) => entries ? [[key, entries] as const] : []));
}

/** A name that lacks an address once, at a start, may have it again: the look-ups that follow decide. A file is clear. */
function withFormer(found: ListEntries, former: ListEntries, { list, least }: WantedList): ListEntries {
  if (list.kind === "file") return found.length >= least ? found : former;
  const identities = new Set(found.map(entryIdentity));
  return [...found, ...former.filter((entry) => !identities.has(entryIdentity(entry)))].sort();
}

function* isBlank({ tree, problems, lines }: Parsed): Steps<boolean> {
  // Where nothing but `include` was found, what it includes is blank, or not there.
  if (tree.globals.include) {
    return !problems.hasErrors && tree.sections.length === 0 && Object.keys(tree.globals).length === 1;
  }
  for (const [i, line] of lines.entries()) {
    if (everySoOften(i)) yield;
    if (!/^\s*(#|$)/.test(line)) return false;
  }
  return true;
}

/** The problems, each in its file, their hints in its syntax. */
export function told(
  problems: readonly Problem[],
  { problems: { included }, spell }:
    & { readonly problems: { readonly included: readonly IncludedFile[] } }
    & Pick<Parsed, "spell">,
): readonly Problem[] {
  const placed = inTheirFiles(problems, included);
  if (!spell) return placed;
  return placed.map((problem) =>
    problem.hint === undefined ? problem : { ...problem, hint: spell(problem.hint, problem.file) }
  );
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
    amended: (amendments) => loadConfig(file, { ...machine, amendments }),
    leftOut: new Map(),
    listed: (lists) => loadConfig(file, { ...machine, lists }),
    lists: machine.lists,
  };
}

function absolute(file: string): string {
  return file.startsWith("/") ? file : `${Deno.cwd()}/${file}`;
}

/** What looking up lists of real servers needs of this machine. */
export const listMachine: ListEnvironment = { readFile: readBounded, askDns };

const thisMachine: LoadEnvironment = {
  readFile: readBounded,
  findFiles,
  lookUpHost,
  readServices: () => Deno.readTextFile("/etc/services"),
  askDns,
  lists: new Map(),
  formerLists: new Map(),
  amendments: UNAMENDED,
  lookUpSeconds: 5,
  walk: atOnce,
};

/** Reads a file, but not a device that never ends. */
async function readBounded(path: string): Promise<Uint8Array> {
  const file = await Deno.open(path);
  return await readOpen(file).finally(() => file.close());
}

async function readOpen(file: Deno.FsFile): Promise<Uint8Array> {
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

async function findFiles(pattern: IncludePattern): Promise<readonly string[]> {
  if (!isWild(pattern)) {
    const path = inFolder(pattern, pattern.name);
    const found = await unlessMissing(Deno.stat(path));
    if (found?.isDirectory) throw new Deno.errors.IsADirectory();
    if (found && !found.isFile) throw new Error("this is no regular file");
    return found ? [path] : [];
  }
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(pattern.folder)) names.push(name);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const paths: string[] = [];
  for (const name of matching(pattern, names)) {
    const path = inFolder(pattern, name);
    const found = await unlessMissing(Deno.stat(path));
    if (found && !found.isFile && !found.isDirectory) throw new Error(`${name} is no regular file`);
    // A link that leads nowhere is an error when it is read.
    if (!found?.isDirectory) paths.push(path);
  }
  return paths;
}

async function unlessMissing(found: Promise<Deno.FileInfo>): Promise<Deno.FileInfo | undefined> {
  try {
    return await found;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
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
