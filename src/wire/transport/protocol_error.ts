/**
 * The peer said something that its protocol does not allow, or stopped in the middle of it.
 * The message is for an operator: `not an HTTP reply: SSH-2.0-OpenSSH_9.2`.
 */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
}
