import { closest } from "../../config/language/closest.ts";

/** The commands that steer a daemon. */
export const VERBS = ["start", "stop", "restart", "try-restart", "reload", "force-reload", "status"] as const;

/** One of {@link VERBS}. */
export type Verb = typeof VERBS[number];

/** What `status` is to print beside its old line: a table, or a document. */
export type StatusForm = "long" | "json" | "yaml";

/** How a daemon is to be started. */
export interface StartOptions {
  /** In the foreground, with every check logged on standard error. */
  readonly debug: boolean;
  /** In the foreground, for a service manager; the log is where the configuration says. */
  readonly foreground: boolean;
  /** In the background, even if the configuration has `supervised = yes`. */
  readonly background: boolean;
  /** Checks, and leaves the table to another director until `activate`. */
  readonly standby: boolean;
}

/** The options of all verbs. */
export interface VerbOptions extends StartOptions {
  readonly form?: StatusForm;
}

/** An option of the verbs, or several that say the same in different forms. */
export interface VerbOption {
  /** Its spellings, and what each sets; `undefined` for those that print something in place of the verb. */
  readonly spellings: Readonly<Record<string, Partial<VerbOptions> | undefined>>;
  /** The only verb that knows it; absent = every verb takes it. */
  readonly only?: Verb;
  /** What it does: help and manual say it. */
  readonly doc: string;
}

/** The options of the verbs, in the order in which they are listed. */
export const VERB_OPTIONS: readonly VerbOption[] = [
  {
    spellings: { "-d": { debug: true }, "--debug": { debug: true } },
    doc: "Stay in the foreground and log every check on standard error.",
  },
  {
    spellings: { "--foreground": { foreground: true } },
    doc:
      "Stay in the foreground, as service managers want it; tells systemd when it is ready, how it is, and that it " +
      "lives (Type=notify).",
  },
  {
    spellings: { "--background": { background: true } },
    doc: "Go to the background even if the configuration has supervised = yes, as cluster managers want it.",
  },
  {
    spellings: { "--standby": { standby: true } },
    doc: "Check, and leave the table to another director until activate.",
  },
  {
    spellings: { "--long": { form: "long" }, "--json": { form: "json" }, "--yaml": { form: "yaml" } },
    only: "status",
    doc: "Of status: everything, as a table or as a document.",
  },
  { spellings: { "-h": undefined, "--help": undefined }, doc: "Print a short help." },
  {
    spellings: { "-v": undefined, "--version": undefined },
    doc: "Print the version; with --json also commit, runtime and driver, as a document.",
  },
];

const OPTIONS = new Map(
  VERB_OPTIONS.flatMap(({ spellings, only }) =>
    Object.entries(spellings).map(([spelling, sets]) => [spelling, { sets, only }] as const)
  ),
);

/** What the command line asks for. */
export type Invocation =
  | { readonly kind: "verb"; readonly verb: Verb; readonly config?: string; readonly options: VerbOptions }
  /** A tool, with what follows its name. */
  | { readonly kind: "tool"; readonly name: string; readonly args: readonly string[] }
  | { readonly kind: "help"; readonly topic?: Verb }
  | { readonly kind: "version"; readonly asDocument: boolean }
  /** Not understood; `complaint` says what, where there is more to say than the usage. */
  | { readonly kind: "usage"; readonly complaint?: string };

/**
 * Reads `[OPTION …] [--] [configfile] start|stop|…`, `-h -? --help`, `-v --version`, `TOOL …`. Options may stand anywhere
 * before `--`; words after the command are ignored, as they always were. A configuration may be named as a tool is:
 * `check start` starts it; but `help start` is help.
 */
export function parseArguments(args: readonly string[], tools: ReadonlySet<string>): Invocation {
  if (tools.has(args[0]) && (!isVerb(args[1]) || !mayBeConfiguration(args[0]))) {
    return { kind: "tool", name: args[0], args: args.slice(1) };
  }
  const words: string[] = [];
  const given: string[] = [];
  for (const [i, arg] of args.entries()) {
    if (arg === "--") {
      words.push(...args.slice(i + 1));
      break;
    }
    if (!arg.startsWith("-") || arg === "-") words.push(arg);
    else if (OPTIONS.get(arg)?.sets) given.push(arg);
    else if (arg === "-h" || arg === "-?" || arg === "--help") return { kind: "help", topic: args.find(isVerb) };
    else if (arg === "-v" || arg === "--version") {
      return { kind: "version", asDocument: args.includes("--json") };
    } else return { kind: "usage", complaint: misspelt(args[0], tools) ?? unknownOption(arg) };
  }
  const [config, verb] = words.length > 1 ? words : [undefined, words[0]];
  if (!isVerb(verb)) return { kind: "usage", complaint: complaintOf(words, tools) };
  const stray = given.find((option) => (OPTIONS.get(option)?.only ?? verb) !== verb);
  if (stray) return { kind: "usage", complaint: `${verb} has no option ${stray}` };
  const none: VerbOptions = { debug: false, foreground: false, background: false, standby: false };
  const options = given.reduce((before, option) => ({ ...before, ...OPTIONS.get(option)?.sets }), none);
  return { kind: "verb", verb, config, options };
}

/** What is wrong with words of which none stands where a command is expected; `undefined` where there are none. */
function complaintOf([first, second]: readonly string[], tools: ReadonlySet<string>): string | undefined {
  if (second === undefined) return first && (misspelt(first, tools) ?? `Unknown command: ${first}`);
  if (isVerb(first)) return `The configuration comes before the command: ldirectord ${second} ${first}`;
  if (tools.has(second)) return `The command comes first: ldirectord ${second} ${first}`;
  return misspelt(second, tools) ?? misspelt(first, tools) ?? `Unknown command: ${second}`;
}

/** What is said of a word that is nearly a command. */
function misspelt(word: string, tools: ReadonlySet<string>): string | undefined {
  const near = closest(word, [...VERBS, ...[...tools].filter((name) => !isHidden(name))]);
  return near === undefined || near === word ? undefined : `Unknown command: ${word}; did you mean ${near}?`;
}

function unknownOption(option: string): string {
  const near = closest(option.replace(/^-+/, ""), [...OPTIONS.keys()].map((known) => known.replace(/^-+/, "")));
  return `Unknown option: ${option}${near === undefined ? "" : `; did you mean --${near}?`}`;
}

/** Whether a tool is one that only our own programs call. */
export function isHidden(tool: string): boolean {
  return tool.startsWith("__");
}

/** Whether a word is one of {@link VERBS}. */
export function isVerb(word: string | undefined): word is Verb {
  return VERBS.some((known) => known === word);
}

/** Whether a configuration may have the name of a tool. */
function mayBeConfiguration(tool: string): boolean {
  return tool !== "help" && !isHidden(tool);
}
