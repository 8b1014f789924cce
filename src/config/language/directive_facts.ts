/**
 * Questions that the table of directives answers: which ones are of a kind, and what is said of one.
 */

import type { Directive, DirectiveNeed } from "./directive.ts";
import { type DirectiveName, DIRECTIVES } from "./directives.ts";

/** The directives with these fields in their row. */
type DirectivesWith<Fields> = {
  [Name in DirectiveName]: typeof DIRECTIVES[Name] extends Fields ? Name : never;
}[DirectiveName];

/** A directive that may have a secret as its value. */
export type SecretDirective = DirectivesWith<{ readonly secret: unknown }>;

/** A directive that has a secret as its value. */
export type PasswordDirective = DirectivesWith<{ readonly secret: "always" }>;

/** A directive that names a file which must be there. */
export type FileDirective = DirectivesWith<{ readonly file: unknown }>;

/** A directive that changes something in checks. */
export type CheckDirective = DirectivesWith<{ readonly checks: unknown }>;

/** A directive with lines that are steps of a list. */
export type StepDirective = DirectivesWith<{ readonly stepOf: unknown }>;

/** A directive of IPv4 that has a sibling for IPv6 with a name that ends in 6. */
export type FamilyDirective = DirectivesWith<{ readonly family: 4 }>;

/** A directive that needs another one. */
export type NeedyDirective = DirectivesWith<{ readonly needs: unknown }>;

/** A directive of which a change takes effect at a restart. */
export type RestartDirective = DirectivesWith<{ readonly atRestart: true }>;

/** The directives that may have a secret as their value. */
export const SECRET_DIRECTIVES = namesWhere<SecretDirective>(({ secret }) => secret !== undefined);

/** The directives that name a file which must be there. */
export const FILE_DIRECTIVES = namesWhere<FileDirective>(({ file }) => file !== undefined);

/** The directives that change something in checks. */
export const CHECK_DIRECTIVES = namesWhere<CheckDirective>(({ checks }) => checks !== undefined);

/** Directives that may be given for a real server alone. */
export const SERVER_DIRECTIVES: readonly DirectiveName[] = namesWhere<DirectiveName>(({ checks, ofServer }) =>
  checks !== undefined || ofServer === true
);

/** The directives of IPv4 that have a sibling for IPv6. */
export const FAMILY_DIRECTIVES = namesWhere<FamilyDirective>(({ family }) => family === 4);

/** Whether a directive's value is always a secret. */
export function isPassword(name: DirectiveName): name is PasswordDirective {
  const { secret }: Directive<unknown> = DIRECTIVES[name];
  return secret === "always";
}

/** Returns the name of a directive in sections of an address family. */
export function ofFamily<Name extends FamilyDirective>(name: Name, family: 4 | 6): Name | `${Name}6` {
  return family === 6 ? `${name}6` : name;
}

/** Returns the directives that need this one. */
export function directivesInNeedOf(needed: DirectiveName): readonly NeedyDirective[] {
  return namesWhere<NeedyDirective>(({ needs }) => needs?.directive === needed);
}

/** Returns what is said of a directive that lacks the one it needs: the text, the hint, and that one's name. */
export function unmetNeed(name: NeedyDirective): readonly [text: string, hint: string, missing: DirectiveName] {
  const { directive, hint, text }: DirectiveNeed & { readonly directive: DirectiveName } = DIRECTIVES[name].needs;
  return [text ?? `${name} has no effect without ${directive}`, hint, directive];
}

/** Returns what a directive does, when a change of it takes effect, and since when there is one. */
export function docOf({ doc, atRestart, since }: Directive<unknown>): string {
  const restart = atRestart ? " A change takes effect at a restart." : "";
  return `${doc}${restart}${since === undefined ? "" : ` Since ${since}.`}`;
}

function namesWhere<Name extends DirectiveName>(has: (row: Directive<unknown>) => boolean): readonly Name[] {
  const rows = Object.entries<Directive<unknown>>(DIRECTIVES);
  return rows.flatMap(([name, row]) => has(row) ? [name as Name] : []);
}
