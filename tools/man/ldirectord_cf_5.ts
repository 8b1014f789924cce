/**
 * The manual page ldirectord.cf(5), made from the table of directives and that of the checks.
 */

import type { Directive, Scope } from "../../src/config/language/directive.ts";
import { docOf, SERVER_DIRECTIVES } from "../../src/config/language/directive_facts.ts";
import { type DirectiveName, DIRECTIVES, REPLACED } from "../../src/config/language/directives.ts";
import {
  CHECK_TYPE_DOCS,
  lookedAtBy,
  sentinelText,
  SERVICE_DOCS,
  type ServiceDoc,
} from "../../src/config/language/service_docs.ts";
import { OWN_DOC, OWN_KEY, STRUCTURES } from "../../src/config/language/structured.ts";
import { VERSION } from "../../src/model/version.ts";
import { Page } from "./roff.ts";

/** The page in roff. */
export function ldirectordCf5(): string {
  const page = new Page("ldirectord.cf", 5, "2026-11-20", "File Formats", `ldirectord ${VERSION}`);
  page.section("Name").first("ldirectord.cf - configuration of ldirectord");
  describe(page);
  syntax(page);
  directives(page, "Global directives", "They stand in column 0, anywhere in the file.", "global");
  directives(
    page,
    "Directives of both kinds",
    "In column 0 they hold for all virtual services; in a section, for that one, which then has no part in the global one.",
    "both",
  );
  directives(
    page,
    "Directives of virtual services",
    "They stand indented, below a `virtual` or `virtual6` line.",
    "virtual",
  );
  replaced(page);
  checks(page);
  receive(page);
  decisions(page);
  yaml(page);
  examples(page);
  page.section("See also").first("`ldirectord`(8), `ipvsadm`(8)");
  return page.toString();
}

function describe(page: Page): void {
  page.section("Description").first(
    "A configuration names the virtual services that clients connect to, the real servers behind each, and how they are " +
      "checked. `ldirectord check` tests one: all errors are reported together, each with its line and what to write instead.",
  );
}

function syntax(page: Page): void {
  page.section("Syntax").first(
    "A directive is a line: its name, `=`, its value. Global ones begin in column 0. A `virtual` or `virtual6` line opens " +
      "the section of a virtual service; the lines below it that are indented by four blanks or more, or by a tab, are " +
      "the section's. Empty lines and remarks end nothing.",
  );
  page.example(`
checktimeout = 5
quiescent = no

virtual = 192.0.2.10:80
        real = 10.0.0.11:80 gate 10
        real = 10.0.0.12:80 gate 20
        service = http
        receive = "all well"    # a remark`);
  page.paragraph(
    "Several virtual services share a section where the line names them with commas between. A real server may have a check " +
      "of its own: its line ends in `{`, and what follows up to a line with `}` alone is for that server, in place of what " +
      "the section says. The braces are needed: lines that are merely indented more than others are the section's.",
  );
  page.example(`
virtual = 192.0.2.10:80, 192.0.2.10:443
        real = 10.0.0.11 masq
        real = 10.0.0.12 masq {
                checktype = external
                checkcommand = "/usr/local/bin/check-12"
                failurecount = 3
        }`);
  page.paragraph(`Between the braces may stand ${listed(SERVER_DIRECTIVES)}.`);
  page.paragraph(
    "A value may stand in double quotes, and must where it has a `#` in it, which otherwise begins a remark. Within quotes " +
      "a backslash is a backslash, and a quote ends the value only where a value can end.",
  );
  page.paragraph(
    "Names of hosts are looked up when the file is loaded. A real server with a name that has no address is down, " +
      "and looked up again at each interval; for a virtual service that is an error. Names of ports are those of " +
      "/etc/services.",
  );
  page.paragraph(
    "A directive that is marked as since 2.0, say, came with that version of this program: the Perl program does not know it.",
  );
  page.paragraph(
    "Of a directive that is given twice in one place the last one counts, with a warning; " +
      `${listed(repeating())} may be repeated.`,
  );
}

