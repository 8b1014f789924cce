import { ok, strictEqual } from "node:assert/strict";
import { splitLines } from "../../../src/config/cf/parse.ts";
import { formatProblem, type Problem } from "../../../src/config/language/problem.ts";
import { showCf } from "../../../src/config/language/shown.ts";
import { load, pure } from "../fixture.ts";

function shown(text: string): string {
  const show = showCf(splitLines(text));
  return load(text).problems.map((problem) => formatProblem(problem, "x.cf", show, 42)).join("\n");
}

pure("a problem is shown with its line, a caret and a hint", () => {
  strictEqual(
    shown("fork = no\n\tcheckintervall = 3\n"),
    `Error [42] reading file x.cf at line 2: Unknown command "checkintervall"
   checkintervall = *
   ^^^^^^^^^^^^^^
  hint: did you mean checkinterval?`,
  );
  strictEqual(
    shown("supervised\n"),
    `Warning [42] reading file x.cf at line 1: supervised without a value means yes
  supervised
  ^^^^^^^^^^
  hint: write supervised = yes`,
  );
});

pure("a problem of the file as a whole has no line", () => {
  const problem: Problem = { severity: "error", line: 0, column: 0, length: 0, text: "there is no such file" };
  strictEqual(formatProblem(problem, "x.cf", showCf([]), 42), "Error [42] reading file x.cf: there is no such file");
});

pure("a secret is masked, also where its directive is mistyped", () => {
  for (const name of ["passwd", "secret", "password", "pasword", "Passwd", "sercet", "db_password"]) {
    for (
      const written of [
        `${name} = "hunter2`,
        `${name} = "hunter2" hunter2`,
        `${name} hunter2`,
        `  ${name}=hunter2`,
        `${name}:hunter2`,
      ]
    ) {
      const text = shown(`virtual = 10.0.0.9:80\n    ${written}\n`);
      ok(text.length > 0 && !text.includes("hunter2"), text);
    }
  }
});

pure("a password in a URL is masked, and the caret stays where it belongs", () => {
  const lines = ['virtualhost = "http://joe:hunter2@web/x" nonsense'];
  const problem: Problem = { severity: "error", line: 1, column: 42, length: 8, text: "wrong" };
  const [, source, caret] = formatProblem(problem, "x.cf", showCf(lines), 42).split("\n");
  strictEqual(source, '  virtualhost = "http://joe:*******@web/x" nonsense');
  strictEqual(source.slice(caret.indexOf("^"), caret.lastIndexOf("^") + 1), "nonsense");
});

pure("a long line is cut around the caret, and control characters are not printed", () => {
  const lines = [`logfile = ${"x".repeat(500)}HERE${"\x1b".repeat(500)}`];
  const problem: Problem = { severity: "error", line: 1, column: 511, length: 4, text: "wrong" };
  const [, source, caret] = formatProblem(problem, "x.cf", showCf(lines), 42).split("\n");
  ok(source.length < 130 && !source.includes("\x1b"), source);
  strictEqual(source.slice(caret.indexOf("^"), caret.lastIndexOf("^") + 1), "HERE");
});

/** A pattern that tries things twice would search these for secrets for ever. */
const LONG_LINES = ["pass", "passwd=", "://a:", "a", "-", "- ", '"', " "].map((word) => word.repeat(30_000));

pure("lines of any length are shown, and what may be a secret stays one", () => {
  for (const line of LONG_LINES) {
    const text = shown(`${line}!\nnonsense ${line} passwd = hunter2\n`);
    ok(text.includes("at line 2") && !text.includes("hunter2"), text);
  }
});
