/**
 * Becoming another account for good, and keeping single capabilities of root's.
 *
 * Capabilities belong to each thread. JavaScript runs on one, which makes all sockets of checks and starts all programs, so
 * that one alone keeps them.
 */

import { cString } from "./libc/c_string.ts";
import { SystemError } from "./libc/errors.ts";
import { libcWith, outcome } from "./libc/library.ts";

const libc = libcWith({
  getpwnam: { parameters: ["buffer"], result: "pointer" },
  initgroups: { parameters: ["buffer", "u32"], result: "i32" },
  setresgid: { parameters: ["u32", "u32", "u32"], result: "i32" },
  setresuid: { parameters: ["u32", "u32", "u32"], result: "i32" },
  prctl: { parameters: ["i32", "u64", "u64", "u64", "u64"], result: "i32" },
  capset: { parameters: ["buffer", "buffer"], result: "i32" },
});

/** Numbers of capabilities (capabilities(7)). */
export const Capability = { NET_ADMIN: 12, NET_RAW: 13 } as const;

/** Linux, include/uapi/linux/prctl.h. */
const PR_SET_KEEPCAPS = 8;
const PR_CAP_AMBIENT = 47;
const PR_CAP_AMBIENT_RAISE = 2n;
const PR_CAP_AMBIENT_LOWER = 3n;

/** `_LINUX_CAPABILITY_VERSION_3`: two words of 32 bits for each set. */
const CAPABILITY_VERSION = 0x20080522;

/** `struct passwd` of glibc: two pointers, then the two numbers. */
const PASSWD_UID = 16;
const PASSWD_GID = 20;

/** An account of this system. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** Returns the account of that name, as getpwnam(3) knows it. */
export function findAccount(name: string): Account | undefined {
  const entry = libc().getpwnam(cString(name));
  if (entry === null) return undefined;
  const view = new Deno.UnsafePointerView(entry);
  return { name, uid: view.getUint32(PASSWD_UID), gid: view.getUint32(PASSWD_GID) };
}

/**
 * Makes this process one of the account, for good: its groups and its user. Of root's rights the thread that calls keeps
 * these capabilities, and no other thread keeps any.
 *
 * @throws {SystemError} when the kernel refuses, by when part of it may have been done: the process should end.
 */
export function becomeAccount({ name, uid, gid }: Account, capabilities: readonly number[]): void {
  const { initgroups, setresgid, setresuid, prctl, capset } = libc();
  require("prctl", prctl(PR_SET_KEEPCAPS, 1n, 0n, 0n, 0n));
  require("initgroups", initgroups(cString(name), gid));
  // The C library has all threads follow (nptl(7)).
  require("setresgid", setresgid(gid, gid, gid));
  require("setresuid", setresuid(uid, uid, uid));
  require("capset", capset(...capabilitySets(capabilities)));
}

/**
 * Does `work`, during which the programs that it starts have these capabilities of ours. Others get none: not even those
 * that we were started with.
 */
export function handingDown<T>(capabilities: readonly number[], work: () => T): T {
  for (const each of capabilities) changeAmbient(PR_CAP_AMBIENT_RAISE, each);
  try {
    return work();
  } finally {
    keepToOurselves(capabilities);
  }
}

/** From now on the programs that we start do not have these capabilities, but for what {@link handingDown} hands down. */
export function keepToOurselves(capabilities: readonly number[]): void {
  for (const each of capabilities) changeAmbient(PR_CAP_AMBIENT_LOWER, each);
}

/** For root this changes nothing. A capability that we do not have cannot be handed down: the program says so. */
function changeAmbient(how: bigint, capability: number): void {
  libc().prctl(PR_CAP_AMBIENT, how, BigInt(capability), 0n, 0n);
}

/** The header and the sets of capset(2): effective, permitted and inheritable, the same in each. */
function capabilitySets(capabilities: readonly number[]): [Uint32Array<ArrayBuffer>, Uint32Array<ArrayBuffer>] {
  const mask = capabilities.reduce((bits, each) => bits | (1 << each), 0);
  return [Uint32Array.of(CAPABILITY_VERSION, 0), Uint32Array.of(mask, mask, mask, 0, 0, 0)];
}

function require(call: string, result: number): void {
  if (result < 0) throw new SystemError(call, -outcome(result));
}