function repeating(): readonly string[] {
  return Object.entries<Directive<unknown>>(DIRECTIVES).filter(([, { repeats }]) => repeats).map(([name]) => name);
}

function directives(page: Page, title: string, about: string, scope: Scope): void {
  page.section(title).first(about);
  for (const [name, row] of Object.entries<Directive<unknown>>(DIRECTIVES)) {
    if (row.scope !== scope) continue;
    const without = row.default === "unset" ? "" : ` Default: ${row.default}.`;
    const outdated = row.outdated
      ? ` ${row.outdated.status === "ignored" ? "Ignored" : "Deprecated"}: ${row.outdated.text}.`
      : "";
    const users = lookedAtBy(name as DirectiveName);
    const forWhat = users.length > 0 ? ` For: ${users.join(", ")}.` : "";
    page.term(`\`${name} =\` ${form(row.value.form)}`, `${docOf(row)}${forWhat}${without}${outdated}`);
  }
}

/** What is replaced stands out from what is typed: words of letters that are no choice of several. */
function form(text: string): string {
  return text.replace(/(?<![\w"|])[a-z]+(?: [a-z]+)*(?![\w"|:])/g, (word) => `_${word.replaceAll(" ", "-")}_`);
}

function replaced(page: Page): void {
  page.section("Directives that are gone").first("They are errors, which say what to write.");
  for (const [name, { doc }] of Object.entries(REPLACED)) page.term(`\`${name}\``, doc);
}

function checks(page: Page): void {
  page.section("Checks").first(
    "Each check has one deadline for all that it does: `checktimeout` for connect, ping and external ones, " +
      "`negotiatetimeout` for a conversation. All run at the same time, each `checkinterval` seconds from its start. A " +
      "check that could not be made, for want of a file descriptor, say, changes nothing.",
  );
  page.part("Services").first("With `checktype = negotiate`, by `service`:");
  for (const doc of SERVICE_DOCS) check(page, doc);
  page.part("Other checks").first("By `checktype`:");
  for (const doc of CHECK_TYPE_DOCS) check(page, doc);
}

function check(page: Page, { names, asked, passes, options, sentinel }: ServiceDoc): void {
  const more = options.length > 0 ? ` Options: ${listed(options)}.` : "";
  page.term(
    listed(names),
    `Asks: ${asked}. Passes: ${passes}.${more} With a sentinel: ${sentinelText(sentinel)}.`,
  );
}

function receive(page: Page): void {
  page.section("Regular expressions").first(
    "`receive` is a Perl regular expression that may match anywhere in the answer; write `^` and `$` to bind it to its " +
      "beginning and end. It is matched in time that grows only with the length of the answer, of which one megabyte is " +
      "read. Classes, `(?i)`, `\\A`, `\\z`, `\\Z`, `\\b`, lazy quantifiers, look-around and POSIX classes are known; back " +
      "references, recursion, possessive quantifiers and atomic groups are errors.",
  );
}

