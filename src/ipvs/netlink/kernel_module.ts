import { runProgram } from "../../system/program.ts";

/** Milliseconds that modprobe may take; and those for which one that cannot even be killed is waited for beyond. */
const DEADLINE = 10_000;
const GRACE = 2_000;

/**
 * Has a module of the kernel loaded, if that can be done; resolves in bounded time. Whether it is there is seen by what the
 * kernel then takes: it may be built in, and only root can load one.
 */
export async function loadModule(name: string): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, DEADLINE + GRACE);
  const work = runProgram(["modprobe", "--quiet", "--", name], AbortSignal.timeout(DEADLINE)).then(() => {}, () => {});
  await Promise.race([work, late.promise]);
  clearTimeout(timer);
}
