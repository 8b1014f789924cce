/**
 * The path of this very program, as it was at the start: once it has been upgraded, the kernel calls the one that runs
 * `/usr/sbin/ldirectord (deleted)`, and what is to be run instead is the new one.
 */
export const OWN_PROGRAM = Deno.execPath();