function decisions(page: Page): void {
  page.section("How it decides");
  page.term(
    "Up and down",
    "A real server is down after `failurecount` failed checks in a row, and up after `risecount` that " +
      "passed. With several checks (`alsocheck`) it is up when all pass.",
  );
  page.term(
    "Start and reload",
    "A real server that is already in the kernel's table with a weight above 0 counts as up until a check fails; any other " +
      "is added when its first check has passed. Real servers that the configuration does not list are removed from its " +
      "virtual services. A reload applies the difference; a file with errors, or with nothing in it, changes nothing.",
  );
  page.term(
    "Sentinels",
    "With `sentinel = yes` an idle connection is held to each address and port that is checked. It decides nothing: when " +
      "the server ends it, or its host does not answer to the kernel's keepalive any more (asked after one second, twice), the " +
      "check is made at once and counts as usual. A server that closes idle connections and passes that check is learnt: the " +
      "connection is renewed after 80 % of the time that it allows, and now and then left open for longer, to see whether " +
      "that holds. Where connections do not last 2 s, or the server sends without end, the next one is tried ever later, " +
      "up to ten minutes. Sentinels have at most half of the open files that checks may have; `status --long` says of each why " +
      "it is not open.",
  );
  page.term(
    "Down",
    "With `quiescent = yes` a real server that is down has weight 0, with `quiescent = no` it is removed. " +
      "The fallback is there exactly while no real server serves.",
  );
  page.term(
    "Maintenance",
    "A file in `maintenancedir` named `10.0.0.11:80`, `10.0.0.11`, `web1.example.net` or `web1` drains " +
      "that real server at weight 0 until the file is gone.",
  );
  page.term(
    "By hand",
    "Weights set and real servers removed with `ipvsadm`(8) stay so until the health of that real server " +
      "changes, or until a reload.",
  );
}

function yaml(page: Page): void {
  page.section("YAML").first(
    "A configuration with a name that ends in .yaml or .yml is YAML 1.2: the same directives, as mappings and lists. `virtual` and " +
      "`virtual6` are lists of mappings, each with `address`, or `mark` for a firewall mark, which may be lists.",
  );
  page.example(`
checktimeout: 5
quiescent: no
virtual:
  - address: 192.0.2.10:80
    service: http
    receive: all well
    real:
      - 10.0.0.11:80 gate 10
      - address: 10.0.0.12:80
        forward: gate
        weight: 20`);
  page.paragraph("A real server may be written as in a configuration file, or in parts:");
  for (const { key, doc } of STRUCTURES.real.parts) page.term(`\`${key}\``, doc);
  page.term(`\`${OWN_KEY}\``, OWN_DOC);
  page.paragraph(
    "`alsocheck` has the parts `service`, `request` and `receive`. Values with commas may be lists. `true` and `false` stand " +
      "for `yes` and `no`. Anchors and merged mappings (`<<`) work, and keys at the top level that begin with `x-` are left " +
      "alone. ldirectord.schema.json is a JSON Schema for editors. `ldirectord convert` turns one form into the other.",
  );
}

function examples(page: Page): void {
  page.section("Examples").first("Two web servers by direct routing, with a page that says sorry on the director:");
  page.example(`
checktimeout = 3
checkinterval = 5
failurecount = 2
quiescent = no

virtual = 192.0.2.10:80
        real = 10.0.0.11:80 gate 10
        real = 10.0.0.12:80 gate 20
        fallback = 127.0.0.1:80
        service = http
        virtualhost = "www.example.org"
        request = "/health"
        receive = "^all well"
        scheduler = wlc`);
  page.paragraph("HTTP and HTTPS as one virtual service, by a firewall mark, each client with one server:");
  page.example(`
virtual = 1
        real = 10.0.0.11 gate
        real = 10.0.0.12 gate
        service = http
        checkport = 80
        request = "/health"
        receive = "^all well"
        persistent = 600`);
  page.paragraph("Readers of a database, which take no more than 200 connections each:");
  page.example(`
virtual = 192.0.2.70:3306
        real = 10.0.0.71:3306 masq 10 l:150 u:200
        real = 10.0.0.72:3306 masq 10 l:150 u:200
        service = mysql
        login = "monitor"
        passwd = "change me"
        request = "SELECT 1 FROM replica_status WHERE lag < 30"`);
  page.paragraph("/usr/share/doc/ldirectord2/examples has one configuration for each kind of use.");
}

/** `a`, `b` and `c`, in bold. */
function listed(words: readonly string[]): string {
  const bold = words.map((word) => `\`${word}\``);
  return bold.length < 2 ? bold.join("") : `${bold.slice(0, -1).join(", ")} and ${bold[bold.length - 1]}`;
}
