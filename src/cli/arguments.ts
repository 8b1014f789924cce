/** The commands that steer a daemon. */
export const VERBS = ["start", "stop", "restart", "try-restart", "reload", "force-reload", "status"] as const;

/** One of {@link VERBS}. */
export type Verb = typeof VERBS[number];

/** How a daemon is to be started. */
export interface StartOptions {
  /** In the foreground, with every check logged on standard error. */
  readonly debug: boolean;
  /** In the foreground, for a service manager; the log is where the configuration says. */
  readonly foreground: boolean;
  /** Checks, and leaves the table to another director until it is told to take it over. */
  readonly standby: boolean;
}

/** What the command line asks for. */
export type Invocation =
  | { readonly kind: "verb"; readonly verb: Verb; readonly config?: string; readonly options: StartOptions }
  /** A tool, with what follows its name. */
  | { readonly kind: "tool"; readonly name: string; readonly args: readonly string[] }
  | { readonly kind: "help" | "version" }
  /** Not understood; `complaint` says what, where there is more to say than the usage. */
  | { readonly kind: "usage"; readonly complaint?: string };

/**
 * Reads `[-d|--debug] [--foreground] [--standby] [--] [configfile] start|stop|…`, `-h -? --help`, `-v --version`, `TOOL …`. Options may stand
 * anywhere before `--`; words after the command are ignored, as they always were. A configuration may be named as a
 * tool is: `check start` starts it.
 */
export function parseArguments(args: readonly string[], tools: ReadonlySet<string>): Invocation {
  if (tools.has(args[0]) && !isVerb(args[1])) return { kind: "tool", name: args[0], args: args.slice(1) };
  const words: string[] = [];
  let debug = false;
  let foreground = false;
  let standby = false;
  for (const [i, arg] of args.entries()) {
    if (arg === "--") {
      words.push(...args.slice(i + 1));
      break;
    }
    if (!arg.startsWith("-") || arg === "-") words.push(arg);
    else if (arg === "-d" || arg === "--debug") debug = true;
    else if (arg === "--foreground") foreground = true;
    else if (arg === "--standby") standby = true;
    else if (arg === "-h" || arg === "-?" || arg === "--help") return { kind: "help" };
    else if (arg === "-v" || arg === "--version") return { kind: "version" };
    else return { kind: "usage", complaint: `Unknown option: ${arg}` };
  }
  const [config, word] = words.length > 1 ? words : [undefined, words[0]];
  if (isVerb(word)) return { kind: "verb", verb: word, config, options: { debug, foreground, standby } };
  return { kind: "usage", complaint: word && `Unknown command: ${word}` };
}

function isVerb(word: string | undefined): word is Verb {
  return VERBS.some((known) => known === word);
}
