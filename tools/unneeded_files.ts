/** What `deno compile` would embed of the npm packages, and nothing ever reads. Every page of it costs time at each start. */

import { fail } from "./terminal.ts";

const ROOT = new URL("..", import.meta.url).pathname;

/** Declarations, source maps, documents, and compiled add-ons: those of oracledb are for its thick mode. */
const UNNEEDED = /\.([cm]?ts|map|md|node)$/;

/** Goes along with every copy. */
const LICENCE = /^(licen[cs]e|notice|copying)/i;

/** The files in Deno's cache of the packages that a program uses. The packages are fetched when they are not there. */
export async function unneededFiles(entry: string): Promise<readonly string[]> {
  await deno("cache", "--quiet", "--no-check", entry);
  const { npmCache } = JSON.parse(await deno("info", "--json"));
  const { npmPackages } = JSON.parse(await deno("info", "--json", entry));
  const packages: { name: string; version: string; registryUrl: string }[] = Object.values(npmPackages);
  const folders = packages.map(({ name, version, registryUrl }) =>
    `${npmCache}/${new URL(registryUrl).host}/${name}/${version}`
  );
  // Where Deno keeps the packages of a registry of its user's own elsewhere, they are embedded whole.
  return folders.filter(isFolder).flatMap((folder) => [...unneededIn(folder)]);
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}

function* unneededIn(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) yield* unneededIn(path);
    else if (UNNEEDED.test(name) && !LICENCE.test(name)) yield path;
  }
}

async function deno(...args: readonly string[]): Promise<string> {
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: ROOT,
    stdin: "null",
    stderr: "inherit",
  }).output();
  if (!success) fail(`deno ${args[0]} failed: see above. Is the npm registry in reach?`);
  return new TextDecoder().decode(stdout);
}
