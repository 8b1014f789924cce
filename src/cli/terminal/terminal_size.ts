/** What a terminal has that does not know its size (a serial line, an `expect`, a container's): the VT100's. */
const USUAL = { columns: 80, rows: 24 };

/** How much room there is on the terminal. */
export function terminalSize(): { readonly columns: number; readonly rows: number } {
  const { columns, rows } = Deno.consoleSize();
  return { columns: columns || USUAL.columns, rows: rows || USUAL.rows };
}
