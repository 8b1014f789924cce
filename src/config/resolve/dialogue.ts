/**
 * A section's dialogue: its lines `send` and `expect`, in the order in which they stand.
 */

import type { DialogueStep } from "../../model/dialogue.ts";
import type { Pattern } from "../../model/pattern.ts";
import type { Secret } from "../../model/secret.ts";
import type { Service } from "../../model/services.ts";
import type { Section, Setting, Settings } from "../language/syntax_tree.ts";
import type { ExpectValue } from "../language/values/dialogue.ts";
import { looksAt } from "../language/service_docs.ts";
import type { Load } from "./facts.ts";
import { compileExpression } from "./receive.ts";
import type { Transport } from "../../model/table.ts";

const EXAMPLE = 'add send = "text\\r\\n", or expect = "regular expression"';

/** Reads the steps; `undefined` where there are none. Mistakes are noted at their place. */
export function resolveDialogue(load: Load, settings: Settings): readonly DialogueStep[] | undefined {
  const lines = [...settings.send ?? [], ...settings.expect ?? []] as readonly Setting<Secret | ExpectValue>[];
  if (lines.length === 0) return undefined;
  return lines.toSorted((a, b) => (a.nth ?? 0) - (b.nth ?? 0)).flatMap((line) => stepOf(load, line) ?? []);
}

function stepOf(load: Load, line: Setting<Secret | ExpectValue>): DialogueStep | undefined {
  const { value } = line;
  if (!("source" in value)) return { send: value };
  const { isUnwanted, bytes, source } = value;
  if (bytes !== undefined) return { expect: patternOf(source, bytes), isUnwanted, label: source };
  const expect = compileExpression(load, line, value, "expect");
  return expect && { expect, isUnwanted, label: `/${source}/` };
}

/** Bytes as a pattern. */
function patternOf(source: string, bytes: string): Pattern {
  const matches = (text: string) => text.includes(bytes);
  return {
    source,
    matches,
    *search(text) {
      yield;
      return matches(text);
    },
  };
}

/** Notes what a dialogue lacks that a service of the section holds. */
export function requireDialogue(
  { problems }: Load,
  { settings, head }: Section,
  place: Setting<unknown> | undefined,
  service: Service,
  transport: Transport,
): void {
  if (!looksAt(service, "send")) return;
  const { send = [], expect = [] } = settings;
  if (send.length + expect.length === 0) {
    problems.error(place ?? head, `service ${service} needs a line of its dialogue`, EXAMPLE, "send");
  } else if (transport === "udp" && !send.some(({ nth }) => nth === 0)) {
    const text = "over udp a dialogue begins with send: the server does not know us before";
    problems.error(expect.find(({ nth }) => nth === 0) ?? head, text, "write a send above it, or protocol = tcp");
  }
}
