/**
 * What messages may show of a file: names, and the values of directives that cannot hold a secret. Letters and digits of
 * anything else become stars, so that quotes, brackets and carets stay where they are.
 */

import { closest } from "./closest.ts";
import { SECRET_DIRECTIVES } from "./directive_facts.ts";
import { DIRECTIVES, findDirective } from "./directives.ts";
import { valueExtent } from "./quotes.ts";
import { STEP_LISTS } from "./step_lists.ts";
import { OWN_KEY, STRUCTURES } from "./structured.ts";
import { FURTHER_VALUE } from "./values/quoted.ts";

/**
 * Gives a line of a file by its 1-based number, as a message may show it; `undefined` where there is none. `file` is that of an
 * included one; absent: the configuration's own.
 */
export type ShowLine = (line: number, file?: string) => string | undefined;

/** Shows lines of a configuration file. */
export function showCf(lines: readonly string[]): ShowLine {
  return (line) => lines[line - 1] === undefined ? undefined : shownLine(lines[line - 1]);
}

/** Shows lines of a configuration in YAML. All are read at the first one: what a line holds depends on those above it. */
export function showYaml(lines: readonly string[]): ShowLine {
  let shown: readonly string[] | undefined;
  return (line) => (shown ??= shownYamlLines(lines))[line - 1];
}

/**
 * Returns a word that is no directive's name as an error text quotes it, or nothing: it may be a password that has come to
 * stand where a name is expected.
 *
 * @param behind what follows it on its line.
 */
export function shownName(word: string, behind: string): string | undefined {
  const name = /^[\w-]*/.exec(word)![0];
  const isNear = closest(name, Object.keys(DIRECTIVES)) !== undefined ||
    findDirective(name.toLowerCase()) !== undefined;
  const isAssigned = /^[A-Za-z][A-Za-z_-]{0,30}$/.test(name) && /^\s*[=:]\s*\S/.test(behind);
  return isNear || isAssigned ? `"${name}"` : undefined;
}

function shownLine(line: string): string {
  const [, indent, name, sign] = /^(\s*)([\w-]*)(\s*[=:]?\s*)/.exec(line)!;
  const start = indent.length + name.length + sign.length;
  const head = `${indent}${
    name && (findDirective(name) || shownName(name, line.slice(indent.length + name.length))) ? name : masked(name)
  }${sign}`;
  if (isSecret(name)) return start < line.length ? `${head}***` : head;
  const length = /[=:]/.test(sign) ? openLength(name, line.slice(start)) : 0;
  return hideUserInfo(`${head}${line.slice(start, start + length)}${masked(line.slice(start + length))}`);
}

/** How many characters of a value, comment and all, cannot be secret. */
function openLength(name: string, value: string): number {
  const row = findDirective(name)?.row;
  if (!row) return 0;
  const raw = value.slice(0, valueExtent(value, 0).end);
  return row.value.openPart?.(raw) ?? raw.replace(FURTHER_VALUE, "").length;
}

/** What is in names of secrets: the value of a misspelt directive is hidden as well. */
const LIKE_A_SECRET = /pass|pwd|secr|token|header|notify/i;
const SECRET_NAMES = ["password", ...SECRET_DIRECTIVES];

/** Whether the value of a directive, or of a word that may be meant for one, is hidden as a whole. */
function isSecret(name: string): boolean {
  const row = findDirective(name)?.row;
  if (row) return row.secret !== undefined;
  return LIKE_A_SECRET.test(name) || (name.length > 3 && closest(name, SECRET_NAMES) !== undefined);
}

function masked(text: string): string {
  return text.replace(/[\p{L}\p{N}]/gu, (character) => "*".repeat(character.length));
}

/** A password in a URL: as many stars, so that what follows stays where it is. */
function hideUserInfo(line: string): string {
  return line.replace(
    /:\/\/([^\s/@":]*:)([^\s/@"]*)@/g,
    (_, user, password) => `://${user}${"*".repeat(password.length)}@`,
  );
}

/** Keys that YAML has beside the directives, and below some of them. */
const OPEN_KEYS: ReadonlySet<string> = new Set([
  "address",
  "mark",
  OWN_KEY,
  ...STEP_LISTS,
  ...Object.values(STRUCTURES).flatMap(({ parts }) => parts.filter(({ inRow }) => inRow).map(({ key }) => key)),
]);

/** A key of YAML, while its value or what is indented below it is being read. */
interface Key {
  readonly name: string;
  readonly indent: number;
  readonly isOpen: boolean;
}

function shownYamlLines(lines: readonly string[]): readonly string[] {
  const keys: Key[] = [];
  return lines.map((line) => {
    const [prefix] = /^\s*(?:-\s+)*/.exec(line)!;
    const indent = prefix.length;
    if (indent === line.length) return line;
    while (keys.length > 0 && keys.at(-1)!.indent >= indent) keys.pop();
    if (keys.some(({ isOpen }) => !isOpen)) return `${prefix}***`;
    const key = /^(["']?)([\w-]+)\1(\s*:)(?:\s+|$)/.exec(line.slice(indent));
    const rest = line.slice(indent + (key?.[0].length ?? 0));
    if (key) {
      const [whole, , name] = key;
      const isOpen = OPEN_KEYS.has(name) || (findDirective(name) !== undefined && !isSecret(name) && !hidesAll(name));
      keys.push({ name, indent, isOpen });
      const shown = OPEN_KEYS.has(name) ? rest.length : openLength(name, rest);
      if (isSecret(name)) return `${prefix}${whole}${rest && "***"}`;
      const shownText = shownName(name, `: ${rest}`) || findDirective(name) || OPEN_KEYS.has(name)
        ? whole
        : masked(whole);
      return hideUserInfo(`${prefix}${shownText}${shownValue(rest, shown)}`);
    }
    const parent = keys.at(-1)?.name;
    const isElement = prefix.includes("-") && parent !== undefined && findDirective(parent)?.row.opens === undefined;
    const shown = !isElement ? 0 : OPEN_KEYS.has(parent) ? rest.length : openLength(parent, rest);
    return hideUserInfo(`${prefix}${shownValue(rest, shown)}`);
  });
}

/** A value, unless it is a mapping in brackets: there names and values stand in one line. */
function shownValue(value: string, length: number): string {
  const shown = /[{}]|[\w-]["']?\s*:(\s|$)/.test(value) ? 0 : length;
  return `${value.slice(0, shown)}${masked(value.slice(shown))}`;
}

/** Whether nothing of a directive's value may be shown. */
function hidesAll(name: string): boolean {
  return findDirective(name)?.row.value.openPart?.("") !== undefined && STRUCTURES[name] === undefined;
}
