/** Returns the files that say where this machine has its packages from. */
export function aptSources(): string[] {
  const folder = "/etc/apt/sources.list.d";
  const files = [...Deno.readDirSync(folder)].map(({ name }) => `${folder}/${name}`);
  return ["/etc/apt/sources.list", ...files].filter((path) => /\.(list|sources)$/.test(path) && isThere(path));
}

/** Returns whether anything is at that path, a link that leads nowhere included. */
export function isThere(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
