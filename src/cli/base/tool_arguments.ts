import { parseArgs } from "node:util";
import { closest } from "../../config/language/closest.ts";
import { allOptionsOf, type Declaration, type Option, type Options, spellingsOf } from "./declaration.ts";
import { UsageError } from "./tool.ts";

/** What an option gives: its value, or that it was given; a list of that where it may be repeated. */
type Given<O extends Option> = O extends { readonly repeats: true } ? Once<O>[] : Once<O>;
type Once<O extends Option> = O extends { readonly value: string | readonly string[] } ? string : boolean;

/** The values of options that were given, by their names. */
export type Values<O extends Options> = { readonly [Name in keyof O]?: Given<O[Name]> };

/** A tool's command line, taken apart. */
export interface ToolArguments<O extends Options> {
  readonly values: Values<O>;
  /** Those of the further options. */
  readonly further: Readonly<Record<string, readonly string[]>>;
  readonly words: readonly string[];
}

type Parsed = Pick<Declaration, "words" | "further">;

/**
 * Takes a tool's arguments apart, as it is declared.
 *
 * @throws {UsageError}
 */
export function toolArguments<O extends Options>(
  args: readonly string[],
  declared: Parsed & { readonly options: O },
): ToolArguments<O> {
  const { values, positionals } = parsed(args, declared);
  const most = declared.words.length;
  if (positionals.length > most) throw new UsageError(`unexpected argument '${positionals[most]}'`);
  const isFurther = ([name]: readonly [string, unknown]) => Object.hasOwn(declared.further?.options ?? {}, name);
  const [own, further] = [false, true].map((wanted) =>
    Object.fromEntries(Object.entries(values).filter((each) => isFurther(each) === wanted))
  );
  return { values: own as Values<O>, further: further as Record<string, readonly string[]>, words: positionals };
}

function parsed(args: readonly string[], declared: Parsed & { readonly options: Options }) {
  const all = allOptionsOf(declared);
  try {
    return parseArgs({ args: [...args], options: parserOptions(all), allowPositionals: true });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const unknown = /^Unknown option '([^']+)'/.exec(error.message)?.[1];
    throw new UsageError(unknown === undefined ? error.message.split(". ")[0] : unknownOption(unknown, args, all));
  }
}

/** The options as node:util's `parseArgs` takes them. */
function parserOptions(options: Options) {
  return Object.fromEntries(
    Object.entries(options).map(([name, { short, value, repeats }]) => [name, {
      type: value === undefined ? "boolean" as const : "string" as const,
      ...short === undefined ? {} : { short },
      ...repeats ? { multiple: true } : {},
    }]),
  );
}

/** One that was written with a single dash is read as letters: the whole word says what was meant. */
function unknownOption(option: string, args: readonly string[], options: Options): string {
  const written = (args.find((arg) => arg.startsWith(option)) ?? option).split("=")[0];
  const near = closest(written.replace(/^-+/, ""), Object.keys(options));
  const meant = near === undefined ? "" : `: did you mean ${spellingsOf(near, options[near]).at(-1)}?`;
  return `unknown option '${option}'${meant}`;
}
