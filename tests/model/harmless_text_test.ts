import { ok, strictEqual } from "node:assert/strict";
import { blotted, harmless } from "../../src/model/harmless_text.ts";

const pure = { permissions: "none" } as const;

const TEXTS: readonly (readonly [name: string, text: string, harmless: string])[] = [
  ["ASCII", "503 Service Unavailable", "503 Service Unavailable"],
  [
    "text of people",
    "Größe, データ, שלום, مرحبا, ประเทศไทย, नमस्ते, 👍",
    "Größe, データ, שלום, مرحبا, ประเทศไทย, नमस्ते, 👍",
  ],
  ["accents as marks", "e\u0301 o\u0302\u0301", "e\u0301 o\u0302\u0301"],
  ["line ends", "a\r\nb\tc", "a\\u{d}\\u{a}b\\u{9}c"],
  ["a terminal's escapes", "\x1b[2J\x9b2J\x7f", "\\u{1b}[2J\\u{9b}2J\\u{7f}"],
  [
    "bidirectional controls",
    "\u061c\u200e\u200f\u202a\u202e\u2066\u2069",
    bySpelling("61c 200e 200f 202a 202e 2066 2069"),
  ],
  [
    "zero-width characters",
    "a\u200bb\u200cc\u200dd\u2060e\ufefff",
    "a\\u{200b}b\\u{200c}c\\u{200d}d\\u{2060}e\\u{feff}f",
  ],
  ["line separators", "a\u2028b\u2029c\u0085d", "a\\u{2028}b\\u{2029}c\\u{85}d"],
  [
    "what is not seen",
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0",
    bySpelling("ad 34f 115f 1160 17b4 17b5 3164 ffa0"),
  ],
  ["Mongolian selectors", "\u180b\u180c\u180d\u180e\u180f", bySpelling("180b 180c 180d 180e 180f")],
  ["variation selectors", "\ufe00\ufe0f\u{e0100}", bySpelling("fe00 fe0f e0100")],
  ["annotations", "\ufff0\ufff9\ufffb", bySpelling("fff0 fff9 fffb")],
  ["shorthand and musical controls", "\u{1bca0}\u{1bca3}\u{1d173}\u{1d17a}", bySpelling("1bca0 1bca3 1d173 1d17a")],
  ["tag characters", "\u{e0001}\u{e0041}\u{e007f}\u{e0fff}", bySpelling("e0001 e0041 e007f e0fff")],
  ["lone surrogates", "a\ud800b\udfff", "a\\u{d800}b\\u{dfff}"],
  ["noncharacters", "\ufdd0\uffff\u{10ffff}", bySpelling("fdd0 ffff 10ffff")],
  ["four marks", `a${"\u0301".repeat(4)}`, `a${"\u0301".repeat(4)}`],
  ["a pile of marks", `a${"\u0301".repeat(6)}`, `a${"\u0301".repeat(4)}\\u{301}\\u{301}`],
];

function bySpelling(codes: string): string {
  return codes.split(" ").map((code) => `\\u{${code}}`).join("");
}

for (const [name, text, expected] of TEXTS) {
  Deno.test(`harmless text: ${name}`, pure, () => {
    strictEqual(harmless(text), expected);
    strictEqual(harmless(expected), expected, "what is spelled out stays as it is");
    strictEqual(blotted(text).length, text.length, "what stands below it, as a caret, still does");
    strictEqual(harmless(blotted(text)), blotted(text));
  });
}

Deno.test("a megabyte of marks is made harmless as fast as it is read", pure, () => {
  ok(harmless("\u0301".repeat(1_000_000)).startsWith("\u0301\u0301\u0301\u0301\\u{301}"));
});
