import { ok } from "node:assert/strict";
import { DIRECTIVES, findDirective } from "../../../src/config/language/directives.ts";
import { fromKeepalived } from "../../../src/config/import/keepalived.ts";
import { lint } from "../../../src/config/lint/lints.ts";
import { parse, type Parsed } from "../../../src/config/cf/parse.ts";
import { formatProblem } from "../../../src/config/language/problem.ts";
import { resolve } from "../../../src/config/resolve/resolve.ts";
import { parseYaml } from "../../../src/config/yaml/read.ts";
import { FACTS, pure } from "../fixture.ts";

const MARKER = "Geheim7Wort";

/** All that is said of a text, by the daemon, by `check` and as JSON. */
function said(read: (text: string) => Parsed, text: string): string {
  const { tree, problems, show } = read(text);
  const model = resolve(tree, FACTS, problems);
  const facts = {
    fileModes: new Map([[FACTS.file, 0o644]]),
    missing: new Set<string>(),
    schedulers: new Set<string>(),
  };
  const all = [...problems.toSorted(), ...model ? lint(tree, model, facts) : []];
  return all.map((problem) => `${formatProblem(problem, "x", show, 1)}\n${JSON.stringify(problem)}`).join("\n");
}

/** Directives with values that may hold a secret: the grammar says so. */
const HIDDEN = Object.keys(DIRECTIVES).filter((name) => findDirective(name)!.row.value.openPart);

/** Forms in which a value goes wrong, and those in which it is right. */
const BROKEN_VALUES = [
  MARKER,
  `"${MARKER}`,
  `${MARKER}"`,
  `'${MARKER}'`,
  `"${MARKER}" "${MARKER}"`,
  `"${MARKER}" ${MARKER}`,
  `"a" ${MARKER}`,
  `"a", ${MARKER}`,
  `"a", "${MARKER}`,
  `"a" "b" "${MARKER}"`,
  `${MARKER}, "a"`,
  `"${MARKER}"b"`,
  `a "${MARKER}`,
  `-p ${MARKER}`,
  `/bin/x --pw=${MARKER}`,
  `/bin/x "${MARKER}`,
  `PW=${MARKER} /bin/x`,
  `http://joe:${MARKER}@web/x`,
  `"http://joe:${MARKER}@web/x" y`,
  `https://h/?t=${MARKER} x`,
  `http://[${MARKER}`,
  `(${MARKER}`,
  `[z-a${MARKER}`,
  `X-Token ${MARKER}`,
  `Authorization: Bearer ${MARKER}\u{7}`,
  `10.0.0.1:80 masq 1 ${MARKER}`,
  `10.0.0.1:80 masq "${MARKER}"`,
  `10.0.0.1:80 masq "${MARKER}", "(`,
  `10.0.0.1:80 masq "(", "(${MARKER}"`,
  `10.0.0.1:80 masq GET ${MARKER}`,
  `10.0.0.1:80 ${MARKER}`,
  `10.0.0.1:80"${MARKER}"`,
  `10.0.0.1:80 masq"${MARKER}", "x"`,
  `http /${MARKER}`,
  `http "${MARKER}`,
  `ftp:21 "a", "(${MARKER}"`,
  `a#${MARKER}`,
  `a # ${MARKER}`,
  `"a #${MARKER}"`,
  `a\\ ${MARKER}`,
  `:${MARKER}`,
  `= ${MARKER}`,
  `|${MARKER}`,
  `{${MARKER}: 1}`,
  `[${MARKER}, [${MARKER}]]`,
  `*${MARKER}`,
  `&a ${MARKER} b: c`,
  `!${MARKER} x`,
];

/** A server and a service cannot be secret: what is in their place is shown. */
function valuesFor(name: string): readonly string[] {
  const isServer = /^(real6?|alsocheck)$/.test(name);
  return BROKEN_VALUES.filter((value) => !isServer || !new RegExp(`^\\W*\\S*${MARKER}`).test(value));
}

function misspelt(name: string): readonly string[] {
  return [
    name,
    `${name}d`,
    name.slice(1),
    name.slice(0, -2),
    name.toUpperCase(),
    `${name}_x`,
    `my${name}`,
    `"${name}"`,
  ];
}

const HEAD = "virtual = 10.0.0.9:3306";

