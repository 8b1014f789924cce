/**
 * keepalived's virtual_server blocks as sections of ours.
 */

import { parseIp } from "../../model/address.ts";
import type { Entry, OutlineSection } from "../cf/outline.ts";
import { ofFamily } from "../language/directive_facts.ts";
import { DELAY_LOOP } from "./checks.ts";
import type { Note, Statement } from "./keepalived_syntax.ts";
import { type Converted, joined, leftOut } from "./notes.ts";
import { realsOf, type VirtualServer } from "./real_servers.ts";
import {
  bracketed,
  entry,
  firstOf,
  forwardingOf,
  INHERITED,
  isSix,
  roundedUp,
  UNNEEDED,
  valueOf,
} from "./statements.ts";

/** keepalived's scheduler where none is named. */
const SCHEDULER = "wlc";

const KNOWN_OF_VIRTUAL = new Set([
  ...["real_server", "lvs_method", "lb_kind", "sorry_server_lvs_method", "quorum", "hysteresis"],
  ...INHERITED,
]);

/** Schedulers' flags. */
const FLAG = /^((sh|mh)-(port|fallback)|flag-[123])$/;

/** A virtual_server block, and the address and port, or `fwmark` and the mark, that it is for. */
export interface Addressed {
  readonly statement: Statement;
  readonly first: string;
  readonly second: string;
}

/** Returns the section of a virtual server; none where its address cannot be read. */
export function sectionsOf(
  { statement: { block = [], line }, first, second }: Addressed,
): Converted<readonly OutlineSection[]> {
  const isMark = first === "fwmark";
  const { reals, notes } = realServersIn(block);
  if (!isMark && !parseIp(first)) {
    return { value: [], notes: [...notes, { line, text: `virtual_server ${first} is left out: it has no address` }] };
  }
  const virtual = {
    statements: firstOf(block),
    method: forwardingOf(valueOf(block, "lvs_method") ?? valueOf(block, "lb_kind")) ?? "masq",
    isMark,
    isSix: isMark
      ? reals.some(({ words: [address] }) => isSix(address)) || valueOf(block, "ip_family") === "inet6"
      : isSix(first),
  };
  const address = isMark ? second : `${bracketed(first)}:${second || 0}`;
  const head = entry(ofFamily("virtual", virtual.isSix ? 6 : 4), address, line);
  const { value: entries, notes: further } = joined([settingsOf(block, virtual, line), realsOf(reals, virtual)]);
  return { value: [{ head, entries }], notes: [...notes, ...further] };
}

/** Returns the real servers that have an address. */
function realServersIn(block: readonly Statement[]): { readonly reals: readonly Statement[]; readonly notes: Note[] } {
  const all = block.filter(({ keyword }) => keyword === "real_server");
  const hasAddress = ({ words: [address = ""] }: Statement) => parseIp(address) !== undefined;
  const notes = all.filter((each) => !hasAddress(each)).map(({ words: [address = ""], line }) => ({
    line,
    text: `real_server ${address} is left out: it has no address`,
  }));
  return { reals: all.filter(hasAddress), notes };
}

/** Returns what a virtual_server says of itself. */
function settingsOf(block: readonly Statement[], virtual: VirtualServer, line: number): Converted<readonly Entry[]> {
  const sorryMethod = forwardingOf(valueOf(block, "sorry_server_lvs_method")) ?? virtual.method;
  const { value: own, notes } = joined(block.map((each) => settingOf(each, virtual, sorryMethod)));
  const flags = block.map(({ keyword }) => keyword).filter((keyword) => FLAG.test(keyword));
  const pause = block.findLast(({ keyword }) => keyword === "delay_loop");
  const value = [
    ...own,
    ...own.some(({ name }) => name === "scheduler") ? [] : [entry("scheduler", SCHEDULER, line)],
    ...quorumOf(block),
    ...quorumCommandOf(block),
    ...flags.length > 0 ? [entry("schedflags", flags.join(","), line)] : [],
    entry("checkinterval", pause ? roundedUp(pause.words[0] ?? "") : DELAY_LOOP, line),
  ];
  return { value, notes };
}

