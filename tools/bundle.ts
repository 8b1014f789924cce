/**
 * The program as one module graph: its own modules and those of its libraries in a few files, in which every import is of a
 * file beside it or of Node's built-in modules.
 *
 * Without it, a library's optional `require` is resolved when the program runs, in folders up to the root of the file
 * system, some of which any user can write to. A daemon of root's must not run what is found there.
 */

import { commitOfSource, sourceDate } from "./source.ts";
import { fail } from "./terminal.ts";

const ROOT = new URL("..", import.meta.url).pathname;

/** Where the bundle is made. */
export const BUNDLE = `${ROOT}dist/program`;

/** Where the modules are before they are made small. */
const LINKED = `${ROOT}dist/linked`;

/** Read at run time, by their place beside the module that reads them. */
const ASSETS = ["src/web/page.html"];

/** How `deno bundle` lets modules in CommonJS's form import what is not in the bundle: found at run time. */
const RESOLVED_AT_RUN_TIME = `import { createRequire as __deno_internal_createRequire } from "node:module";
var __require = __deno_internal_createRequire(import.meta.url);
`;

/** In its place: only what is built in. A library that asks for an optional package hears that there is none. */
const BUILT_IN_ONLY = `var __require = (name) => {
  const found = process.getBuiltinModule(name);
  if (found) return found;
  throw Object.assign(new Error(\`Cannot find module '\${name}'\`), { code: "MODULE_NOT_FOUND" });
};
`;

/** Where the commit goes: src/model/version.ts. */
const NO_COMMIT = 'var COMMIT = "unknown";';

/** What would load code from a place that is known only at run time, and what would not be the same when it is made small. */
const FORBIDDEN = [
  { name: "createRequire", pattern: /createRequire\(/ },
  { name: "an import of a computed name", pattern: /\bimport\((?!\s*")/ },
  {
    name: "an import of something outside the bundle",
    pattern: /^(?:import|(?:import |export )?.*\} from) "(?!node:|\.\/).*";$/m,
  },
  { name: "an import of something outside the bundle", pattern: /\bimport\("(?!node:|\.\/)/ },
  // `deno bundle --minify` may put the value in the place where it is used, and nothing is ever closed.
  {
    name: "a `using`, which is lost when the modules are made small (write try and finally)",
    pattern: /^\s*(await )?using [\w$]+ =/m,
  },
];

/** Makes {@link BUNDLE} anew. Returns the paths of its files, the first of which is the one to start with. */
export async function bundle(): Promise<readonly string[]> {
  const linked = await bundled(`${ROOT}main.ts`, LINKED, []);
  const sealed = linked.filter(seal);
  if (sealed.length !== 1) fail(`deno bundle has changed: ${sealed.length} modules resolve at run time, not one`);
  const commit = await commitOfSource();
  const marked = linked.filter((path) => replaceIn(path, NO_COMMIT, `var COMMIT = ${JSON.stringify(commit)};`));
  if (marked.length !== 1) fail(`deno bundle has changed: ${marked.length} modules have the commit's place, not one`);
  linked.forEach(requireSealed);
  // The runtime reads all of it into memory when it starts, whatever is used of it: half the text is 2 MB less for good.
  const modules = await bundled(`${LINKED}/main.js`, BUNDLE, ["--minify", "--keep-names"]);
  modules.forEach(requireSealed);
  const assets = await Promise.all(ASSETS.map(async (asset) => {
    const copy = `${BUNDLE}/${asset.slice(asset.lastIndexOf("/") + 1)}`;
    await Deno.copyFile(`${ROOT}${asset}`, copy);
    return copy;
  }));
  const entry = `${BUNDLE}/main.js`;
  const files = [...modules, ...assets];
  // `deno compile` keeps the times of what it includes: with these, the same source gives the same bytes.
  const date = await sourceDate();
  for (const file of files) await Deno.utime(file, date, date);
  return [entry, ...files.filter((path) => path !== entry).sort()];
}

/** Makes the module and all that it imports anew in a folder, and returns the paths. */
async function bundled(entry: string, folder: string, options: readonly string[]): Promise<readonly string[]> {
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  const args = ["bundle", "--quiet", "--platform=deno", "--code-splitting", ...options, `--outdir=${folder}`, entry];
  const { success } = await new Deno.Command(Deno.execPath(), { args, cwd: ROOT, stdin: "null" }).spawn().status;
  if (!success) fail("deno bundle failed: see above. Is the npm registry in reach?");
  return [...Deno.readDirSync(folder)].map(({ name }) => `${folder}/${name}`);
}

/** Returns whether the module resolved modules at run time. It no longer does. */
function seal(path: string): boolean {
  return replaceIn(path, RESOLVED_AT_RUN_TIME, BUILT_IN_ONLY);
}

/** Returns whether the file had the text. It has the other one in its place now. */
function replaceIn(path: string, from: string, to: string): boolean {
  const text = Deno.readTextFileSync(path);
  const found = text.includes(from);
  if (found) Deno.writeTextFileSync(path, text.replace(from, () => to));
  return found;
}

function requireSealed(path: string): void {
  const fault = faultOf(Deno.readTextFileSync(path));
  if (fault !== undefined) fail(`${path} has ${fault}`);
}

/** Returns what a module of the bundle must not have and has, or `undefined`. */
export function faultOf(text: string): string | undefined {
  const found = FORBIDDEN.find(({ pattern }) => pattern.test(text));
  return found && `${found.name}: ${text.match(found.pattern)?.[0].trim()}`;
}
