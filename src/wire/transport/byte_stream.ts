/**
 * What a conversation is held over, whatever carries it: TCP, or TLS on top of it.
 */

/** A two-way stream of bytes to one peer. Failures are thrown; `run.ts` says what they mean. */
export interface ByteStream {
  /** The bytes that have come, at least one; `undefined` when the peer sends no more. */
  read(): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Sends all of `bytes`. */
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Says that we send no more; reading goes on. */
  closeWrite(): Promise<void>;
  /** Drops the connection. Harmless when it is dropped already. */
  close(): void;
}