pure("no value that may be secret is in a message, whatever is wrong with its line", () => {
  for (const name of HIDDEN) {
    for (const [i, written] of misspelt(name).entries()) {
      for (const value of valuesFor(name).filter((_, j) => i === 0 || j % 12 === i)) {
        for (
          const line of [
            `    ${written} = ${value}`,
            `    ${written} ${value}`,
            `    ${written}: ${value}`,
            `    ${written};${value}`,
            `    ${written}=${value}`,
            `  ${written} = ${value}`,
            `${written} = ${value}`,
            `    set ${written} = ${value}`,
            `    ${written} -> ${value}`,
            `    ${written} = "\n        ${value}"`,
            `    real = 10.0.0.1:80 masq ${written}=${value}`,
            `    checktimeout = 5x ${written} = ${value}`,
          ]
        ) {
          const text = `${HEAD}\n${line}\n    real = 10.0.0.1:80 gate\n`;
          const shown = said(parse, text);
          ok(!shown.includes(MARKER), `${text}\n${shown}`);
        }
      }
    }
  }
});

Deno.test("no value that may be secret is in a message about YAML", () => {
  const inList = (line: string) => `virtual:\n  - address: 192.0.2.1:80\n    ${line}\n    real: 10.0.0.1:80 gate\n`;
  for (const name of HIDDEN.filter((name) => name !== "real6")) {
    for (const [i, written] of misspelt(name).entries()) {
      for (const value of valuesFor(name).filter((_, j) => i === 0 || j % 12 === i)) {
        for (
          const text of [
            inList(`${written}: ${value}`),
            inList(`${written}:${value}`),
            inList(`${written} ${value}`),
            inList(`${written}: |\n      ${value}`),
            inList(`${written}:\n      ${value}`),
            inList(`${written}:\n      - ${value}`),
            inList(`${written}:\n      a: ${value}`),
            inList(`${written}: {a: ${value}}`),
            // Of a list each element is a server.
            ...!/^"?(real|alsocheck)/.test(written) || !value.includes(",") ? [inList(`${written}: [${value}]`)] : [],
            inList(`- ${written}: ${value}`),
            `virtual: {address: 192.0.2.1:80, ${written}: ${value}}\n`,
            `${written}: ${value}\n`,
            `x: &a ${value}\nvirtual: {address: 192.0.2.1:80, ${written}: *b}\n`,
          ]
        ) {
          const shown = said(parseYaml, text);
          ok(!shown.includes(MARKER), `${text}\n${shown}`);
        }
      }
    }
  }
});

pure("what cannot be secret is shown where it is wrong", () => {
  for (
    const [line, shown] of [
      ["checkinterval = 10x # a remark", "checkinterval = 10x # * ******"],
      ['real = 10.0.0.1:80 masq 5 l:9 "/a?b=c", "(d" x', 'real = 10.0.0.1:80 masq 5 l:9 "/*?*=*", "(*" *'],
      ['checkcommand = /bin/x "--pw=y', 'checkcommand = /bin/x "--**=*'],
      ["pasword = geheim", "pasword = ***"],
      ["virtualhost = http://joe:pw@web/", "virtualhost = http://joe:**@web/"],
    ]
  ) {
    const text = said(parse, `${HEAD}\n    ${line}\n`);
    ok(text.includes(`  ${shown}\n`), text);
  }
});

Deno.test("what cannot be secret is shown in YAML, too", () => {
  const yaml = said(parseYaml, "virtual:\n  - address: 192.0.2.1:80\n    real:\n      - 10.0.0.1:80 gat 5\n");
  ok(yaml.includes("- 10.0.0.1:80 *** *") && yaml.includes('"gat"'), yaml);
});

pure("what cannot be carried over from keepalived is said without its value", () => {
  const words = ["password", "digest", "regex", "path", "misc_path", "notify_up", "auth_pass", "smtp_server"];
  for (const word of words) {
    for (const value of [MARKER, `"${MARKER}"`, `"${MARKER}`, `{ ${MARKER} }`, `x ${MARKER}`]) {
      for (
        const text of [
          `${word} ${value}\n`,
          `global_defs {\n${word} ${value}\n}\n`,
          `virtual_server 192.0.2.1 80 {\n${word} ${value}\nreal_server 10.0.0.1 80 {\n${word} ${value}\n` +
          `HTTP_GET {\nurl {\n${word} ${value}\n}\n}\nMISC_CHECK {\n${word} ${value}\n}\n}\n}\n`,
        ]
      ) {
        const { notes } = fromKeepalived(text);
        // A keyword is a name, wherever it stands.
        const shown = notes.map(({ text }) => text).filter((text) => !text.startsWith(`${MARKER} is left out`)).join(
          "\n",
        );
        ok(!shown.includes(MARKER), `${text}\n${shown}`);
      }
    }
  }
});
