/** Each transcript that a document shows is made by a test, and each test compares what can be compared. */

import { deepStrictEqual, ok, throws } from "node:assert/strict";
import { DIRECTIVES } from "../src/config/language/directives.ts";
import { assertShown, type Block, blocksOf, documentNames, isOurs, masked, stepsOf } from "./transcripts.ts";

const TESTS = new URL("./", import.meta.url);

/**
 * What other blocks begin with, by document: files and commands for other programs, what those print, and pictures. Nothing that
 * this program prints belongs here: a test makes that.
 */
const OTHERS: Readonly<Record<string, readonly string[]>> = {
  "README.md": ["DENO_TLS_CA_STORE="],
  "docs/agreement.md": ["max by (job)"],
  "docs/architecture.md": ["text -> syntax tree", "cli\n"],
  "docs/bgp.md": ["ip link add dummy0", "protocol direct {", 'include "/run/ldirectord'],
  "docs/dialogues.md": ["virtual:\n"],
  // The line is one of the package's script, not of the program.
  "docs/from-perl.md": ["# apt install"],
  "docs/getting-started.md": [
    "client ──► director ──► real server\n       ◄──",
    "client ──► director ──► real server\n  ▲",
    "client ──► director ══tunnel══►",
    "# masq and ipip: this machine forwards packets.\nnet.ipv4.ip_forward = 1",
    "auto lo:vip",
    "network:\n",
    "[Match]",
    "DEVICE=lo:0",
    "IPADDR_vip=",
    "config_lo=",
    "netsh ",
  ],
  "docs/heartbeat.md": ["node1 IPaddr::", "10:36:10 node2 heartbeat: WARN"],
  "docs/hooks.md": ["notify = /usr/local/bin/log-change\n\n#!/bin/sh"],
  "docs/many-directors.md": [
    "                 clients\n",
    "#!/bin/sh\n",
    "# /etc/bird/bird.conf of ",
    "! /etc/frr/frr.conf of ",
    "checkinterval + checktimeout",
  ],
  "docs/metrics.md": ["scrape_configs:"],
  "docs/opentelemetry.md": ["receivers:"],
  "docs/pacemaker.md": ["primitive vip", "primitive director", "node1# ipvsadm -L --daemon"],
  "docs/systemd.md": [
    "# systemctl enable --now",
    "10:34:22 systemd[1]: ",
    "module(load=",
    "# systemctl edit",
  ],
  "docs/testing.md": ["deno task test"],
  "docs/vrrp.md": ["vrrp_script director {"],
};

