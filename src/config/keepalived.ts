/**
 * keepalived's virtual_server blocks as a configuration of ours, and what could not be carried over (keepalived.conf(5)).
 */

import { familyOf, parseIp } from "../model/address.ts";
import type { Forwarding } from "../model/table.ts";
import type { DirectiveName } from "./directives.ts";
import { parseKeepalived, type Statement } from "./keepalived_syntax.ts";
import type { Entry, Outline, OutlineSection } from "./outline.ts";
import type { Parts } from "./structured.ts";

/** Something that was left out, or that means something else here. */
export interface Note {
  /** 1-based line of keepalived's file. */
  readonly line: number;
  readonly text: string;
}

/** What came of a keepalived.conf. */
export interface Carried {
  readonly outline: Outline;
  readonly notes: readonly Note[];
}

/** Reads a keepalived.conf. */
export function fromKeepalived(text: string): Carried {
  return new Carrier().carry(parseKeepalived(text));
}

const METHODS: Readonly<Record<string, Forwarding>> = { NAT: "masq", DR: "gate", TUN: "ipip" };

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

/** Keywords of a virtual_server whose meaning is ours anyway, or nobody's. */
const UNNEEDED = new Set(["alpha", "ip_family", "smtp_alert", "no_smtp_alert", "snmp_name"]);

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

  carry(statements: readonly Statement[]): Carried {
    const groups = new Map(
      statements.filter(({ keyword }) => keyword === "virtual_server_group").map((group) => [group.words[0], group]),
    );
    const globals: Entry[] = [];
    const sections: OutlineSection[] = [];
    for (const statement of statements) {
      const { keyword, line } = statement;
      if (keyword === "global_defs") globals.push(...this.#globals(statement));
      else if (keyword === "virtual_server") sections.push(...this.#virtualServer(statement, groups));
      else if (keyword !== "virtual_server_group") {
        this.#note(line, `${keyword} is left out: ${FOREIGN[keyword] ?? "there is nothing like it here"}`);
      }
    }
    return { outline: { globals, sections, end: [] }, notes: this.#notes.toSorted((a, b) => a.line - b.line) };
  }

  #note(line: number, text: string): void {
    if (!this.#notes.some((note) => note.line === line && note.text === text)) this.#notes.push({ line, text });
  }

  #globals({ block = [] }: Statement): readonly Entry[] {
    const entries: Entry[] = [];
    for (const { keyword, words, block: inner = [], line } of block) {
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
        this.#note(line, `${keyword} is left out: there is nothing like it here`);
      }
    }
    return entries;
  }

  #virtualServer(statement: Statement, groups: ReadonlyMap<string, Statement>): readonly OutlineSection[] {
    const { words: [first = "", second = ""], line } = statement;
    if (first !== "group") return this.#section(statement, first, second);
    const group = groups.get(second);
    if (!group) this.#note(line, `the group ${second} is not there: left out`);
    return (group?.block ?? []).flatMap(({ keyword, words, line }) => {
      if (/-|\//.test(keyword)) {
        this.#note(line, `the range ${keyword} is left out: write a section for each address`);
        return [];
      }
      return this.#section(statement, keyword, words[0] ?? "");
    });
  }

  #section(statement: Statement, first: string, second: string): readonly OutlineSection[] {
    const { block = [], line } = statement;
    const isMark = first === "fwmark";
    const reals = block.filter(({ keyword, words: [address = ""] }) => keyword === "real_server" && parseIp(address));
    const six = isMark
      ? reals.some(({ words: [address] }) => isSix(address)) || valueOf(block, "ip_family") === "inet6"
      : isSix(first);
    if (!isMark && !parseIp(first)) {
      this.#note(line, `virtual_server ${first} is left out: it has no address`);
      return [];
    }
    const head = entry(
      six ? "virtual6" : "virtual",
      isMark ? second : `${bracketed(first)}:${second || 0}`,
      line,
    );
    const method = METHODS[(valueOf(block, "lvs_method") ?? valueOf(block, "lb_kind") ?? "NAT").toUpperCase()] ??
      "masq";
    const read = reals.map((real) => this.#real(real, method, isMark));
    const entries = [...this.#settings(block, method, six, line), ...this.#reals(read, six)];
    return [{ head, entries }];
  }

  /** What a virtual_server says of itself. */
  #settings(block: readonly Statement[], method: Forwarding, six: boolean, line: number): readonly Entry[] {
    const entries: Entry[] = [];
    const flags: string[] = [];
    let interval = DELAY_LOOP;
    for (const { keyword, words, line } of block) {
      const [word = ""] = words;
      const add = (name: DirectiveName, value = word) => entries.push(entry(name, value, line));
      if (keyword === "delay_loop") interval = wholeSeconds(word);
      else if (keyword === "lvs_sched" || keyword === "lb_algo") add("scheduler");
      else if (/^((sh|mh)-(port|fallback)|flag-[123])$/.test(keyword)) flags.push(keyword);
      else if (keyword === "persistence_timeout") add("persistent", word || "360");
      else if (keyword === "persistence_granularity") add("netmask");
      else if (keyword === "ops") add("ops", "yes");
      else if (keyword === "virtualhost") add("virtualhost");
      else if (keyword === "protocol") this.#protocol(word, line, add);
      else if (keyword === "sorry_server") {
        const other = METHODS[(valueOf(block, "sorry_server_lvs_method") ?? "").toUpperCase()] ?? method;
        const endpoint = words[1] ? `${bracketed(word)}:${words[1]}` : bracketed(word);
        add(six ? "fallback6" : "fallback", `${endpoint} ${other}`);
      } else if (keyword === "quorum" && word !== "1") {
        this.#note(line, "quorum is left out: the fallback waits for the last one");
      } else if (!KNOWN_OF_VIRTUAL.has(keyword) && !UNNEEDED.has(keyword)) {
        this.#note(line, `${keyword} is left out: there is nothing like it here`);
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
  #real(statement: Statement, method: Forwarding, isMark: boolean): Real {
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
    for (const { keyword, line } of block) {
      if (!KNOWN_OF_REAL.has(keyword) && !UNNEEDED.has(keyword) && !/_(CHECK|GET)$/.test(keyword)) {
        this.#note(line, `${keyword} is left out: there is nothing like it here`);
      }
    }
    const check = this.#checks(block, port, isMark);
    if (check.checkIp) parts.set("checkip", bracketed(check.checkIp));
    const quiescent = block.some(({ keyword }) => keyword === "inhibit_on_failure");
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
    for (const also of common.also) entries.push({ ...entry("alsocheck", "", line), value: also });
    for (const { parts, check, statement } of reals) {
      const different = differences(common, check);
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
      entries.push({ ...entry(six ? "real6" : "real", "", statement.line), value: parts });
    }
    return entries;
  }

  /** The checks of a real server: the first is the section's, further ones are made as well. */
  #checks(block: readonly Statement[], port: string | undefined, isMark: boolean): CheckSettings {
    const checks = block.filter(({ keyword }) => /_(CHECK|GET)$/.test(keyword));
    const [main, ...more] = checks;
    if (!main) return { directives: new Map([["checktype", "on"]]), also: [] };
    const directives = new Map<DirectiveName, string>();
    const urls = this.#kind(main, directives);
    const inner = main.block ?? [];
    const set = (name: DirectiveName, value: string | undefined) => value !== undefined && directives.set(name, value);
    const checkPort = valueOf(inner, "connect_port") ?? port;
    if (checkPort !== port || isMark) set("checkport", checkPort);
    const timeout = valueOf(inner, "connect_timeout") ?? valueOf(inner, "misc_timeout");
    set("checktimeout", wholeSeconds(timeout ?? CONNECT_TIMEOUT));
    const retry = valueOf(inner, "retry") ?? valueOf(inner, "nb_get_retry");
    set("failurecount", retry && String(Number(retry) + 1));
    const pause = valueOf(inner, "delay_before_retry");
    set("retryinterval", pause && Number(retry ?? 0) > 0 ? wholeSeconds(pause) : undefined);
    set("bindto", valueOf(inner, "bindto"));
    this.#leftOut(inner);
    const also = [...urls.slice(1), ...more.flatMap((check) => this.#also(check))];
    return { directives, also, checkIp: valueOf(inner, "connect_ip") };
  }

  /** What a check is of; gives the pages that it asks for, the first of which is in the directives. */
  #kind({ keyword, block = [], line }: Statement, directives: Map<DirectiveName, string>): readonly Parts[] {
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
        return this.#pages(keyword === "HTTP_GET" ? "http" : "https", block, directives);
      default:
        this.#note(line, `${keyword} is left out: there is no such check here; a connection is made instead`);
        set("checktype", "connect");
        return [];
    }
  }

  #pages(
    service: string,
    block: readonly Statement[],
    directives: Map<DirectiveName, string>,
  ): readonly Parts[] {
    directives.set("service", service);
    const urls = block.filter(({ keyword }) => keyword === "url").map(({ block = [] }) => block);
    const [first = []] = urls;
    const host = valueOf(first, "virtualhost") ?? valueOf(block, "virtualhost");
    if (host) directives.set("virtualhost", host);
    directives.set("request", valueOf(first, "path") ?? "/");
    const regex = valueOf(first, "regex");
    if (regex !== undefined) directives.set("receive", regex);
    const statuses = first.find(({ keyword }) => keyword === "status_code")?.words ?? [];
    if (statuses.length > 0) directives.set("expectstatus", statuses.join(","));
    for (const { keyword, line } of urls.flat()) {
      if (keyword === "digest") this.#note(line, "digest is left out: write receive = text of the page instead");
      else if (!["path", "status_code", "regex", "virtualhost"].includes(keyword)) {
        this.#note(line, `${keyword} is left out: there is nothing like it here`);
      }
    }
    return urls.map((url) => pairParts(service, valueOf(url, "path") ?? "/", valueOf(url, "regex") ?? ""));
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
      return this.#pages(service, block, new Map());
    }
    this.#note(line, `a further ${keyword} is left out: it cannot be added to another check`);
    return [];
  }

  #leftOut(block: readonly Statement[]): void {
    for (const { keyword, line } of block) {
      if (!KNOWN_OF_CHECK.has(keyword)) this.#note(line, `${keyword} is left out: there is nothing like it here`);
    }
  }
}

