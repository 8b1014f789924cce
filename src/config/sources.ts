/**
 * The files of a configuration: its own, and those that it includes.
 */

import { Buffer } from "node:buffer";
import { everySoOften, type Steps } from "../model/steps.ts";
import type { IncludedFile } from "../model/source_lines.ts";
import { decodeSourceInSteps } from "../model/source_text.ts";
import type { Numbering, Parsed } from "./cf/parse.ts";
import { type IncludePattern, includePattern, inFolder, isWild } from "./include_pattern.ts";
import type { DirectiveName } from "./language/directives.ts";
import { DIRECTIVES } from "./language/directives.ts";
import type { Directive } from "./language/directive.ts";
import { givenTwice, type Place, ProblemList } from "./language/problem.ts";
import type { Section, Setting, Settings } from "./language/syntax_tree.ts";
import { whyUnreadable } from "./unreadable.ts";

/** A file that was read, and what its `include` directives stand for. */
export interface SourceFile {
  /** Absolute path. */
  readonly file: string;
  readonly bytes: Uint8Array;
  /** One for each `include` that can be read, in their order. */
  readonly inclusions: readonly Inclusion[];
}

/** What an `include` stands for. */
export interface Inclusion {
  readonly pattern: IncludePattern;
  readonly files: readonly SourceFile[];
  /** Why it cannot be included. */
  readonly trouble?: Trouble;
}

interface Trouble {
  readonly text: string;
  readonly hint?: string;
}

/** What gathering needs of the machine. */
export interface SourceEnvironment {
  /** The bytes of a file; throws as Deno does. */
  readonly readFile: (path: string) => Promise<Uint8Array>;
  /**
   * The regular files that a pattern means, sorted; none where there is none, or no such folder. Throws as Deno does where the
   * folder cannot be read, or what is there is no file.
   */
  readonly findFiles: (pattern: IncludePattern) => Promise<readonly string[]>;
}

/** Reads a text of the syntax that a file's name tells. */
export type ReadSyntax = (file: string) => (text: string, numbering?: Numbering) => Steps<Parsed>;

/** Files within each other, the configuration's own included. */
const DEEPEST = 8;
const MOST_FILES = 1000;
const MOST_BYTES = 16 * 1024 * 1024;

/** Reads all files that a file includes. What cannot be included is reported at its place; nothing is thrown. */
export async function gatherSources(
  file: string,
  bytes: Uint8Array,
  environment: SourceEnvironment,
  parse: (file: string, bytes: Uint8Array) => Promise<Parsed> | Parsed,
): Promise<SourceFile> {
  let [count, size] = [1, bytes.length];

  async function withInclusions(file: string, bytes: Uint8Array, above: readonly string[]): Promise<SourceFile> {
    if (!mayInclude(bytes)) return { file, bytes, inclusions: [] };
    const { tree } = await parse(file, bytes);
    const chain = [...above, file];
    const inclusions: Inclusion[] = [];
    for (const { value } of tree.globals.include ?? []) {
      inclusions.push(await include(includePattern(value, file), chain));
    }
    return { file, bytes, inclusions };
  }

  async function include(pattern: IncludePattern, chain: readonly string[]): Promise<Inclusion> {
    const path = inFolder(pattern, pattern.name);
    let found: readonly string[];
    try {
      found = await environment.findFiles(pattern);
    } catch (error) {
      const isFolder = error instanceof Deno.errors.IsADirectory;
      const hint = isFolder ? `write ${path}/*.cf for the files in it` : undefined;
      return { pattern, files: [], trouble: { text: `cannot include ${path}: ${whyUnreadable(error)}`, hint } };
    }
    if (found.length === 0 && !isWild(pattern)) {
      const hint = "correct the path, which counts from the folder of this file; a pattern with * may match none";
      return { pattern, files: [], trouble: { text: `cannot include ${path}: there is no such file`, hint } };
    }
    const files: SourceFile[] = [];
    for (const each of found) {
      const read = await readOne(each, chain);
      if ("text" in read) return { pattern, files, trouble: read };
      files.push(read);
    }
    return { pattern, files };
  }

  async function readOne(path: string, chain: readonly string[]): Promise<SourceFile | Trouble> {
    if (chain.includes(path)) {
      const circle = [...chain.slice(chain.indexOf(path)), path].join(" includes ");
      return { text: `the files include each other without an end: ${circle}`, hint: "leave one of these lines out" };
    }
    if (chain.length >= DEEPEST) return { text: `files include each other more than ${DEEPEST} deep: ${path}` };
    if (count >= MOST_FILES) return { text: `there are more than ${MOST_FILES} files to include` };
    let bytes: Uint8Array;
    try {
      bytes = await environment.readFile(path);
    } catch (error) {
      return { text: `cannot include ${path}: ${whyUnreadable(error)}` };
    }
    count++;
    size += bytes.length;
    if (size > MOST_BYTES) return { text: `the files are larger than ${MOST_BYTES} bytes together` };
    return await withInclusions(path, bytes, chain);
  }

  return await withInclusions(file, bytes, []);
}

