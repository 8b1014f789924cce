/** What signals mean to a daemon. */
export interface Signals {
  /** The first of those that end it, by its short name: TERM, INT or QUIT. */
  readonly ended: Promise<string>;
  /** Has HUP do this; one that came before does it now. */
  onHangUp(work: () => void): void;
}

/** Asked before anything else: a signal that comes during the start must not end it with the table half done. */
export function listenToSignals(): Signals {
  const { promise, resolve } = Promise.withResolvers<string>();
  for (const signal of ["SIGTERM", "SIGINT", "SIGQUIT"] as const) {
    Deno.addSignalListener(signal, () => resolve(signal.slice(3)));
  }
  let early = false;
  let hangUp: () => void = () => early = true;
  Deno.addSignalListener("SIGHUP", () => hangUp());
  return {
    ended: promise,
    onHangUp: (work) => {
      hangUp = work;
      if (early) work();
    },
  };
}
