/**
 * Text of others made harmless: a server's reply, a program's last line or a file of elsewhere reaches terminals, logs,
 * mails and pages. It must neither steer them nor look like what it is not.
 */

/** Marks that may stand on one letter; no script needs more, and a pile of them covers the lines above. */
const MOST_MARKS = 4;

/**
 * Controls, line separators, lone surrogates and noncharacters; what turns the direction of writing (Unicode, annex 9), and
 * what is not seen at all (Unicode, chapter 5.21), such as zero-width and tag characters.
 */
const UNSEEN = String.raw`[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]`;

const HARMFUL = new RegExp(String.raw`${UNSEEN}|(?<=\p{M}{${MOST_MARKS}})\p{M}`, "gu");

const PLAIN = /^[\x20-\x7e]*$/;

/** Whether the text is one line of ASCII that can be shown as it is, as nearly all are. */
export function isHarmless(text: string): boolean {
  return PLAIN.test(text);
}

/** Returns the text as one line with each harmful character spelled out, as in `\u{202e}`. */
export function harmless(text: string): string {
  if (isHarmless(text)) return text;
  return text.replace(HARMFUL, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);
}

/** Returns the text as {@link harmless} does, but with a blank for each run of line ends and tabs. */
export function harmlessLine(text: string): string {
  return harmless(text.replace(/[\t-\r]+/g, " "));
}

/** Returns the text with U+FFFD for each harmful character, so that what stands below a character still does. */
export function blotted(text: string): string {
  if (isHarmless(text)) return text;
  return text.replace(HARMFUL, (character) => "\u{fffd}".repeat(character.length));
}
