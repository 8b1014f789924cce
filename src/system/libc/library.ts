/**
 * The C library, which is opened here alone (by FFI), and what its calls give.
 *
 * All calls follow the kernel's own convention: the result, or the negated error number (`-Errno.EAGAIN`). None blocks.
 */

type Declared<D extends Deno.ForeignLibraryInterface> = Deno.DynamicLibrary<D>["symbols"];

/** The cell in which the C library leaves the error number. */
let errnoCell: Deno.UnsafePointerView | undefined;

/**
 * Returns what gives the functions that are declared. The library is opened when they are asked for, so that commands that
 * check nothing need no FFI.
 */
export function libcWith<const D extends Deno.ForeignLibraryInterface>(declarations: D): () => Declared<D> {
  let symbols: Declared<D> | undefined;
  return () => symbols ??= open(declarations);
}

function open<const D extends Deno.ForeignLibraryInterface>(declarations: D): Declared<D> {
  errnoCell ??= openErrno();
  return Deno.dlopen("libc.so.6", declarations).symbols;
}

/** errno is a cell of the thread; JavaScript runs on one thread, so the cell never moves. */
function openErrno(): Deno.UnsafePointerView {
  const { symbols } = Deno.dlopen("libc.so.6", { __errno_location: { parameters: [], result: "pointer" } });
  return new Deno.UnsafePointerView(symbols.__errno_location()!);
}

/** Returns a call's result by the kernel's convention. Must be asked right after the call. */
export function outcome(result: number | bigint): number {
  return result < 0 ? -errnoCell!.getInt32() : Number(result);
}

/** The functions that the files of this folder call. */
export const libc = libcWith({
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  bind: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  connect: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  send: { parameters: ["i32", "buffer", "usize", "i32"], result: "isize" },
  sendto: { parameters: ["i32", "buffer", "usize", "i32", "buffer", "u32"], result: "isize" },
  recv: { parameters: ["i32", "buffer", "usize", "i32"], result: "isize" },
  shutdown: { parameters: ["i32", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  getsockname: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  getsockopt: { parameters: ["i32", "i32", "i32", "buffer", "buffer"], result: "i32" },
  setsockopt: { parameters: ["i32", "i32", "i32", "buffer", "u32"], result: "i32" },
  epoll_create1: { parameters: ["i32"], result: "i32" },
  epoll_ctl: { parameters: ["i32", "i32", "i32", "buffer"], result: "i32" },
  epoll_wait: { parameters: ["i32", "buffer", "i32", "i32"], result: "i32" },
  epoll_wait_long: {
    name: "epoll_wait",
    parameters: ["i32", "buffer", "i32", "i32"],
    result: "i32",
    nonblocking: true,
  },
  eventfd: { parameters: ["u32", "i32"], result: "i32" },
  setsid: { parameters: [], result: "i32" },
  open: { parameters: ["buffer", "i32"], result: "i32" },
  read: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  write: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  poll: { parameters: ["buffer", "u64", "i32"], result: "i32" },
  dup2: { parameters: ["i32", "i32"], result: "i32" },
  getrlimit: { parameters: ["i32", "buffer"], result: "i32" },
  setrlimit: { parameters: ["i32", "buffer"], result: "i32" },
  madvise: { parameters: ["pointer", "usize", "i32"], result: "i32" },
  clock_gettime: { parameters: ["i32", "buffer"], result: "i32" },
  syscall: { parameters: ["i64", "u32", "u32", "u32"], result: "i64" },
  setpriority: { parameters: ["i32", "u32", "i32"], result: "i32" },
});
