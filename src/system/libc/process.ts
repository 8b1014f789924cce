import { libc, outcome } from "./library.ts";

/** setsid(2): a session of our own, without a terminal. */
export function setsid(): number {
  return outcome(libc().setsid());
}

/** close_range(2)'s number, the same on all processors; the C library has it by name since 2.34 only. */
const SYS_CLOSE_RANGE = 436n;
const CLOSE_RANGE_CLOEXEC = 4;
const FIRST_BEYOND_STANDARD = 3;
const LAST_OF_ALL = 0xffff_ffff;

/** close_range(2): programs that we start do not inherit what we have inherited, but for the standard streams. */
export function keepInheritedFiles(): number {
  return outcome(libc().syscall(SYS_CLOSE_RANGE, FIRST_BEYOND_STANDARD, LAST_OF_ALL, CLOSE_RANGE_CLOEXEC));
}

const PRIO_PROCESS = 0;

/** setpriority(2): how nice a process is, from -20 (not at all) to 19. */
export function setNiceness(pid: number, niceness: number): number {
  return outcome(libc().setpriority(PRIO_PROCESS, pid, niceness));
}
