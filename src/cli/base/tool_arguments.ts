import { parseArgs, type ParseArgsConfig } from "node:util";
import { UsageError } from "./tool.ts";

/** The options that a tool knows, as node:util's `parseArgs` takes them. */
export type Options = NonNullable<ParseArgsConfig["options"]>;

/** A tool's command line, taken apart. */
export interface ToolArguments<O extends Options> {
  readonly values: ReturnType<typeof parseArgs<{ options: O }>>["values"];
  readonly words: readonly string[];
}

/**
 * Takes a tool's arguments apart.
 *
 * @param most how many words may stand beside the options.
 * @throws {UsageError}
 */
export function toolArguments<const O extends Options>(
  args: readonly string[],
  options: O,
  most: number,
): ToolArguments<O> {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    if (positionals.length > most) throw new UsageError(`unexpected argument '${positionals[most]}'`);
    return { values, words: positionals };
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message.split(". ")[0]);
    throw error;
  }
}
