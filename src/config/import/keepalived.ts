/**
 * keepalived's virtual_server blocks as a configuration of ours, and what could not be carried over (keepalived.conf(5)).
 */

import { familyOf, parseIp } from "../../model/address.ts";
import { harmless } from "../../model/harmless_text.ts";
import type { Forwarding } from "../../model/table.ts";
import { ofFamily } from "../language/directive_facts.ts";
import type { DirectiveName } from "../language/directives.ts";
import { type Note, parseKeepalived, type Statement } from "./keepalived_syntax.ts";
import type { Entry, Outline, OutlineSection } from "../cf/outline.ts";
import type { Parts } from "../language/structured.ts";

/** What came of a keepalived.conf. */
export interface Carried {
  readonly outline: Outline;
  readonly notes: readonly Note[];
}

/** Reads a keepalived.conf. */
export function fromKeepalived(text: string): Carried {
  const { statements, flaws } = parseKeepalived(text);
  return new Carrier(flaws).carry(statements);
}

const METHODS: Readonly<Record<string, Forwarding>> = { NAT: "masq", DR: "gate", TUN: "ipip" };

/** Notes that are kept, and real servers that are carried over. */
const MOST_NOTES = 10_000;
const MOST_LINES = 200_000;

/** What keepalived asks each so many seconds, unless it is told otherwise. */
const DELAY_LOOP = "60";
/** Seconds that a check of keepalived's may take, unless it is told otherwise. */
const CONNECT_TIMEOUT = "5";
/** keepalived's scheduler where none is named. */
const SCHEDULER = "wlc";

/** Blocks that are about something else than virtual services. */
const FOREIGN: Readonly<Record<string, string>> = {
  vrrp_instance: "moving addresses between directors is not this program's: keep it, or use heartbeat or Pacemaker",
  vrrp_sync_group: "moving addresses between directors is not this program's",
  vrrp_script: "it belongs to vrrp",
  vrrp_track_process: "it belongs to vrrp",
  static_ipaddress: "addresses are the system's to set",
  static_routes: "routes are the system's to set",
  static_rules: "routing rules are the system's to set",
  include: "other files are not followed: convert them one by one",
};

/** What to write instead of a keyword that means nothing here. */
const INSTEAD: Readonly<Record<string, string>> = {
  delay_loop: "checkinterval is that of all real servers of a section",
  digest: "write receive = text of the page instead",
  lvs_sync_daemon: "write syncdaemon = both",
  misc_dynamic: "write dynamicweight = yes, and have the program print weight N",
  notify_down: "notify = PROGRAM is told of every real server that comes or goes",
  notify_up: "notify = PROGRAM is told of every real server that comes or goes",
  quorum: "the fallback waits for the last one",
  quorum_down: "fallbackcommand = PROGRAM is told when the last real server goes, and when the first is back",
  quorum_up: "fallbackcommand = PROGRAM is told when the last real server goes, and when the first is back",
};

/** Keywords whose meaning is ours anyway, or nobody's. */
const UNNEEDED = new Set(["alpha", "ip_family", "smtp_alert", "no_smtp_alert", "snmp_name", "warmup"]);

/** Retries after a failed check, where keepalived is told nothing, and seconds before each; else 1 and 1. */
const RETRIES: Readonly<Record<string, string>> = { DNS_CHECK: "3", MISC_CHECK: "0" };
const PAUSES: Readonly<Record<string, string>> = { HTTP_GET: "3", SSL_GET: "3" };

/** How a real server is checked: directives of ours. */
interface CheckSettings {
  readonly directives: ReadonlyMap<DirectiveName, string>;
  readonly also: readonly Parts[];
  readonly checkIp?: string;
}

/** A real server as it is read. */
interface Real {
  readonly statement: Statement;
  readonly parts: Map<string, string>;
  readonly quiescent: boolean;
  readonly check: CheckSettings;
}

class Carrier {
  readonly #notes: Note[] = [];
  readonly #noted = new Set<string>();
  /** Lines of virtual_server blocks, each as often as groups repeat it. */
  #lineCount = 0;

  /** @param flaws what could not be read at all. */
  constructor(flaws: readonly Note[]) {
    for (const { line, text } of flaws) this.#note(line, text);
  }

