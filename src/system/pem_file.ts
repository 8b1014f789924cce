/**
 * Where certificates and keys are read from: the disk, or, in a process without rights, what it was handed.
 */

/** A PEM file in one of its states. */
export interface PemFile {
  /** Another one when the file has changed. */
  readonly version: string;
  read(): Uint8Array<ArrayBuffer>;
}

/** Finds a file by its path. Throws what says why it cannot be read. */
export type PemFiles = (path: string) => PemFile;

/** The files of this machine. */
export function filesOnDisk(path: string): PemFile {
  const { ino, size, mtime } = Deno.statSync(path);
  return { version: `${ino} ${size} ${mtime?.getTime()}`, read: () => Deno.readFileSync(path) };
}

let files: PemFiles = filesOnDisk;

/** Has all files looked for elsewhere from now on. */
export function readPemFilesFrom(other: PemFiles): void {
  files = other;
}

/** The file of that path, from where files are read now. */
export function pemFile(path: string): PemFile {
  return files(path);
}
