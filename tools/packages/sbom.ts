/** The list of what is in the program, for those who look up vulnerabilities by it (CycloneDX 1.5, a document of JSON). */

import { VERSION } from "../../src/model/version.ts";
import { DENO_VERSION } from "../denort.ts";
import { commitOfSource, sourceDate } from "../source.ts";

const ROOT = new URL("../..", import.meta.url).pathname;

/** The parts of deno.lock that this reads (version 5). Keys are `name@version`, and behind a `_` its peers. */
export interface Lock {
  readonly specifiers: Readonly<Record<string, string>>;
  readonly npm: Readonly<Record<string, { readonly integrity: string; readonly dependencies?: readonly string[] }>>;
}

/** A part of a program, or the program. */
interface Component {
  readonly type: "application" | "library" | "platform";
  readonly "bom-ref": string;
  readonly name: string;
  readonly version: string;
  /** https://github.com/package-url/purl-spec */
  readonly purl?: string;
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
  readonly licenses?: readonly { readonly license: { readonly id: string } }[];
  readonly properties?: readonly { readonly name: string; readonly value: string }[];
}

/** A list as CycloneDX 1.5 has it, of the fields that we fill: https://cyclonedx.org/docs/1.5/json/ */
interface Sbom {
  readonly bomFormat: "CycloneDX";
  readonly specVersion: "1.5";
  readonly version: 1;
  readonly metadata: { readonly timestamp: string; readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

/** What a list says of the program itself. */
export interface Program {
  readonly version: string;
  readonly commit: string;
  /** When its source was last changed. */
  readonly date: Date;
  readonly deno: string;
  readonly v8: string;
}

/** Returns the list for the source that is checked out. */
export async function sbomOfBuild(): Promise<string> {
  const lock = JSON.parse(await Deno.readTextFile(`${ROOT}deno.lock`));
  const [commit, date] = [await commitOfSource(), new Date(await sourceDate() * 1000)];
  const program = { version: VERSION, commit, date, deno: DENO_VERSION, v8: Deno.version.v8 };
  return `${JSON.stringify(sbom(lock, program), undefined, 2)}\n`;
}

/** Returns the list: the runtime, and the libraries with what they depend on. The same input gives the same document. */
export function sbom({ specifiers, npm }: Lock, { version, commit, date, deno, v8 }: Program): Sbom {
  const program: Component = {
    "type": "application",
    "bom-ref": "ldirectord",
    name: "ldirectord",
    version,
    licenses: [{ license: { id: "MIT" } }],
    properties: [{ name: "ldirectord:commit", value: commit }],
  };
  const runtime = [
    { ...component("platform", "deno", deno), purl: `pkg:github/denoland/deno@v${deno}` },
    { ...component("library", "v8", v8), purl: `pkg:generic/v8@${v8}` },
  ];
  const direct = Object.keys(specifiers).map((specifier) => keyOf(specifier.slice("npm:".length), npm)).filter(isCode);
  const libraries = [...closure(direct, npm)].sort();
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.5",
    version: 1,
    metadata: { timestamp: date.toISOString(), component: program },
    components: [...runtime, ...libraries.map((key) => library(key, npm[key].integrity))],
    dependencies: [
      { ref: "ldirectord", dependsOn: ["deno", ...direct.sort()] },
      { ref: "deno", dependsOn: ["v8"] },
      { ref: "v8", dependsOn: [] },
      ...libraries.map((key) => ({ ref: key, dependsOn: dependenciesOf(key, npm) })),
    ],
  };
}

function component(type: Component["type"], name: string, version: string): Component {
  return { type, "bom-ref": name, name, version };
}

function library(key: string, integrity: string): Component {
  const [, name, version] = /^(.+?)@([^@_]+)/.exec(key)!;
  const [algorithm, digest] = [integrity.slice(0, integrity.indexOf("-")), integrity.slice(integrity.indexOf("-") + 1)];
  return {
    ...component("library", name, version),
    "bom-ref": key,
    // A scope's @ is written as %40: https://github.com/package-url/purl-spec
    purl: `pkg:npm/${name.replace("@", "%40")}@${version}`,
    hashes: [{ alg: algorithm.replace("sha", "SHA-"), content: Uint8Array.fromBase64(digest).toHex() }],
  };
}

/** All that is reached from some packages, with these. */
function closure(keys: readonly string[], npm: Lock["npm"], found = new Set<string>()): ReadonlySet<string> {
  for (const key of keys) {
    if (found.has(key)) continue;
    found.add(key);
    closure(dependenciesOf(key, npm), npm, found);
  }
  return found;
}

function dependenciesOf(key: string, npm: Lock["npm"]): string[] {
  return (npm[key].dependencies ?? []).map((name) => keyOf(name, npm)).filter(isCode).sort();
}

/** The key of what the lock calls by its name, or, where it has several versions of it, by name and version. */
function keyOf(named: string, npm: Lock["npm"]): string {
  const key = Object.keys(npm).find((each) =>
    each === named || each.startsWith(`${named}@`) || each.startsWith(`${named}_`)
  );
  if (key === undefined) throw new Error(`deno.lock has no ${named}`);
  return key;
}

/** Types are gone when the program is built. */
function isCode(key: string): boolean {
  return !key.startsWith("@types/");
}
