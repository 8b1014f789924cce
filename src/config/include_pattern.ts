/**
 * Which files an `include` means.
 */

/** The path of an `include`, made absolute. */
export interface IncludePattern {
  readonly folder: string;
  /** The last part, perhaps with `*` and `?`. */
  readonly name: string;
}

/** Returns the pattern of a path that an including file has. */
export function includePattern(path: string, includingFile: string): IncludePattern {
  const absolute = normalized(path.startsWith("/") ? path : `${folderOf(includingFile)}/${path}`);
  return { folder: folderOf(absolute) || "/", name: absolute.slice(absolute.lastIndexOf("/") + 1) };
}

/** Returns the path of a file in the pattern's folder. */
export function inFolder({ folder }: IncludePattern, name: string): string {
  return folder === "/" ? `/${name}` : `${folder}/${name}`;
}

/** Whether a pattern may mean any number of files. */
export function isWild({ name }: IncludePattern): boolean {
  return /[*?]/.test(name);
}

/** Returns those of the names in its folder that a wild pattern means, sorted. As for a shell, a leading dot hides a file. */
export function matching({ name }: IncludePattern, names: readonly string[]): readonly string[] {
  const source = name.replace(/[.+^${}()|[\]\\]/g, "\\$&").replace(/\*+/g, ".*").replaceAll("?", ".");
  const expression = new RegExp(`^${source}$`, "su");
  return names.filter((each) => !each.startsWith(".") && expression.test(each)).sort();
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}

function normalized(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "." && part !== "") parts.push(part);
  }
  return `/${parts.join("/")}`;
}
