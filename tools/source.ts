/** The source that is built from: its commit, and the time that everything made of it bears. */

const ROOT = new URL("..", import.meta.url).pathname;

/** Returns the commit that is checked out, with `-dirty` where files differ from it; "unknown" where there is no git. */
export async function commitOfSource(): Promise<string> {
  return await git("describe", "--always", "--abbrev=40", "--exclude=*", "--dirty") ?? "unknown";
}

/**
 * Returns the time for everything that is made, in whole seconds since 1970: SOURCE_DATE_EPOCH
 * (https://reproducible-builds.org/specs/source-date-epoch/), else the time of the commit, else that of CHANGELOG.md.
 */
export async function sourceDate(): Promise<number> {
  const given = Deno.env.get("SOURCE_DATE_EPOCH") ?? await git("log", "-1", "--format=%ct");
  return given === undefined ? Math.floor(Deno.statSync(`${ROOT}CHANGELOG.md`).mtime!.getTime() / 1000) : Number(given);
}

/** Returns what git prints, or `undefined` where there is no git, or no repository. */
async function git(...args: string[]): Promise<string | undefined> {
  try {
    // A repository that another account owns, as in a container, is read all the same.
    const command = new Deno.Command("git", { args: ["-c", `safe.directory=*`, ...args], cwd: ROOT, stderr: "null" });
    const { success, stdout } = await command.output();
    return success ? new TextDecoder().decode(stdout).trim() : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
