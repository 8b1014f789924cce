/** The exit statuses that scripts, heartbeat and Pacemaker rely on. */
export const ExitStatus = {
  done: 0,
  /** `reload` without a daemon, a configuration file that is not there, a daemon that did not come up. */
  notDone: 1,
  /** `status`: the daemon is gone and has left its pid file. */
  stale: 1,
  badConfiguration: 2,
  /** `status`: there is no daemon. */
  stopped: 3,
  usage: 255,
} as const;

/** One of {@link ExitStatus}, or the status that a daemon ended with. */
export type ExitStatus = number;
