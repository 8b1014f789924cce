/**
 * Giving up what a process may do, for good: for one that reads what hostile servers send.
 */

import { readKernelFile } from "./kernel_file.ts";
import { cString } from "./libc/c_string.ts";
import { close, O_WRONLY, open, write } from "./libc/files.ts";
import { libcWith } from "./libc/library.ts";

const libc = libcWith({
  prctl: { parameters: ["i32", "u64", "u64", "u64", "u64"], result: "i32" },
  setgroups: { parameters: ["usize", "pointer"], result: "i32" },
  setresgid: { parameters: ["u32", "u32", "u32"], result: "i32" },
  setresuid: { parameters: ["u32", "u32", "u32"], result: "i32" },
  setrlimit: { parameters: ["i32", "buffer"], result: "i32" },
  execv: { parameters: ["buffer", "buffer"], result: "i32" },
  seccomp: { name: "syscall", parameters: ["i64", "u32", "u32", "buffer"], result: "i64" },
});

const PR_SET_PDEATHSIG = 1;
const PR_CAPBSET_DROP = 24;
const PR_SET_NO_NEW_PRIVS = 38;
const PR_CAP_AMBIENT = 47;
const PR_CAP_AMBIENT_CLEAR_ALL = 4n;
const LAST_CAPABILITY = 63n;
const SIGKILL = 9n;
const RLIMIT_DATA = 2;
const RLIMIT_CORE = 4;

/** A user that a process may become. */
export interface UnprivilegedUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** The users that a process without rights of its own may become, the first one that is there. */
const USERS = ["ldirectord", "nobody"];

/** The first of {@link USERS} that /etc/passwd has. */
export function unprivilegedUser(): UnprivilegedUser | undefined {
  const lines = accounts();
  for (const wanted of USERS) {
    const line = lines.find(([name]) => name === wanted);
    if (line && Number(line[2]) > 0) return { name: wanted, uid: Number(line[2]), gid: Number(line[3]) };
  }
  return undefined;
}

/**
 * Gives up root, all capabilities, new programs, new sockets and core files, and ends with the process that started us;
 * `dataLimit` bounds the bytes of memory that are ours alone (RLIMIT_DATA). Gives the name of the user that we are now.
 * One that still has to read its libraries from files, which may be root's, keeps its user (`keepUser`). A process that has capabilities and is not root is started once more, without them. Throws when anything is left.
 */
export function confine(dataLimit: bigint, keepUser: boolean): string {
  libc().setrlimit(RLIMIT_CORE, new BigUint64Array(2));
  preferToBeKilled();
  const before = statusOfSelf();
  libc().prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0n, 0n, 0n);
  // Only a process with CAP_SETPCAP can; with no new privileges it makes no difference.
  for (let capability = 0n; capability <= LAST_CAPABILITY; capability++) {
    libc().prctl(PR_CAPBSET_DROP, capability, 0n, 0n, 0n);
  }
  libc().prctl(PR_SET_NO_NEW_PRIVS, 1n, 0n, 0n, 0n);
  if (keepUser) {
    // A developer's; what is installed is one file.
  } else if (Deno.uid() === 0) {
    const user = unprivilegedUser();
    if (!user) throw new Error(`there is no user ${USERS.join(" or ")} in /etc/passwd`);
    // The C library has all threads follow (nptl(7)), and they lose their capabilities with root.
    if (libc().setgroups(0n, null) !== 0 || libc().setresgid(user.gid, user.gid, user.gid) !== 0) {
      throw new Error(`cannot become a member of the groups of ${user.name} alone (CAP_SETGID is missing)`);
    }
    if (libc().setresuid(user.uid, user.uid, user.uid) !== 0) {
      throw new Error(`cannot become ${user.name} (CAP_SETUID is missing)`);
    }
  } else if (hasCapabilities()) {
    // Without ambient ones, and without new privileges, they would not be here after a start.
    if (/^NoNewPrivs:\s*1$/m.test(before) && /^CapAmb:\s*0+$/m.test(before)) throw new Error("capabilities are left");
    // They belong to each thread by itself; a program that is started anew has only what is ambient, and that is nothing.
    const argv = (readKernelFile("/proc/self/cmdline") ?? "").split("\0").slice(0, -1).map((word) => cString(word));
    const pointers = new BigUint64Array(argv.length + 1);
    for (const [i, word] of argv.entries()) pointers[i] = Deno.UnsafePointer.value(Deno.UnsafePointer.of(word));
    libc().execv(cString("/proc/self/exe"), pointers);
    throw new Error("cannot give up capabilities: this program's file cannot be started again");
  }
  libc().prctl(PR_SET_PDEATHSIG, SIGKILL, 0n, 0n, 0n);
  libc().setrlimit(RLIMIT_DATA, BigUint64Array.of(dataLimit, dataLimit));
  forbidCalls((filter) => Number(libc().seccomp(SECCOMP[Deno.build.arch].seccomp, SET_MODE_FILTER, TSYNC, filter)));
  if (!keepUser && hasCapabilities()) throw new Error("capabilities are left");
  return nameOf(Deno.uid());
}

