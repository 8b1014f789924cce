/** The licences of the libraries that are in the program: each asks to go along with every copy. */

import { fail } from "./terminal.ts";

const ROOT = new URL("..", import.meta.url).pathname;
const LICENCE = /^(licen[cs]e|notice|copying)/i;

interface Package {
  readonly name: string;
  readonly version: string;
  readonly registryUrl: string;
}

/** Returns the licence texts of the npm packages that a program imports, under the names of the packages. */
export async function licenceTexts(entry: string): Promise<string> {
  const { npmCache } = JSON.parse(await deno("info", "--json"));
  const { npmPackages } = JSON.parse(await deno("info", "--json", entry));
  const packages = Object.values<Package>(npmPackages).filter(({ name }) => !name.startsWith("@types/"));
  const texts = packages.map((each) => {
    const folder = `${npmCache}/${new URL(each.registryUrl).host}/${each.name}/${each.version}`;
    return `${each.name} ${each.version}\n\n${licencesIn(folder)}`;
  });
  return texts.join(`\n${"-".repeat(78)}\n\n`);
}

/** The texts of a package; its own word for its licence where it has no text, or is kept elsewhere. */
function licencesIn(folder: string): string {
  try {
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name);
    const texts = names.filter((name) => LICENCE.test(name)).sort().map((name) =>
      Deno.readTextFileSync(`${folder}/${name}`)
    );
    return texts.length > 0
      ? texts.join("\n")
      : `${JSON.parse(Deno.readTextFileSync(`${folder}/package.json`)).license}\n`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "See the package.\n";
    throw error;
  }
}

async function deno(...args: string[]): Promise<string> {
  const command = new Deno.Command(Deno.execPath(), { args, cwd: ROOT, stdin: "null", stderr: "inherit" });
  const { success, stdout } = await command.output();
  if (!success) fail(`deno ${args[0]} failed: see above. Is the npm registry in reach?`);
  return new TextDecoder().decode(stdout);
}
