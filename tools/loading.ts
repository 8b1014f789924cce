/** Whether programs can be started: set-up asks this of everything that it has installed. */

import { globSync } from "node:fs";

/** Where Debian keeps programs, those of servers included. */
const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/**
 * Returns why a program (or a shared object) cannot be loaded, or `undefined` when it can: it is there, and so is each
 * library that it is linked with, or the interpreter of a script.
 *
 * @param program a name to be found in PATH, or a path in which `*` stands for a version.
 * @param libraries a folder of libraries of the program's own.
 */
export async function loadingTrouble(program: string, libraries?: string): Promise<string | undefined> {
  const path = program.startsWith("/") ? globSync(program).at(-1) : inPath(program);
  if (path === undefined) return "it is not there";
  const interpreter = interpreterOf(path);
  if (interpreter !== undefined) return exists(interpreter) ? undefined : `its interpreter ${interpreter} is not there`;
  const env: Record<string, string> = { LC_ALL: "C" };
  if (libraries !== undefined) env.LD_LIBRARY_PATH = libraries;
  const { code, stdout, stderr } = await new Deno.Command("ldd", { args: [path], env }).output();
  const missing = new TextDecoder().decode(stdout).match(/\S+(?= => not found)/g);
  if (missing) return `its library ${missing.join(", ")} is not there`;
  const said = new TextDecoder().decode(stderr).trim();
  return code === 0 || said.includes("not a dynamic executable") ? undefined : said;
}

/** Returns what a command line says when it does not end with 0, or `undefined` when it does. */
export async function failureOf([command, ...args]: readonly string[]): Promise<string | undefined> {
  try {
    const { success, code, stderr } = await new Deno.Command(command, { args, env: { LC_ALL: "C" } }).output();
    const said = new TextDecoder().decode(stderr).trim().split("\n").at(-1);
    return success ? undefined : said || `exit status ${code}`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return `${command} is not there`;
    throw error;
  }
}

function inPath(name: string): string | undefined {
  return PATH.split(":").map((folder) => `${folder}/${name}`).find(exists);
}

function exists(path: string): boolean {
  return globSync(path).length > 0;
}

/** The program that a script's first line names. */
function interpreterOf(path: string): string | undefined {
  const start = new Uint8Array(256);
  using file = Deno.openSync(path);
  const text = new TextDecoder().decode(start.subarray(0, file.readSync(start) ?? 0));
  return /^#! *(\S+)/.exec(text)?.[1];
}