/** Where the machine's memory ends, this process goes before the director does (proc(5), oom_score_adj). */
function preferToBeKilled(): void {
  const fd = open("/proc/self/oom_score_adj", O_WRONLY);
  if (fd < 0) return;
  write(fd, new TextEncoder().encode("500"));
  close(fd);
}

function hasCapabilities(): boolean {
  return /^Cap(Prm|Eff|Amb):\s*0*[1-9a-f]/m.test(statusOfSelf());
}

function statusOfSelf(): string {
  return readKernelFile("/proc/self/status") ?? "";
}

function nameOf(uid: number | null): string {
  return accounts().find(([, , id]) => Number(id) === uid)?.[0] ?? `uid ${uid}`;
}

/** The lines of /etc/passwd, each by its fields. */
function accounts(): readonly (readonly string[])[] {
  return (readKernelFile("/etc/passwd") ?? "").split("\n").map((line) => line.split(":"));
}

const SET_MODE_FILTER = 1;
/** For all threads; with it they get no new privileges either (kernel/seccomp.c, seccomp_sync_threads). */
const TSYNC = 1;
const LOAD = 0x20;
const JUMP_IF_EQUAL = 0x15;
const JUMP_IF_AT_LEAST = 0x35;
const RETURN = 0x06;
const ALLOW = 0x7fff0000;
const FAIL_WITH_EPERM = 0x00050001;
/** Calls of x86-64's x32, which have other numbers. */
const X32 = 0x40000000;

/**
 * By processor: what the kernel calls it, and the numbers of seccomp(2) and of the calls that are forbidden: socket,
 * connect, bind, listen, execve, execveat, kill, ptrace, process_vm_readv, process_vm_writev, mount, unshare, setns, bpf,
 * userfaultfd, add_key, request_key, keyctl, io_uring_setup, pidfd_getfd.
 */
const SECCOMP = {
  x86_64: {
    audit: 0xc000003e,
    seccomp: 317n,
    calls: [41, 42, 49, 50, 59, 322, 62, 101, 310, 311, 165, 272, 308, 321, 323, 248, 249, 250, 425, 438],
  },
  aarch64: {
    audit: 0xc00000b7,
    seccomp: 277n,
    calls: [198, 203, 200, 201, 221, 281, 129, 117, 270, 271, 40, 97, 268, 280, 282, 217, 218, 219, 425, 438],
  },
} as const;

/** Kernels without seccomp are left as they are: the user and its missing capabilities hold there, too. */
function forbidCalls(install: (program: Uint8Array<ArrayBuffer>) => number): void {
  const { audit, calls } = SECCOMP[Deno.build.arch];
  const forbidden = calls.length + 1;
  const rules: (readonly [code: number, ifTrue: number, ifFalse: number, value: number])[] = [
    [LOAD, 0, 0, 4],
    [JUMP_IF_EQUAL, 0, forbidden + 2, audit],
    [LOAD, 0, 0, 0],
    [JUMP_IF_AT_LEAST, forbidden, 0, X32],
    ...calls.map((call, i) => [JUMP_IF_EQUAL, calls.length - i, 0, call] as const),
    [RETURN, 0, 0, ALLOW],
    [RETURN, 0, 0, FAIL_WITH_EPERM],
  ];
  const filter = new DataView(new ArrayBuffer(rules.length * 8));
  for (const [i, [code, ifTrue, ifFalse, value]] of rules.entries()) {
    filter.setUint16(i * 8, code, true);
    filter.setUint8(i * 8 + 2, ifTrue);
    filter.setUint8(i * 8 + 3, ifFalse);
    filter.setUint32(i * 8 + 4, value, true);
  }
  const program = new DataView(new ArrayBuffer(16));
  program.setUint16(0, rules.length, true);
  program.setBigUint64(8, Deno.UnsafePointer.value(Deno.UnsafePointer.of(filter)), true);
  install(new Uint8Array(program.buffer));
}
