import { basename, dirname } from "node:path";

/**
 * Replaces the bytes of a file at once: a reader sees the old ones or the new ones. Its owner and
 * permissions stay, and a link stays a link.
 */
export async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
  const file = await Deno.realPath(path);
  const { mode, uid, gid } = await Deno.stat(file);
  const beside = `${dirname(file)}/.${basename(file)}.${Deno.pid}`;
  try {
    await Deno.writeFile(beside, bytes, { createNew: true, mode: 0o600 });
    if (uid !== null && gid !== null) await Deno.chown(beside, uid, gid);
    if (mode !== null) await Deno.chmod(beside, mode & 0o7777);
    await Deno.rename(beside, file);
  } catch (error) {
    await Deno.remove(beside).catch(() => {});
    throw new Error(`cannot write ${path}: ${error instanceof Error ? error.message : error}`);
  }
}
