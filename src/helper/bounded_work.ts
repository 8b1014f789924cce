/**
 * A bound for the work that a server may ask of Oracle's library: rounds of PBKDF2. (PostgreSQL's has a bound of its own;
 * what is deflated is refused, see wire/protocols/tns_stream.ts, and MySQL's is not told to take any.)
 */

import crypto from "node:crypto";
import { ProtocolError } from "../wire/transport/protocol_error.ts";

/** About a second's. Oracle asks for 4,096 unless told otherwise. */
const MAX_ROUNDS = 1_000_000;

/** Has the function that the library uses refuse more. */
export function boundWork(): void {
  const { pbkdf2Sync } = crypto;
  crypto.pbkdf2Sync = (password, salt, rounds, ...rest) => {
    if (rounds > MAX_ROUNDS) throw new ProtocolError(`the server asks for ${rounds} rounds of PBKDF2`);
    return pbkdf2Sync(password, salt, rounds, ...rest);
  };
}
