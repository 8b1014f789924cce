/**
 * The one place through which programs are started: each gets the environment that is written here, and nothing of what
 * our own starter had in its own (passwords, LD_PRELOAD, PERL5LIB).
 */

/** What every program gets. Administrators' tools (ipvsadm, sendmail, ping) are in the sbin folders. */
export const CLEAN_ENVIRONMENT: Readonly<Record<string, string>> = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  LANG: "C.UTF-8",
};

/** Returns a program that is ready to be started, with {@link CLEAN_ENVIRONMENT} and what `options.env` adds to it. */
export function cleanCommand(
  program: string,
  options: Omit<Deno.CommandOptions, "clearEnv">,
): Deno.Command {
  return new Deno.Command(program, { ...options, clearEnv: true, env: { ...CLEAN_ENVIRONMENT, ...options.env } });
}