const KNOWN_OF_VIRTUAL = new Set("real_server lvs_method lb_kind sorry_server_lvs_method quorum".split(" "));
const KNOWN_OF_REAL = new Set("weight lvs_method inhibit_on_failure uthreshold lthreshold".split(" "));
const KNOWN_OF_CHECK = new Set(
  ("url connect_ip connect_port connect_timeout retry nb_get_retry delay_before_retry bindto virtualhost type name " +
    "misc_path misc_timeout http_protocol enable_sni warmup alpha no_alpha").split(" "),
);

/** Directives of the check that two real servers do not share. */
function differences(a: CheckSettings, b: CheckSettings): readonly DirectiveName[] {
  const names = new Set([...a.directives.keys(), ...b.directives.keys()]);
  const different = [...names].filter((name) => a.directives.get(name) !== b.directives.get(name));
  const rows = ({ also }: CheckSettings) => also.map((parts) => [...parts].join()).join("\n");
  return rows(a) === rows(b) ? different : [...different, "alsocheck"];
}

function pairParts(service: string, request: string, receive: string): Parts {
  return new Map([["service", service], ["request", request], ["receive", receive]]);
}

function entry(name: DirectiveName, value: string, line: number): Entry {
  return { name, value, above: [], line };
}

/** The first word behind a keyword; `undefined` where that is missing. */
function valueOf(block: readonly Statement[], keyword: string): string | undefined {
  return block.find((each) => each.keyword === keyword)?.words[0];
}

/** keepalived knows fractions of seconds; less than one is one. */
function wholeSeconds(text: string): string {
  const seconds = Math.ceil(Number(text));
  return Number.isFinite(seconds) ? String(Math.max(1, seconds)) : text;
}

function isSix(text: string | undefined): boolean {
  const ip = parseIp(text ?? "");
  return ip !== undefined && familyOf(ip) === 6;
}

function bracketed(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}