  carry(statements: readonly Statement[]): Carried {
    const groups = new Map(
      statements.filter(({ keyword }) => keyword === "virtual_server_group").map((group) => [group.words[0], group]),
    );
    const globals: (readonly Entry[])[] = [];
    const sections: (readonly OutlineSection[])[] = [];
    for (const statement of statements) {
      const { keyword, line } = statement;
      if (keyword === "global_defs") globals.push(this.#globals(statement));
      else if (keyword === "virtual_server") sections.push(this.#virtualServer(statement, groups));
      else if (keyword !== "virtual_server_group") {
        this.#note(line, `${keyword} is left out: ${FOREIGN[keyword] ?? "there is nothing like it here"}`);
      }
    }
    const outline = { globals: globals.flat(), sections: sections.flat(), end: [] };
    return { outline, notes: this.#notes.toSorted((a, b) => a.line - b.line) };
  }

  #leaveOut({ keyword, line }: Statement): void {
    this.#note(line, `${keyword} is left out: ${INSTEAD[keyword] ?? "there is nothing like it here"}`);
  }

  #note(line: number, said: string): void {
    const text = harmless(said);
    const identity = `${line} ${text}`;
    if (this.#notes.length > MOST_NOTES || this.#noted.has(identity)) return;
    this.#noted.add(identity);
    if (this.#notes.length < MOST_NOTES) this.#notes.push({ line, text });
    else if (this.#notes.length === MOST_NOTES) this.#notes.push({ line, text: "further lines are left out, too" });
  }

  #globals({ block = [] }: Statement): readonly Entry[] {
    const entries: Entry[] = [];
    for (const statement of block) {
      const { keyword, words, block: inner = [], line } = statement;
      if (keyword === "notification_email") {
        const addresses = [...words, ...inner.flatMap((each) => [each.keyword, ...each.words])];
        entries.push(entry("emailalert", addresses.join(", "), line));
      } else if (keyword === "notification_email_from") entries.push(entry("emailalertfrom", words.join(" "), line));
      else if (keyword === "smtp_server") {
        const [host, port] = words;
        entries.push(entry("smtp", port ? `${bracketed(host)}:${port}` : host, line));
      } else if (
        !/^(router_id|smtp_connect_timeout|smtp_helo_name|script_user|enable_script_security|vrrp_.*)$/.test(keyword)
      ) {
        this.#leaveOut(statement);
      }
    }
    return entries;
  }

  #virtualServer(statement: Statement, groups: ReadonlyMap<string, Statement>): readonly OutlineSection[] {
    const { words: [first = "", second = ""], line } = statement;
    if (first !== "group") return this.#section(statement, first, second);
    const group = groups.get(second);
    if (!group) this.#note(line, `the group ${second} is not there: left out`);
    const sections: (readonly OutlineSection[])[] = [];
    for (const { keyword, words, line } of group?.block ?? []) {
      if (/-|\//.test(keyword)) {
        this.#note(line, `the range ${keyword} is left out: write a section for each address`);
      } else sections.push(this.#section(statement, keyword, words[0] ?? ""));
      if (this.#lineCount > MOST_LINES) break;
    }
    return sections.flat();
  }

  #section(statement: Statement, first: string, second: string): readonly OutlineSection[] {
    const { block = [], line } = statement;
    this.#lineCount += 1 + block.length;
    if (this.#lineCount > MOST_LINES) {
      this.#note(line, `left out: the file has more than ${MOST_LINES} lines, with all that its groups repeat`);
      return [];
    }
    const isMark = first === "fwmark";
    const reals = block.filter(({ keyword, words: [address = ""], line }) => {
      if (keyword !== "real_server") return false;
      if (!parseIp(address)) this.#note(line, `real_server ${address} is left out: it has no address`);
      return parseIp(address) !== undefined;
    });
    const six = isMark
      ? reals.some(({ words: [address] }) => isSix(address)) || valueOf(block, "ip_family") === "inet6"
      : isSix(first);
    if (!isMark && !parseIp(first)) {
      this.#note(line, `virtual_server ${first} is left out: it has no address`);
      return [];
    }
    const head = entry(
      ofFamily("virtual", six ? 6 : 4),
      isMark ? second : `${bracketed(first)}:${second || 0}`,
      line,
    );
    const method = METHODS[(valueOf(block, "lvs_method") ?? valueOf(block, "lb_kind") ?? "NAT").toUpperCase()] ??
      "masq";
    const own = firstOf(block);
    const read = reals.map((real) => this.#real(real, own, method, isMark));
    const settings = this.#settings(block, method, { six, isMark, line });
    return [{ head, entries: [...settings, ...this.#reals(read, six)] }];
  }

  /** What a virtual_server says of itself. */
  #settings(
    block: readonly Statement[],
    method: Forwarding,
    { six, isMark, line }: { readonly six: boolean; readonly isMark: boolean; readonly line: number },
  ): readonly Entry[] {
    const entries: Entry[] = [];
    const flags: string[] = [];
    const sorryMethod = METHODS[(valueOf(block, "sorry_server_lvs_method") ?? "").toUpperCase()] ?? method;
    let interval = DELAY_LOOP;
    for (const statement of block) {
      const { keyword, words, line } = statement;
      const [word = ""] = words;
      const add = (name: DirectiveName, value = word) => entries.push(entry(name, value, line));
      if (keyword === "delay_loop") interval = roundedUp(word);
      else if (keyword === "lvs_sched" || keyword === "lb_algo") add("scheduler");
      else if (/^((sh|mh)-(port|fallback)|flag-[123])$/.test(keyword)) flags.push(keyword);
      else if (keyword === "persistence_timeout") add("persistent", word || "360");
      else if (keyword === "persistence_granularity") add("netmask");
      else if (keyword === "ops") add("ops", "yes");
      else if (keyword === "protocol") {
        if (!isMark) this.#protocol(word, line, add);
      } else if (keyword === "sorry_server") {
        const endpoint = words[1] ? `${bracketed(word)}:${words[1]}` : bracketed(word);
        add(ofFamily("fallback", six ? 6 : 4), `${endpoint} ${sorryMethod}`);
      } else if (keyword === "quorum" ? word !== "1" : !KNOWN_OF_VIRTUAL.has(keyword) && !UNNEEDED.has(keyword)) {
        this.#leaveOut(statement);
      }
    }
    if (!entries.some(({ name }) => name === "scheduler")) entries.push(entry("scheduler", SCHEDULER, line));
    if (flags.length > 0) entries.push(entry("schedflags", flags.join(","), line));
    entries.push(entry("checkinterval", interval, line));
    return entries;
  }

  #protocol(word: string, line: number, add: (name: DirectiveName, value: string) => void): void {
    const protocol = word.toLowerCase();
    if (protocol === "tcp" || protocol === "udp") add("protocol", protocol);
    else this.#note(line, `protocol ${word} is left out: there are tcp and udp`);
  }

  /** Behind a mark, keepalived does not regard a real server's port, but for its checks. */
  #real(statement: Statement, virtual: FirstOf, method: Forwarding, isMark: boolean): Real {
    const { words: [address = "", port], block = [] } = statement;
    const own = METHODS[(valueOf(block, "lvs_method") ?? "").toUpperCase()] ?? method;
    const parts = new Map([
      ["address", port && !isMark ? `${bracketed(address)}:${port}` : bracketed(address)],
      ["forward", own],
      ["weight", valueOf(block, "weight") ?? "1"],
    ]);
    for (const [keyword, part] of [["lthreshold", "lower"], ["uthreshold", "upper"]] as const) {
      const value = valueOf(block, keyword);
      if (value) parts.set(part, value);
    }
    for (const each of block) {
      const { keyword } = each;
      if (!KNOWN_OF_REAL.has(keyword) && !UNNEEDED.has(keyword) && !/_(CHECK|GET)$/.test(keyword)) this.#leaveOut(each);
    }
    const check = this.#checks(block, virtual, port, isMark);
    if (check.checkIp) parts.set("checkip", bracketed(check.checkIp));
    const inhibits = block.some(({ keyword }) => keyword === "inhibit_on_failure");
    const quiescent = inhibits || virtual.has("inhibit_on_failure");
    return { statement, parts, quiescent, check };
  }

  /** The real servers of a section; it is checked as the first one is, but for what each may have for itself. */
  #reals(reals: readonly Real[], six: boolean): readonly Entry[] {
    if (reals.length === 0) return [];
    const [{ check: common, statement: { line } }] = reals;
    const quiescent = reals.some((real) => real.quiescent);
    if (quiescent && reals.some((real) => !real.quiescent)) {
      this.#note(
        line,
        "inhibit_on_failure is taken for all real servers of the section: quiescent counts for them all",
      );
    }
    const entries = [entry("quiescent", quiescent ? "yes" : "no", line)];
    for (const [name, value] of common.directives) entries.push(entry(name, value, line));
    for (const value of common.also) entries.push({ ...entry("alsocheck", "", line), value });
    const also = alsoText(common);
    for (const { parts, check, statement } of reals) {
      const different = differences(common, check, also);
      if (different.length > 0 && different.every((name) => name === "request" || name === "receive")) {
        parts.set("request", check.directives.get("request") ?? "").set(
          "receive",
          check.directives.get("receive") ?? "",
        );
      } else if (different.length > 0) {
        const said = `${statement.words.join(" ")} is checked as the first real server of its section: ` +
          `${different.join(", ")} cannot differ between them`;
        this.#note(statement.line, said);
      }
      entries.push({ ...entry(ofFamily("real", six ? 6 : 4), "", statement.line), value: parts });
    }
    return entries;
  }

  /** The checks of a real server: the first is the section's, further ones are made as well. */
  #checks(
    block: readonly Statement[],
    virtual: FirstOf,
    port: string | undefined,
    isMark: boolean,
  ): CheckSettings {
    const checks = block.filter(({ keyword }) => /_(CHECK|GET)$/.test(keyword));
    const [main, ...more] = checks;
    if (!main) return { directives: new Map([["checktype", "on"]]), also: [] };
    const directives = new Map<DirectiveName, string>();
    const inner = main.block ?? [];
    // What a check does not say its real server does, or else the virtual server.
    const said = (keyword: string) =>
      valueOf(inner, keyword) ?? valueOf(block, keyword) ?? virtual.get(keyword)?.words[0];
    const urls = this.#kind(main, said("virtualhost"), directives);
    const set = (name: DirectiveName, value: string | undefined) => value !== undefined && directives.set(name, value);
    const checkPort = valueOf(inner, "connect_port") ?? port;
    if (checkPort !== port || isMark) set("checkport", checkPort);
    const interval = virtual.get("delay_loop")?.words[0] ?? DELAY_LOOP;
    const timeout = main.keyword === "MISC_CHECK"
      ? valueOf(inner, "misc_timeout") ?? interval
      : said("connect_timeout") ?? CONNECT_TIMEOUT;
    set("checktimeout", roundedUp(timeout));
    const retries = said("retry") ?? valueOf(inner, "nb_get_retry") ?? RETRIES[main.keyword] ?? "1";
    if (Number(retries) > 0) {
      set("failurecount", String(Number(retries) + 1));
      const usual = main.keyword === "DNS_CHECK" ? interval : PAUSES[main.keyword] ?? "1";
      const pause = roundedUp(said("delay_before_retry") ?? usual);
      if (pause !== roundedUp(interval)) set("retryinterval", pause);
    }
    set("bindto", valueOf(inner, "bindto"));
    set("checkmark", valueOf(inner, "fwmark"));
    this.#leftOut(inner);
    const also = [...urls.slice(1), ...more.flatMap((check) => this.#also(check))];
    return { directives, also, checkIp: valueOf(inner, "connect_ip") };
  }

  /** What a check is of; gives the pages that it asks for, the first of which is in the directives. */
  #kind(
    { keyword, block = [], line }: Statement,
    host: string | undefined,
    directives: Map<DirectiveName, string>,
  ): readonly Parts[] {
    const set = (name: DirectiveName, value: string | undefined) => value !== undefined && directives.set(name, value);
    switch (keyword) {
      case "TCP_CHECK":
      case "UDP_CHECK":
        set("checktype", "connect");
        return [];
      case "PING_CHECK":
        set("checktype", "ping");
        return [];
      case "SMTP_CHECK":
        set("service", "smtp");
        return [];
      case "DNS_CHECK":
        set("service", "dns");
        set("request", valueOf(block, "name"));
        set("dnstype", valueOf(block, "type")?.toUpperCase());
        return [];
      case "MISC_CHECK":
        set("checktype", "external");
        set("checkcommand", block.find((each) => each.keyword === "misc_path")?.words.join(" "));
        this.#note(
          line,
          "the program of MISC_CHECK is given four more arguments here: virtual address and port, real address and port",
        );
        return [];
      case "HTTP_GET":
      case "SSL_GET":
        return this.#pages(keyword === "HTTP_GET" ? "http" : "https", block, host, directives);
      default:
        this.#note(line, `${keyword} is left out: there is no such check here; a connection is made instead`);
        set("checktype", "connect");
        return [];
    }
  }

  #pages(
    service: string,
    block: readonly Statement[],
    usualHost: string | undefined,
    directives: Map<DirectiveName, string>,
  ): readonly Parts[] {
    directives.set("service", service);
    const urls = block.filter(({ keyword }) => keyword === "url").map(({ block = [] }) => block);
    const [first = [], ...further] = urls;
    const host = valueOf(first, "virtualhost") ?? usualHost;
    if (host) directives.set("virtualhost", host);
    directives.set("request", valueOf(first, "path") ?? "/");
    const regex = this.#regex(first);
    if (regex !== undefined) directives.set("receive", regex);
    const statuses = (first.find(({ keyword }) => keyword === "status_code")?.words ?? []).join(",");
    if (statuses) directives.set("expectstatus", statuses);
    for (const each of urls.flat()) if (!KNOWN_OF_URL.has(each.keyword)) this.#leaveOut(each);
    for (const { keyword, words, line } of further.flat()) {
      const same = keyword === "virtualhost" ? words[0] === host : words.join(",") === statuses;
      if ((keyword === "status_code" || keyword === "virtualhost") && !same) {
        this.#note(line, `${keyword} of a further url is left out: the first one's counts for all`);
      }
    }
    return urls.map((url) => pairParts(service, valueOf(url, "path") ?? "/", this.#regex(url) ?? ""));
  }

  /** What the page must have in it. */
  #regex(url: readonly Statement[]): string | undefined {
    const regex = valueOf(url, "regex");
    if (regex === undefined) return undefined;
    const inverted = url.find(({ keyword }) => keyword === "regex_no_match");
    if (inverted) {
      this.#note(inverted.line, "regex_no_match is left out, with its regex: receive says what a page must have in it");
      return undefined;
    }
    const options = url.find(({ keyword }) => keyword === "regex_options");
    if (!options) return regex;
    if (options.words.join() === "caseless") return `(?i)${regex}`;
    this.#note(options.line, "regex_options is left out: write them into receive, as in (?i)");
    return regex;
  }

  #also(check: Statement): readonly Parts[] {
    const { keyword, block = [], line } = check;
    const port = valueOf(block, "connect_port");
    const at = (service: string) => port ? `${service}:${port}` : service;
    if (keyword === "TCP_CHECK") return [new Map([["service", at("connect")]])];
    if (keyword === "PING_CHECK") return [new Map([["service", "ping"]])];
    if (keyword === "SMTP_CHECK") return [new Map([["service", at("smtp")]])];
    if (keyword === "HTTP_GET" || keyword === "SSL_GET") {
      const service = at(keyword === "HTTP_GET" ? "http" : "https");
      return this.#pages(service, block, undefined, new Map());
    }
    this.#note(line, `a further ${keyword} is left out: it cannot be added to another check`);
    return [];
  }