/** Returns the patterns of a file and of all that it includes, each once. */
export function patternsOf(source: SourceFile): readonly IncludePattern[] {
  const found = new Map<string, IncludePattern>();
  for (const { pattern, files } of source.inclusions) {
    for (const each of [pattern, ...files.flatMap(patternsOf)]) found.set(inFolder(each, each.name), each);
  }
  return [...found.values()];
}

/** Whether the word occurs. Most configurations are one file, and need not be parsed twice. */
function mayInclude({ buffer, byteOffset, byteLength }: Uint8Array): boolean {
  // Megabytes are searched within a turn in this way.
  return Buffer.from(buffer, byteOffset, byteLength).includes("include");
}

/** Parses a file with all that it includes, as if their lines stood in it. */
export function* parseSources(source: SourceFile, syntaxOf: ReadSyntax): Steps<Parsed> {
  const included: IncludedFile[] = [];
  const problems = new ProblemList(included);
  const own = yield* readText(source, syntaxOf, { before: 0, problems });
  if (source.inclusions.length === 0) return { ...own, problems };
  const parts: (Parsed & { readonly file?: string })[] = [own];
  const emptyIncludes: Place[] = [];
  let lines = own.lines.length;

  function* parseIncluded(file: SourceFile): Steps<Pieces> {
    included.push({ file: file.file, before: lines });
    const parsed = yield* readText(file, syntaxOf, { before: lines, problems });
    lines += parsed.lines.length;
    parts.push({ ...parsed, file: file.file });
    return yield* piecesOf(file, parsed);
  }

  function* piecesOf({ inclusions }: SourceFile, { tree }: Parsed): Steps<Pieces> {
    const settings = tree.globals.include ?? [];
    const pieces: Piece[] = [...split(tree, settings)];
    const [first, ...behind] = pieces;
    const all: Piece[] = [first];
    for (const [i, { files, trouble }] of inclusions.entries()) {
      const setting = settings[i];
      if (trouble) problems.error(setting, trouble.text, trouble.hint);
      else if (files.length === 0) emptyIncludes.push(setting);
      for (const each of files) for (const piece of yield* parseIncluded(each)) all.push(piece);
      all.push(behind[i]);
    }
    return all;
  }

  const pieces = yield* piecesOf(source, own);
  const tree = {
    globals: yield* joinedGlobals(pieces, problems),
    sections: pieces.flatMap(({ sections }) => sections),
  };
  const partOf = (file: string | undefined) => parts.find((part) => part.file === file);
  return {
    tree,
    problems,
    lines: own.lines,
    show: (line, file) => partOf(file)?.show(line),
    spell: (hint, file) => partOf(file)?.spell?.(hint) ?? hint,
    emptyIncludes,
  };
}

function* readText({ file, bytes }: SourceFile, syntaxOf: ReadSyntax, numbering: Numbering): Steps<Parsed> {
  return yield* syntaxOf(file)(yield* decodeSourceInSteps(bytes), numbering);
}

/** What stands between two `include` lines. */
interface Piece {
  readonly globals: Settings;
  readonly sections: readonly Section[];
}

type Pieces = readonly Piece[];
type Collected = Partial<Record<DirectiveName, Setting<unknown> | Setting<unknown>[]>>;

/** Splits what a file says at its `include` lines: one piece more than there are of those. */
function split({ globals, sections }: Piece, includes: readonly Setting<unknown>[]): Pieces {
  const lines = includes.map(({ line }) => line);
  const indexOf = (line: number) => lines.findLastIndex((each) => each <= line) + 1;
  const pieces = Array.from(
    { length: lines.length + 1 },
    () => ({ globals: {} as Collected, sections: [] as Section[] }),
  );
  for (const [name, given] of Object.entries(globals) as [DirectiveName, Setting<unknown> | Setting<unknown>[]][]) {
    for (const setting of [given].flat()) {
      const { globals } = pieces[indexOf(setting.line)];
      if (Array.isArray(given)) globals[name] = [...[globals[name] ?? []].flat(), setting];
      else globals[name] = setting;
    }
  }
  for (const section of sections) pieces[indexOf(section.head.line)].sections.push(section);
  return pieces as Pieces;
}

/** All that stands at the top level: each of what repeats, the last of all else. */
function* joinedGlobals(pieces: Pieces, problems: ProblemList): Steps<Settings> {
  const joined: Collected = {};
  for (const [i, { globals }] of pieces.entries()) {
    if (everySoOften(i)) yield;
    for (const [name, given] of Object.entries(globals) as [DirectiveName, Setting<unknown> | Setting<unknown>[]][]) {
      const before = joined[name];
      const row: Directive<unknown> = DIRECTIVES[name];
      if (row.repeats) joined[name] = [...[before ?? []].flat(), ...[given].flat()];
      else {
        if (before && !Array.isArray(before)) {
          problems.warning([given].flat()[0], givenTwice(name, problems.lineName(before.line)));
        }
        joined[name] = given;
      }
    }
  }
  return joined as Settings;
}
