import type { Directive } from "../language/directive.ts";
import { type DirectiveName, DIRECTIVES, type ValueOf } from "../language/directives.ts";
import type { Setting, Settings } from "../language/syntax_tree.ts";

/** A directive of which the last one counts. */
type SingleDirective = {
  [Name in DirectiveName]: typeof DIRECTIVES[Name] extends { readonly repeats: true } ? never : Name;
}[DirectiveName];

/** Defaults that have been read. */
const defaults = new Map<DirectiveName, unknown>();

/**
 * Returns the value of a directive: that of the first scope that gives it, or else the default of its row, which must be
 * written as a value.
 */
export function valueIn<Name extends SingleDirective>(name: Name, ...scopes: readonly Settings[]): ValueOf<Name> {
  for (const scope of scopes) {
    const setting = scope[name] as Setting<ValueOf<Name>> | undefined;
    if (setting) return setting.value;
  }
  return defaultOf(name);
}

function defaultOf<Name extends SingleDirective>(name: Name): ValueOf<Name> {
  if (!defaults.has(name)) {
    const { value, default: text }: Directive<unknown> = DIRECTIVES[name];
    const reading = value.read(text);
    if ("mistake" in reading) throw new Error(`the default of ${name} is no value: ${reading.mistake.text}`);
    defaults.set(name, reading.value);
  }
  return defaults.get(name) as ValueOf<Name>;
}
