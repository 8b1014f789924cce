/**
 * The grammar of places where addresses are announced: `interface:dummy0`, `birdfile:/PATH [SOCKET]`, `none`.
 */

import type { AnnouncePlace } from "../../../model/announcement.ts";
import { type Grammar, mistake, type Reading, value, whole } from "../grammar.ts";
import { quotable } from "../quotes.ts";
import { networkInterface } from "./hosts.ts";
import { quoted } from "./quoted.ts";

const HINT = "write interface:dummy0, birdfile:/run/ldirectord/bird.conf, or none";

/** Where the address of a virtual service is announced. */
export const announcePlace: Grammar<AnnouncePlace | "none"> = quotable(
  "interface:name|birdfile:path [socket]|none",
  (text): Reading<AnnouncePlace | "none"> => {
    if (text === "none") return value(text);
    const [, kind, rest] = /^(interface|birdfile):(.*)$/.exec(text) ?? [];
    if (kind === "interface") {
      const read = networkInterface.read(rest);
      if ("mistake" in read) {
        return mistake({ at: text.length - rest.length, length: rest.length }, read.mistake.text, HINT);
      }
      return value({ kind, name: rest });
    }
    if (kind !== "birdfile") return mistake(whole(text), `not a place to announce an address: ${quoted(text)}`, HINT);
    const [path, socket, more] = rest.split(/\s+/);
    if (more !== undefined) return mistake(whole(text), "there is more than a path and a socket", HINT);
    const wrong = [path, socket].find((each) => each !== undefined && !each.startsWith("/"));
    if (wrong !== undefined) {
      return mistake(whole(text), `not an absolute path: ${quoted(wrong)}`, "a path begins with /");
    }
    return value({ kind, path, ...socket === undefined ? {} : { socket } });
  },
);
