/**
 * One question and its answer over UDP.
 */

import { ProtocolError } from "./protocol_error.ts";
import type { UdpSocket } from "./udp.ts";

/** Milliseconds until the question is repeated for the first time; each further pause is twice the one before. */
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 4000;

/**
 * Datagrams that may come and answer something else. An end there must be: they are read without a pause, and a server
 * that floods us would keep the deadline from being noticed.
 */
const MAX_STRANGERS = 64;

/**
 * Sends `question` until `recognise` makes an answer of a datagram that came; it gives `undefined` for one that
 * answers something else. UDP loses datagrams, so the very same one is sent again in growing pauses, as every protocol
 * on top of it asks for (RFC 1035, 4.2.1; RFC 3261, 17.1.2.2; RFC 5080, 2.2.1): one loss is not a dead server.
 * Throws what `socket` and `recognise` throw, and {@link ProtocolError}.
 */
export async function exchange<T>(
  socket: UdpSocket,
  question: Uint8Array<ArrayBuffer>,
  recognise: (datagram: Uint8Array<ArrayBuffer>) => T | undefined,
): Promise<T> {
  const { promise: broken, reject } = Promise.withResolvers<never>();
  broken.catch(() => {});
  let timer: number | undefined;
  const send = (pause: number) => {
    try {
      socket.send(question);
      timer = setTimeout(() => send(Math.min(2 * pause, LONGEST_PAUSE)), pause);
    } catch (error) {
      reject(error);
    }
  };
  send(FIRST_PAUSE);
  try {
    for (let strangers = 0; strangers < MAX_STRANGERS; strangers++) {
      const arrival = socket.receive();
      // Where the sending fails first, the arrival is not awaited any more.
      arrival.catch(() => {});
      const answer = recognise(await Promise.race([arrival, broken]));
      if (answer !== undefined) return answer;
    }
    throw new ProtocolError(`the server sent ${MAX_STRANGERS} datagrams, and none of them answers ours`);
  } finally {
    clearTimeout(timer);
  }
}
