/**
 * What a dialogue is made of: the lines of a conversation that the configuration says itself.
 */

import type { Pattern } from "./pattern.ts";
import type { Secret } from "./secret.ts";

/** One line of a dialogue. */
export type DialogueStep = Sending | Expectation;

/** Bytes to send. They may have a password in them, and are shown nowhere. */
export interface Sending {
  /** One character a byte. */
  readonly send: Secret;
}

/** What must occur in all that the server has said since the last {@link Sending}, or must not. */
export interface Expectation {
  readonly expect: Pattern;
  readonly isUnwanted: boolean;
  /** As verdicts call it: `/^OK/`, `hex:2002`. */
  readonly label: string;
}

/** Returns what a dialogue sends, and the words in it: a server may repeat one of them alone. One character a byte. */
export function textsSent(steps: readonly DialogueStep[]): readonly string[] {
  const sent = steps.flatMap((step) => "send" in step ? [step.send.reveal()] : []);
  return [...sent, ...sent.flatMap((text) => text.match(/[\x21-\x7e\x80-\xff]+/g) ?? [])];
}
