import type { Action } from "../../model/plan.ts";
import type { Verdict } from "../../netlink/socket.ts";

/** Error numbers with which the kernel refuses a change (Linux, net/netfilter/ipvs/ip_vs_ctl.c). */
const Errno = { ENOENT: 2, ESRCH: 3, ENOMEM: 12, EEXIST: 17, EINVAL: 22, ERANGE: 34, EAFNOSUPPORT: 97 } as const;

/** Returns why the kernel refused a change, for an operator: in the words of ipvsadm(8) where it has some. */
export function reasonOf(action: Action, { error, words }: Verdict): string {
  const suffix = words === undefined ? "" : ` (${words})`;
  return `${knownReasons(action)[-error] ?? `error ${-error}`}${suffix}`;
}

function knownReasons(action: Action): Readonly<Record<number, string>> {
  const isService = !("destination" in action);
  return {
    [Errno.EEXIST]: isService ? "Service already exists" : "Destination already exists",
    [Errno.ENOENT]: isService
      ? "scheduler" in action.service
        ? `the kernel has no scheduler ${action.service.scheduler} (module ip_vs_${action.service.scheduler})`
        : "No such service"
      : "No such destination",
    [Errno.ESRCH]: isService ? "No such service" : "Service not defined",
    [Errno.ENOMEM]: "the kernel has no memory left for it",
    [Errno.EINVAL]: "Invalid argument",
    [Errno.ERANGE]: "a weight or a threshold is out of range, or the lower threshold is above the upper one",
    [Errno.EAFNOSUPPORT]: "the kernel has no IPv6",
  };
}