  #leftOut(block: readonly Statement[]): void {
    for (const each of block) if (!KNOWN_OF_CHECK.has(each.keyword)) this.#leaveOut(each);
  }
}

/** What real servers and checks take over where they say nothing themselves. */
const USUAL = "virtualhost connect_timeout retry delay_before_retry inhibit_on_failure".split(" ");
const KNOWN_OF_VIRTUAL = new Set(["real_server", "lvs_method", "lb_kind", "sorry_server_lvs_method", ...USUAL]);
const KNOWN_OF_REAL = new Set(["weight", "lvs_method", "uthreshold", "lthreshold", ...USUAL]);
const KNOWN_OF_URL = new Set("path status_code regex regex_no_match regex_options virtualhost".split(" "));
const KNOWN_OF_CHECK = new Set(
  ("url connect_ip connect_port connect_timeout retry nb_get_retry delay_before_retry bindto fwmark virtualhost " +
    "type name misc_path misc_timeout http_protocol enable_sni warmup alpha no_alpha").split(" "),
);

/** Directives of the check that two real servers do not share; `also` is the text of the first one's further checks. */
function differences(a: CheckSettings, b: CheckSettings, also: string): readonly DirectiveName[] {
  const names = new Set([...a.directives.keys(), ...b.directives.keys()]);
  const different = [...names].filter((name) => a.directives.get(name) !== b.directives.get(name));
  return also === alsoText(b) ? different : [...different, "alsocheck"];
}

