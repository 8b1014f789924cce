/** Linux's error numbers (errno(3)), as far as our calls give them and they matter. */
export const Errno = {
  EPERM: 1,
  EINTR: 4,
  EIO: 5,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EEXIST: 17,
  ENODEV: 19,
  EINVAL: 22,
  ENFILE: 23,
  EMFILE: 24,
  EPIPE: 32,
  ENONET: 64,
  EPROTO: 71,
  EMSGSIZE: 90,
  ENOPROTOOPT: 92,
  EPROTONOSUPPORT: 93,
  EOPNOTSUPP: 95,
  EAFNOSUPPORT: 97,
  EADDRINUSE: 98,
  EADDRNOTAVAIL: 99,
  ENETDOWN: 100,
  ENETUNREACH: 101,
  ECONNABORTED: 103,
  ECONNRESET: 104,
  ENOBUFS: 105,
  ETIMEDOUT: 110,
  ECONNREFUSED: 111,
  EHOSTDOWN: 112,
  EHOSTUNREACH: 113,
  EINPROGRESS: 115,
} as const;

/** A system call's failure, with errno's name as `code`, as Node's and Deno's errors have it. */
export class SystemError extends Error {
  override readonly name = "SystemError";
  /** The call that failed: `connect`; `network` for what the network reported after a call had gone well. */
  readonly call: string;
  /** `ECONNREFUSED`, or `errno 71` for one that {@link Errno} does not list. */
  readonly code: string;

  constructor(call: string, errno: number) {
    const code = Object.entries(Errno).find(([, number]) => number === errno)?.[0] ?? `errno ${errno}`;
    super(`${call}: ${code}`);
    this.call = call;
    this.code = code;
  }
}