/**
 * Returns the quorum. keepalived takes a virtual server down below quorum - hysteresis, and up again at quorum + hysteresis
 * (keepalived.conf(5)); ours goes down below the quorum itself.
 */
function quorumOf(block: readonly Statement[]): readonly Entry[] {
  const statements = block.filter(({ keyword }) => keyword === "quorum" || keyword === "hysteresis");
  if (statements.length === 0) return [];
  const [quorum, hysteresis] = [numberOf(block, "quorum", 1), numberOf(block, "hysteresis", 0)];
  const low = Math.max(1, quorum - hysteresis);
  const { line } = statements[0];
  return [
    ...low > 1 ? [entry("quorum", String(low), line)] : [],
    ...quorum + hysteresis > low ? [entry("hysteresis", String(quorum + hysteresis - low), line)] : [],
  ];
}

/** What a shell takes as words, and as nothing else. */
const PLAIN_WORDS = /^[\w/.,:=@%+ -]+$/;

/** Returns the programs of `quorum_up` and `quorum_down` as one: ours is called with `up` or `down`. */
function quorumCommandOf(block: readonly Statement[]): readonly Entry[] {
  const calls = [["up", "quorum_up"], ["down", "quorum_down"]].flatMap(([is, keyword]) => {
    const statement = block.findLast((each) => each.keyword === keyword);
    return statement && hasPlainCommand(statement) ? [{ is, statement }] : [];
  });
  if (calls.length === 0) return [];
  const cases = calls.map(({ is, statement }) => `${is}) exec ${statement.words[0]};; `).join("");
  return [entry("quorumcommand", `/bin/sh -c 'case $1 in ${cases}esac' quorum`, calls[0].statement.line)];
}

function hasPlainCommand({ words: [command = ""] }: Statement): boolean {
  return command.startsWith("/") && PLAIN_WORDS.test(command);
}

function numberOf(block: readonly Statement[], keyword: string, otherwise: number): number {
  const number = Number(valueOf(block, keyword) ?? otherwise);
  return Number.isSafeInteger(number) ? number : otherwise;
}

function settingOf(statement: Statement, virtual: VirtualServer, sorryMethod: string): Converted<readonly Entry[]> {
  const { keyword, words: [word = "", port], line } = statement;
  const one = (...[name, value]: readonly [Entry["name"], string]) => ({
    value: [entry(name, value, line)],
    notes: [],
  });
  switch (keyword) {
    case "lvs_sched":
    case "lb_algo":
      return one("scheduler", word);
    case "persistence_timeout":
      return one("persistent", word || "360");
    case "persistence_granularity":
      return one("netmask", word);
    case "ops":
      return one("ops", "yes");
    case "protocol": {
      if (virtual.isMark) return { value: [], notes: [] };
      const protocol = word.toLowerCase();
      if (protocol === "tcp" || protocol === "udp") return one("protocol", protocol);
      if (protocol === "sctp") {
        return {
          ...one("protocol", protocol),
          notes: [{ line, text: "TCP_CHECK goes over sctp here, as clients do" }],
        };
      }
      return { value: [], notes: [{ line, text: `protocol ${word} is left out: there are tcp, udp and sctp` }] };
    }
    case "sorry_server": {
      const endpoint = port ? `${bracketed(word)}:${port}` : bracketed(word);
      return one(ofFamily("fallback", virtual.isSix ? 6 : 4), `${endpoint} ${sorryMethod}`);
    }
    case "quorum_up":
    case "quorum_down":
      return { value: [], notes: hasPlainCommand(statement) ? [] : [leftOut(statement)] };
    default:
      return { value: [], notes: isUnderstood(keyword) ? [] : [leftOut(statement)] };
  }
}

/** Whether a keyword is read elsewhere, or needs no counterpart. */
function isUnderstood(keyword: string): boolean {
  return keyword === "delay_loop" || FLAG.test(keyword) || KNOWN_OF_VIRTUAL.has(keyword) || UNNEEDED.has(keyword);
}
