/** `user = NAME`: the daemon becomes that account when it has what only root can open. */

import { lchownSync } from "node:fs";
import { dirname } from "node:path";
import { type Account, becomeAccount, Capability, findAccount, keepToOurselves } from "../../system/privileges.ts";

/** The daemon cannot run as the account that its configuration names. */
export class UserUnavailable extends Error {}

/** What changing the kernel's table, marks of packets and pings need; ipvsadm is the only program that gets them. */
export const KEPT = [Capability.NET_ADMIN, Capability.NET_RAW];

/** What a daemon goes on using when it is no longer root. */
export interface HandedOver {
  /** The control socket. */
  readonly socket: string;
  /** Files that it writes, and makes where they are missing. */
  readonly written: readonly string[];
  /** Folders in which it replaces files. */
  readonly folders: readonly string[];
  /** Files that it reads again. */
  readonly read: readonly string[];
}

/**
 * Becomes the account, which then owns what is handed over. Where this process is not root it must be that account already.
 *
 * @throws {UserUnavailable} with what an operator should do.
 */
export function becomeUser(name: string, { socket, written, folders, read }: HandedOver): void {
  const account = findAccount(name);
  if (!account) throw new UserUnavailable(`user = ${name}: there is no such account`);
  const uid = Deno.uid();
  if (uid !== 0 && uid !== account.uid) {
    throw new UserUnavailable(`user = ${name}: only root can become another account`);
  }
  if (uid === 0 && account.uid !== 0) {
    for (const folder of folders) handOverFolder(folder, account);
    for (const file of written) handOverFile(file, account);
    lchownSync(socket, account.uid, account.gid);
    become(account);
  }
  for (const file of read) requireReadable(file, name);
}

/** Gives the account a folder, which is made where it is missing, and the files in it. */
export function handOverFolder(folder: string, { uid, gid }: Account): void {
  Deno.mkdirSync(folder, { recursive: true, mode: 0o755 });
  Deno.chownSync(folder, uid, gid);
  for (const { name, isFile } of Deno.readDirSync(folder)) {
    if (isFile) lchownSync(`${folder}/${name}`, uid, gid);
  }
}

/**
 * Gives the account a file, which is made where it is missing. A link is never followed: in a folder of the account's own it
 * could lead to a file of root's.
 */
export function handOverFile(file: string, { uid, gid }: Account): void {
  try {
    Deno.openSync(file, { createNew: true, write: true, mode: 0o640 }).close();
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
  lchownSync(file, uid, gid);
}

function become(account: Account): void {
  try {
    becomeAccount(account, KEPT);
  } catch (error) {
    const why = `${(error as Error).message} (CAP_SETUID and CAP_SETGID are needed)`;
    throw new UserUnavailable(`user = ${account.name}: this process cannot become that account: ${why}`);
  }
}

/** From now on only ipvsadm gets the capabilities that this process was started with. */
export function keepCapabilities(): void {
  keepToOurselves(KEPT);
}

/** Refuses a file that the next reload could not read: the start is the time to say so. */
function requireReadable(file: string, name: string): void {
  try {
    Deno.openSync(file).close();
  } catch (error) {
    if (!(error instanceof Deno.errors.PermissionDenied)) throw error;
    const group = `chgrp ${name} ${file} && chmod 640 ${file}`;
    throw new UserUnavailable(
      `user = ${name}: ${file} cannot be read by it, so no reload would work: ${group} (and see ${dirname(file)})`,
    );
  }
}
