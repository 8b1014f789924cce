import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { compilePattern } from "../../src/perl_regex/perl_regex.ts";
import type { Pattern } from "../../src/model/pattern.ts";
import { pure } from "../config/fixture.ts";

function matches(source: string, text: string): boolean {
  const pattern = compilePattern(source);
  if ("matches" in pattern) return pattern.matches(text);
  throw new Error(`${source}: ${pattern.text}`);
}

/** Expressions, texts they match, texts they do not. perl itself says the same: perl_regex_oracle_test.ts. */
const ROWS: readonly (readonly [source: string, yes: readonly string[], no: readonly string[]])[] = [
  ["OK web[0-9]+", ["OK web1", "<p>OK web12</p>"], ["OK web", "ok web1"]],
  ["test page", ["a test page"], ["testpage", ""]],
  ["(?i)ok", ["OK", "oK"], ["0K"]],
  ["(?i:o)k", ["Ok"], ["OK"]],
  ["^OK$", ["OK", "OK\n"], ["OK\n\n", "x\nOK", "OK\nx"]],
  ["(?m)^OK$", ["x\nOK", "OK\nx", "x\nOK\n"], ["xOK"]],
  ["\\AOK\\z", ["OK"], ["OK\n"]],
  ["\\AOK\\Z", ["OK\n"], ["OK\n\n"]],
  ["a.c", ["abc", "a\rc"], ["a\nc"]],
  ["(?s)a.c", ["a\nc"], ["ac"]],
  ["(?x) a b # comment", ["ab"], ["a b"]],
  ["[[:alpha:]]{3}", ["abc"], ["ab1"]],
  ["\\Qa.b\\E+", ["a.bb"], ["axb"]],
  ["\\bup\\b", ["it is up."], ["upper"]],
  ["^(?!.*(?:error|down))", ["all well"], ["1 error", "down"]],
  ["(?=.*a)(?=.*b)^", ["xbxa"], ["xb"]],
  ["(?<=v)\\d", ["v1"], ["x1"]],
  ["^192\\.0\\.2\\.10$", ["192.0.2.10"], ["192.0.2.101"]],
  ["grün", ["gr\xc3\xbcn"], ["gr\xfcn"]],
  ["gr.n", ["gr\xfcn"], ["gr\xc3\xbcn"]],
  ["\\xe9", ["\xe9"], ["\xc3\xa9\xa0"]],
  ["a{,2}b", ["b", "aab"], ["a"]],
  ['{"ok":true}', ['{"ok":true}'], ["{}"]],
  ["a{3,2}|b", ["b"], ["aaa"]],
  ["\\R\\z", ["\r\n", "\n"], ["x"]],
];

pure("expressions match as Perl's do", () => {
  for (const [source, yes, no] of ROWS) {
    for (const text of yes) ok(matches(source, text), `${source} must match ${JSON.stringify(text)}`);
    for (const text of no) ok(!matches(source, text), `${source} must not match ${JSON.stringify(text)}`);
  }
});

pure("an expression that cannot be is refused with its place", () => {
  const rows: Readonly<Record<string, string>> = {
    "a(b": "1 Unmatched ( in regex",
    "ab)": "2 Unmatched ) in regex",
    "ab[c": "2 Unmatched [ in regex",
    "*a": "0 Quantifier follows nothing in regex",
    "a|+": "2 Quantifier follows nothing in regex",
    "a**": "2 Nested quantifiers in regex",
    "a\\": "1 Trailing \\ in regex",
    "[z-a]": '1 Invalid [] range "z-a" in regex',
    "[[:foo:]]": "1 POSIX class [:foo:] unknown in regex",
    "é(": "1 Unmatched ( in regex",
    "a++": "1 possessive quantifiers are not supported",
    "a(?>b)": "1 atomic groups (?>…) are not supported",
    "(a)\\1": "3 references back to a group are not supported",
    "(?<n>a)\\k<n>": "7 references back to a group are not supported",
    "(?(1)a)": "0 conditions (?(…)…) are not supported",
    "a(?R)": "1 recursion is not supported",
    "(?{ system })": "0 code in expressions is not supported",
    "(??{ x })": "0 code in expressions is not supported",
    "(*FAIL)": "0 verbs and assertions of the form (*…) are not supported",
    "\\Ga": "0 \\G is not supported here",
    "\\p{L}": "0 \\p is not supported here",
    "\\x{263a}": "0 a character above \\xff never matches: what is received is bytes",
    "(?z)": "0 Sequence (?z)...) not recognized in regex",
    "a{70000}": "1 Quantifier in {,} bigger than 65534 in regex",
    "((a{99}){99}){99}": "0 the expression is too large: its repetitions multiply",
    ["(".repeat(300)]: "200 the groups are nested too deeply",
  };
  for (const [source, said] of Object.entries(rows)) {
    const pattern = compilePattern(source);
    ok("text" in pattern, `${source} was accepted`);
    strictEqual(`${pattern.at} ${pattern.text}`, said, source);
  }
});

/** Enough for a slow machine, far too little for backtracking. */
const HANG = 30_000;

pure("no expression and no text take for ever", () => {
  const a = "a".repeat(1024 * 1024);
  const ab = Array.from({ length: 1024 * 1024 }, (_, i) => "ab"[(i * i >> 3) & 1]).join("");
  const start = performance.now();
  for (
    const [source, text] of [
      ["(a+)+b", a],
      ["(?i)(a*)*b", a],
      ["a*b", a],
      ["(a+)+(?=b)", a],
      ["(?!a*b)b", a],
      ["(a|a|aa)+$b", a],
      ["(x+x+){30}y", "x".repeat(100_000)],
      ["[ab]*a[ab]{500}c", ab],
      ["(?:[ab]?){90}a[ab]{90}c", ab],
    ]
  ) strictEqual(matches(source, text), false, source);
  ok(performance.now() - start < HANG);
});

pure("only the first mebibyte of a text is looked at", () => {
  const mebibyte = 1024 * 1024;
  deepStrictEqual(
    [matches("x", `${" ".repeat(mebibyte - 1)}x`), matches("x", `${" ".repeat(mebibyte)}x`)],
    [true, false],
  );
});

Deno.test("an expression that is hard on a long text gives way again and again", () => {
  const pattern = compilePattern("a[ab]{200}z") as Pattern;
  const text = Array.from({ length: 1 << 20 }, (_, i) => (i * 7919) % 5 < 2 ? "a" : "b").join("");
  let slices = 1;
  const search = pattern.search(text);
  let step = search.next();
  for (; !step.done; step = search.next()) slices++;
  deepStrictEqual(step.value, false);
  ok(slices >= 5);
});
