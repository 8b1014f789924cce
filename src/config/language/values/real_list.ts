/**
 * The grammar of lists of real servers that stand elsewhere: `dns:NAME:PORT masq 1`, `srv:NAME masq`, `file:/PATH`.
 */

import type { RealList } from "../../../model/real_list.ts";
import { realServer } from "../endpoints.ts";
import { type Grammar, mistake, type Reading, value, whole } from "../grammar.ts";
import { quoted } from "./quoted.ts";

/** Any address will do to read what follows it. */
const SAMPLE = "192.0.2.1:80 ";

const HINT = "write dns:web.example.net:80 masq 1, srv:_http._tcp.example.net masq, or file:/etc/ha.d/web.reals";

/** Where real servers are listed, and what follows them in their lines. */
export const realList: Grammar<RealList> = {
  form: "dns:name[:port] gate|masq|ipip [weight] [...] | srv:name gate|masq|ipip [...] | file:/path",
  openPart: (raw) => /^["']?(?:dns|srv|file):[^\s"']*(?:\s+[^\s"']+)*/.exec(raw)?.[0].length ?? 0,
  read(raw): Reading<RealList> {
    const text = /^"(?:dns|srv|file):[^"]*"$/.test(raw) ? raw.slice(1, -1) : raw;
    const file = /^file:(.*)$/.exec(text);
    if (file) return file[1].startsWith("/") ? value({ kind: "file", path: file[1] }) : wrongPath(raw, file[1]);
    const match = /^(dns|srv):([\w.-]+)(?::([\w-]+))?\s*(.*)$/.exec(text);
    if (!match) return mistake(whole(raw), "not a list of real servers", HINT);
    const [, kind, name, port, rest] = match;
    const sample = realServer.read(`${SAMPLE}${rest}`);
    if ("mistake" in sample) {
      const at = sample.mistake.at - SAMPLE.length + text.length - rest.length;
      return mistake({ at: Math.max(0, at), length: sample.mistake.length }, sample.mistake.text, sample.mistake.hint);
    }
    if (kind === "dns") return value({ kind, name, ...port === undefined ? {} : { port }, rest });
    if (port !== undefined) return mistake(whole(raw), "a port is part of the SRV record", `write srv:${name} ${rest}`);
    const weight = /^\S+\s+(\d+)/.exec(rest);
    if (weight) return mistake(whole(raw), "the weight is part of the SRV record", `leave the ${weight[1]} out`);
    return value({ kind: "srv", name, rest });
  },
};

function wrongPath(raw: string, path: string): Reading<RealList> {
  return mistake(whole(raw), `not an absolute path: ${quoted(path)}`, "a path begins with /");
}
