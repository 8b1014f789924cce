/** The folder of the program's source. */
export const SRC = new URL("../src/", import.meta.url);

/** The files of a folder of it and of those below, as paths within it. */
export function sourceFiles(folder = ""): string[] {
  return [...Deno.readDirSync(new URL(folder, SRC))].flatMap(({ name, isDirectory }) =>
    isDirectory ? sourceFiles(`${folder}${name}/`) : [`${folder}${name}`]
  );
}
