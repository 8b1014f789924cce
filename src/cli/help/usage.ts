import type { Verb } from "../base/arguments.ts";

/** The two lines that every usage error begins with. */
export const USAGE_TEXT = `Usage:
    ldirectord [-d|--debug] [--foreground|--background] [--standby] [--] [configfile]
    start | stop | restart | try-restart | reload | force-reload | status

    ldirectord [-h|-?|--help|-v|--version]
`;

/** What a verb does, and the exit statuses that it has beside 0. */
export interface VerbDoc {
  readonly does: string;
  readonly exit: string;
}

/** What the verbs do: the help and the manual say it. */
export const VERB_DOCS: Readonly<Record<Verb, VerbDoc>> = {
  start: {
    does: "Starts the daemon; returns when the first table is in the kernel.",
    exit:
      "0, also when it runs already; 1 it could not be started (no IPVS, no such file, not root); 2 error in the configuration",
  },
  stop: {
    does:
      "Stops it and purges its virtual services, unless cleanstop = no; returns when it is gone. Needs no readable " +
      "configuration.",
    exit: "0, also when it does not run; 1 it could not be ended",
  },
  restart: {
    does: "Stops, then starts; a broken configuration leaves the running daemon alone.",
    exit: "as start",
  },
  "try-restart": {
    does: "Restarts it, but only if it is running.",
    exit: "0, also when it does not run; else as start",
  },
  reload: {
    does: "Reads the configuration again and applies the difference; a broken one changes nothing.",
    exit: "0; 1 not running; 2 error in the configuration",
  },
  "force-reload": { does: "The same as reload.", exit: "as reload" },
  status: {
    does: "Says whether it is running. With --long, --json or --yaml, or on a terminal, all that is known: virtual " +
      "services, real servers, their state, why and since when.",
    exit: "0 running; 1 gone, but it left its pid file, or no such file; 3 not running",
  },
};
