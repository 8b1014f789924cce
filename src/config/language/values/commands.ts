/**
 * The grammars of commands, and of webhooks in their place.
 */

import { Secret } from "../../../model/secret.ts";
import type { NotifyTarget } from "../../../model/virtual_service.ts";
import { type Grammar, mistake, type Reading, value, whole } from "../grammar.ts";
import { unquoteLoosely } from "../quotes.ts";
import { closed } from "./texts.ts";

/** A program with its arguments, or the URL of a webhook. */
export const notifyTarget: Grammar<NotifyTarget> = {
  form: "path [argument...]|URL",
  openPart: closed,
  read(raw): Reading<NotifyTarget> {
    const url = /^"?(https?:\/\/[^"]*)"?$/i.exec(raw)?.[1];
    if (url === undefined) {
      const reading = command.read(raw);
      return "value" in reading ? value({ kind: "program", argv: reading.value }) : reading;
    }
    if (URL.canParse(url)) return value({ kind: "webhook", url: new Secret(url) });
    return mistake(whole(raw), "not a URL", "write https://host/path");
  },
};

/** A command and its arguments, split as a shell would, but run without one. */
export const command: Grammar<readonly string[]> = {
  form: "path [argument...]",
  openPart: (raw) => /^["']?\/[^\s"'=]*(?=["'\s]|$)/.exec(raw)?.[0].length ?? 0,
  read(raw) {
    const bare = /^"[^"]*"$|^"[^"]*$|^[^"]*"$/.test(raw) ? unquoteLoosely(raw) : value({ text: raw, at: 0 });
    if ("mistake" in bare) return bare;
    const { text: line, at: shift } = bare.value;
    const words: string[] = [];
    const word = /\s*((?:[^\s"']|"[^"]*"|'[^']*')+)|\s*(["'])/gy;
    for (let match = word.exec(line); match; match = word.exec(line)) {
      if (match[2]) return mistake({ at: word.lastIndex - 1 + shift, length: 1 }, "the closing quote is missing");
      words.push(match[1].replace(/"([^"]*)"|'([^']*)'/g, (_, double, single) => double ?? single));
      if (word.lastIndex === line.length) break;
    }
    return words.length > 0 ? value(words, bare.remark) : mistake(whole(raw), "the command is missing");
  },
};
