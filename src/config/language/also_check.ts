/**
 * The grammar of `alsocheck`: a further check of each real server.
 */

import { SPOKEN_SERVICES, type SpokenService } from "../../model/services.ts";
import { closest } from "./closest.ts";
import { type Grammar, mistake, shifted, value } from "./grammar.ts";
import { portNumber } from "./values/numbers.ts";
import { quoted } from "./values/quoted.ts";
import type { Expression } from "./values/texts.ts";
import { readWords, STRAY, withoutOuterQuotes } from "./words.ts";

const KINDS = [...SPOKEN_SERVICES, "connect", "ping"] as const;

/** What an `alsocheck` line says. */
export interface AlsoCheck {
  readonly kind: SpokenService | "connect" | "ping";
  readonly port?: number;
  readonly request: string;
  readonly receive: Expression;
}

/** `service[:port] ["request", "receive"]`, where connect and ping count as services. */
export const alsoCheck: Grammar<AlsoCheck> = {
  form: 'service[:port] ["request", "receive"]',
  openPart: (raw) => /^["']?[^\s",]*/.exec(raw)![0].length,
  read(raw) {
    const { text, at, remark } = withoutOuterQuotes(raw);
    const [word, name, port] = /^([^\s",:]*)(?::([^\s",]*))?/.exec(text)!;
    const spot = { at, length: word.length };
    if (name === "") return mistake(spot, "the service is missing", 'write smtp:25, or http:8080 "/health", "OK"');
    const kind = KINDS.find((known) => known === name);
    if (!kind) {
      const near = closest(name, KINDS);
      return mistake(spot, `not a service: ${quoted(name)}`, near && `did you mean ${near}?`);
    }
    const number = port === undefined ? undefined : portNumber.read(port);
    if (number && "mistake" in number) return mistake(spot, number.mistake.text, number.mistake.hint);
    const words = readWords(text, word.length);
    if ("mistake" in words) return shifted(words, at);
    const strings = words.value;
    const stray = strings.find((word, i) => !word.inQuotes || i > 1);
    if (stray) return mistake({ at: at + stray.at, length: stray.length }, STRAY);
    const [request, receive] = strings;
    return value({
      kind,
      port: number?.value,
      request: request?.text ?? "",
      receive: { source: receive?.text ?? "", at: receive ? at + receive.at + 1 : 0 },
    }, remark);
  },
};
