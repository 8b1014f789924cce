const O_RDONLY = 0;
const O_CLOEXEC = 0o2000000;

const DECLARATIONS = {
  open: { parameters: ["buffer", "i32"], result: "i32" },
  read: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  close: { parameters: ["i32"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

/** Bytes that are read at most. */
const LIMIT = 65_536;

/**
 * The text of a file under /proc or /sys; `undefined` when it cannot be read. Through libc, because the runtime opens
 * these for programs that have every permission and for no others.
 */
export function readKernelFile(path: string): string | undefined {
  const library = Deno.dlopen("libc.so.6", DECLARATIONS);
  const libc = library.symbols;
  try {
    const fd = libc.open(new TextEncoder().encode(`${path}\0`), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return undefined;
    const bytes = new Uint8Array(LIMIT);
    let length = 0;
    for (;;) {
      const count = Number(libc.read(fd, bytes.subarray(length), BigInt(LIMIT - length)));
      if (count <= 0) break;
      length += count;
    }
    libc.close(fd);
    return new TextDecoder().decode(bytes.subarray(0, length));
  } finally {
    library.close();
  }
}
