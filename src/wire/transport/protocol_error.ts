/** Characters of a line that an error shows. */
const SHOWN = 80;

/**
 * The peer said something that its protocol does not allow, or stopped in the middle of it.
 * The message is for an operator: `not an HTTP reply: SSH-2.0-OpenSSH_9.2`.
 */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
}

/** Returns the beginning of a line that the peer sent, as an error shows it. */
export function lineBeginning(line: string): string {
  return line.trim() === "" ? "an empty line" : line.slice(0, SHOWN);
}
