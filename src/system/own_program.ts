/**
 * This very program, to be started once more.
 */

import { cleanCommand } from "./clean_command.ts";

/**
 * The path of this very program, as it was at the start: once it has been upgraded, the kernel calls the one that runs
 * `/usr/sbin/ldirectord (deleted)`, and what is to be run instead is the new one.
 */
export const OWN_PROGRAM = Deno.execPath();

/** Returns this program as a further process of ours: with these arguments, in `/`, told and heard through pipes. */
export function ownCommand(args: readonly string[], stderr: "piped" | "null"): Deno.Command {
  return cleanCommand(OWN_PROGRAM, {
    args: [...programArguments(), ...args],
    env: environment(),
    cwd: "/",
    stdin: "piped",
    stdout: "piped",
    stderr,
  });
}

/** What the runtime needs on its command line where the program is not one file of its own. */
function programArguments(): readonly string[] {
  if (Deno.build.standalone) return [];
  return ["run", "--quiet", "-A", "--no-check", new URL("../../main.ts", import.meta.url).href];
}

/** What is passed on: where OpenSSL's certificates are, and where the runtime keeps the libraries. */
function environment(): Record<string, string> {
  const names = ["SSL_CERT_FILE", "SSL_CERT_DIR", ...Deno.build.standalone ? [] : ["HOME", "DENO_DIR"]];
  return Object.fromEntries(names.flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  }));
}