/** A line of a configuration of ours: a directive, a comment, or the end of a check of its own. */
function isConfigurationLine(line: string): boolean {
  const [, name] = /^ *(\w+) *=/.exec(line) ?? [];
  return /^ *(#.*|\})?$/.test(line) || (name !== undefined && Object.hasOwn(DIRECTIVES, name));
}

function isConfiguration({ text }: Block): boolean {
  return text.split("\n").every(isConfigurationLine) && /^ *\w/m.test(text);
}

/** Commands to type, and nothing that they print. */
function isCommandsAlone({ text }: Block): boolean {
  return stepsOf(text).every(({ command, shown }) => command !== "" && shown === "");
}

function filesOf(folder: string): string[] {
  return [...Deno.readDirSync(new URL(folder, TESTS))].flatMap(({ name, isDirectory }) =>
    isDirectory ? filesOf(`${folder}${name}/`) : name.endsWith("_test.ts") ? [`${folder}${name}`] : []
  );
}

/** A call of `transcript`, as a test has it. */
const CALL = /\btranscript\(\s*("(?:[^"\\]|\\.)+"),\s*("(?:[^"\\]|\\.)+"),?\s*\)/g;

/** Which transcripts tests make: document and beginning. */
function made(): [document: string, beginning: string][] {
  return filesOf("./").flatMap((path) =>
    Array.from(
      Deno.readTextFileSync(new URL(path, TESTS)).matchAll(CALL),
      ([, document, beginning]) => [JSON.parse(document), JSON.parse(beginning)] as [string, string],
    )
  );
}

/** The blocks that only a test can vouch for. */
function transcripts(): readonly Block[] {
  return documentNames().flatMap((document) => {
    const others = OTHERS[document] ?? [];
    const rest = blocksOf(document).filter((block) => !isConfiguration(block) && !isCommandsAlone(block));
    return rest.filter(({ text }) => !others.some((beginning) => text.startsWith(beginning)));
  });
}

Deno.test("each block of a document that shows what the program prints is made by one test", () => {
  const tests = made();
  const found = transcripts();
  ok(found.length > 20);
  const wrong = found.flatMap(({ document, line, text }) => {
    const makers = tests.filter(([name, beginning]) => name === document && text.startsWith(beginning)).length;
    return makers === 1 ? [] : [`${document}:${line} is made by ${makers} tests: ${text.split("\n")[0]}`];
  });
  deepStrictEqual(wrong, []);
});

Deno.test("each beginning of a block that tests name is in its document", () => {
  const others = Object.entries(OTHERS).flatMap(([document, all]) => all.map((beginning) => [document, beginning]));
  const stale = [...made(), ...others].filter(([document, beginning]) =>
    !blocksOf(document).some(({ text }) => text.startsWith(beginning))
  );
  deepStrictEqual(stale, []);
});

Deno.test("what other programs print is listed only where no command of ours is", () => {
  const ours = Object.entries(OTHERS).flatMap(([document, all]) =>
    blocksOf(document).filter(({ text }) => all.some((beginning) => text.startsWith(beginning)))
  ).filter(({ text }) => stepsOf(text).some(isOurs));
  deepStrictEqual(ours.map(({ document, line }) => `${document}:${line}`), []);
});

/** Where the cells of a line begin and end; two blanks part them. */
function cellsOf(line: string): readonly (readonly [start: number, end: number])[] {
  return Array.from(line.matchAll(/\S+(?: \S+)*/g), ({ index, 0: cell }) => [index, index + cell.length]);
}

/** The tables of real servers that documents show: lines of titles and of real servers. */
function tables(): readonly (readonly [place: string, lines: readonly string[]])[] {
  return documentNames().flatMap(blocksOf).flatMap(({ document, line, text }) => {
    const [, table] = /^( +REAL SERVER .*(?:\n.*)*)/m.exec(text) ?? [];
    const rows = table?.split("\n").filter((row) => /^ +REAL SERVER |^[> ] \S+:\d+ {2}/.test(row)) ?? [];
    return rows.length > 0 ? [[`${document}:${line}`, rows.map((row) => row.replace(">", " "))] as const] : [];
  });
}

Deno.test("the columns of each table that a document shows stand under each other", () => {
  const found = tables();
  ok(found.length > 4);
  const crooked = found.flatMap(([place, lines]) => {
    const rows = lines.map(cellsOf);
    const columns = Math.min(...rows.map((cells) => cells.length)) - 1;
    const isStraight = (column: number) =>
      [0, 1].some((edge) => new Set(rows.map((cells) => cells[column][edge])).size === 1);
    return Array.from({ length: columns }, (_, column) => column).filter((column) => !isStraight(column))
      .map((column) => `${place}: column ${column + 1}`);
  });
  deepStrictEqual(crooked, []);
});

Deno.test("what differs from run to run is the same on both sides", () => {
  const rows: readonly (readonly [one: string, other: string])[] = [
    ["is running with pid: 812", "is running with pid: 7"],
    ["[Fri Nov 20 10:36:38 2026|www|589] Added", "[Mon Nov  2 01:02:03 2026|www|7] Added"],
    [
      "[Mon Nov 30 09:12:44 2026] [812] 10.0.0.11:80 [up] 200 OK",
      "[Tue Dec  1 00:00:00 2026] [7] 10.0.0.11:80 [up] 200 OK",
    ],
    ["Nov 29 21:30:22 lb1 ldirectord[929]: x", "Nov  1 01:00:00 (none) ldirectord[1]: x"],
    ["table fcbbbe43b489, configuration 850427eb4a33", "table 000000000000, configuration ffffffffffff"],
    ["running for 1m48s, table", "running for 3s, table"],
    ["      0.7 ms  * connected", "   1200.7 ms  * connected"],
    [
      "  10.0.0.11:80  down       4s   0 (1)       0       0      0       0     34ms      1  refused",
      "  10.0.0.11:80  down    1h02m3s   0 (1)       0    1500      2      80    7.6ms     12  refused",
    ],
    ["up, 0 conn/s, in 0B/s, out 2.4MB/s", "up, 98 conn/s, in 88.2kB/s, out 0B/s"],
  ];
  for (const [one, other] of rows) deepStrictEqual(masked(one), masked(other));
});

Deno.test("what means something is compared", () => {
  const rows: readonly (readonly [one: string, other: string])[] = [
    ["no answer within 5 s", "no answer within 2 s"],
    [
      "  10.0.0.11:80  up  4s  1  1  0  0  0  34ms  0  200 OK",
      "  10.0.0.11:80  up  4s  1  0  0  0  0  34ms  0  200 OK",
    ],
    ["  10.0.0.11:80  up  4s  1  1  0  0  0  34ms  0  200 OK", "  10.0.0.11:80  up 4s  1  1  0  0  0  34ms  0  200 OK"],
    ["  announced (interface:dummy0)", "    announced (interface:dummy0)"],
    ["Announced 198.51.100.10", "Announced 198.51.100.20"],
    ["2 of 2 serve", "1 of 2 serve"],
  ];
  for (const [one, other] of rows) throws(() => deepStrictEqual(masked(`x\n${one}`), masked(`x\n${other}`)));
});

Deno.test("lines that a document leaves out may be any, and at least one", () => {
  const [block] = blocksOf("README.md");
  const rows: readonly (readonly [shown: string, printed: string, same: boolean])[] = [
    ["a\n…\nd", "a\nb\nc\nd", true],
    ["…\nd", "a\nd", true],
    ["a\n…", "a\nb", true],
    ["a\n…\nd", "a\nd", false],
    ["a\n…\nd", "a\nb\nc", false],
    ["…\nd", "a\nd\ne", false],
    ["a\nd", "a\nb\nd", false],
  ];
  for (const [shown, printed, same] of rows) {
    if (same) assertShown(block, shown, printed);
    else throws(() => assertShown(block, shown, printed));
  }
});