function alsoText({ also }: CheckSettings): string {
  return also.map((parts) => [...parts].join()).join("\n");
}

function pairParts(service: string, request: string, receive: string): Parts {
  return new Map([["service", service], ["request", request], ["receive", receive]]);
}

function entry(name: DirectiveName, value: string, line: number): Entry {
  return { name, value, above: [], line };
}

/** Statements by their keywords; of several the first. */
type FirstOf = ReadonlyMap<string, Statement>;

function firstOf(block: readonly Statement[]): FirstOf {
  return new Map(block.toReversed().map((each) => [each.keyword, each]));
}

/** The first word behind a keyword; `undefined` where that is missing. */
function valueOf(block: readonly Statement[], keyword: string): string | undefined {
  return block.find((each) => each.keyword === keyword)?.words[0];
}

/** keepalived knows microseconds: what is finer than a tenth is rounded up, so that no server is asked more often. */
function roundedUp(text: string): string {
  const tenths = Math.ceil(Number(Number(text).toFixed(6)) * 10 - 1e-6);
  return Number.isFinite(tenths) ? String(Math.max(1, tenths) / 10) : text;
}

function isSix(text: string | undefined): boolean {
  const ip = parseIp(text ?? "");
  return ip !== undefined && familyOf(ip) === 6;
}

function bracketed(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}
