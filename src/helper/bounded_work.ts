/**
 * Bounds for the work that a server may ask of the libraries: rounds of PBKDF2. (What is deflated is refused: see
 * wire/tns_stream.ts; MySQL's library is not told to take any.)
 */

import crypto from "node:crypto";
import { ProtocolError } from "../wire/protocol_error.ts";

/** About a second's. PostgreSQL and Oracle ask for 4,096 unless told otherwise. */
const MAX_ROUNDS = 1_000_000;

function requireFew(rounds: number): void {
  if (rounds > MAX_ROUNDS) throw new ProtocolError(`the server asks for ${rounds} rounds of PBKDF2`);
}

/** Has the functions that the libraries use refuse work beyond the bounds. */
export function boundWork(): void {
  const { subtle } = globalThis.crypto;
  const deriveBits = subtle.deriveBits.bind(subtle);
  const bounded: typeof deriveBits = async (algorithm, ...rest) => {
    if (typeof algorithm === "object" && "iterations" in algorithm) requireFew(Number(algorithm.iterations));
    return await deriveBits(algorithm, ...rest);
  };
  Object.defineProperty(subtle, "deriveBits", { value: bounded });

  const { pbkdf2Sync } = crypto;
  crypto.pbkdf2Sync = (password, salt, rounds, ...rest) => {
    requireFew(rounds);
    return pbkdf2Sync(password, salt, rounds, ...rest);
  };
}
