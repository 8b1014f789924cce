/**
 * Lints of checks: settings that none of them looks at, and commands that do not do what they seem to.
 */

import { type Check, expectsHeaders, RECEIVE_HINT } from "../../model/check.ts";
import { beginsWithTls } from "../../model/service_facts.ts";
import { checksOf } from "../../model/virtual_service.ts";
import { inSections, inVariants, type Lint, variantsOf, type View } from "./lint.ts";
import { CHECK_SETTINGS, type Kind, lookedAtBy, looksAt } from "../language/service_docs.ts";
import { type NamedCommand, namedCommands } from "./named_files.ts";
import { realsOf } from "../language/own_sections.ts";
import type { Setting, Settings, SyntaxTree } from "../language/syntax_tree.ts";

/** The questions about checks. */
export const CHECK_LINTS: Readonly<Record<string, Lint>> = {
  "setting-without-effect": {
    why: "The section is checked in another way, which does not look at it.",
    find: inSections(function* (view) {
      const variants = variantsOf(view).filter(({ virtual: { reals } }) => reals.size > 0);
      const lines = realsOf(view.section);
      for (
        const [name, setting] of checkSettingsIn([
          view.section.settings,
          ...lines.map(({ own }) => own?.settings),
        ])
      ) {
        const concerned = variants.filter(({ section: { settings } }) => [settings[name]].flat()[0] === setting);
        const checks = concerned.flatMap(checksIn);
        if (variants.length === 0 || checks.some((check) => looksAt(kindOf(check), name, goesOverTls(check)))) continue;
        // Of these the load has warned.
        if (name === "starttls" && checks.some(({ method }) => method === "negotiate")) continue;
        if (name === "tlscafile" && !checks.some(({ target }) => target.tlsVerify)) continue;
        const kinds = [...new Set(checks.map(kindOf))];
        const way = kinds.length > 0 ? `by ${kinds.join(" and ")}` : "not at all";
        const why = concerned.length > 0 ? `the real servers are checked ${way}` : "each real server has its own";
        yield { place: setting, text: `${name} has no effect: ${why}`, fix: `leave it out; ${users(name)}` };
      }
    }),
  },

  "receive-of-headers": {
    why: "receive is matched on the body of the page. The status line and the headers are not part of it.",
    find: inVariants(function* ({ section: { family, settings }, virtual: { reals } }) {
      const lines = family === 6 ? settings.real6 : settings.real;
      for (const { policy, line } of reals.values()) {
        const check = checksOf(policy).find(({ target }) => expectsHeaders(target));
        const own = lines?.find((each) => each.line === line && each.value.pair);
        const place = own ?? settings.receive;
        if (!check || !place) continue;
        yield { place, text: "receive looks for a line that stands above the page's body", fix: RECEIVE_HINT };
      }
    }),
  },

  "dialogue-without-expect": {
    why:
      "What the server answers is not looked at: over tcp it need only accept the connection, over udp not even be there.",
    find: inVariants(function* (view) {
      const { send } = view.section.settings;
      const blind = ({ target: { dialogue = [] } }: Check) => !dialogue.some((step) => "expect" in step);
      if (!send || !checksIn(view).some((check) => looksAt(kindOf(check), "send") && blind(check))) return;
      yield {
        place: send.at(-1)!,
        text: "the dialogue expects no answer",
        fix: 'add expect = "text", which only a server in good order answers',
      };
    }),
  },

  "unwanted-before-answer": {
    why:
      "An expect with a ! looks at what has come so far, which may be the first piece of an answer that has it further on.",
    find: inVariants(function* (view) {
      const { send = [], expect = [] } = view.section.settings;
      const hasAnswer = new Set(expect.filter(({ value }) => !value.isUnwanted).map(({ nth }) => nth));
      const sends = new Set(send.map(({ nth }) => nth));
      // A datagram comes as a whole.
      const inPieces = ({ target: { transport } }: Check) => transport === "tcp";
      if (!checksIn(view).some((check) => looksAt(kindOf(check), "expect") && inPieces(check))) return;
      for (const line of expect.filter(({ value }) => value.isUnwanted)) {
        let above = line.nth! - 1;
        while (above >= 0 && !sends.has(above) && !hasAnswer.has(above)) above--;
        if (hasAnswer.has(above)) continue;
        yield {
          place: line,
          text: "this expect does not wait for the whole answer",
          fix: 'add one above it that does, such as expect = "\\n" for a line',
        };
      }
    }),
  },

  "json-without-page": {
    why:
      "A json: path is for services that are asked for pages. For others the text is a regular expression like any other.",
    find: inVariants(function* (view) {
      const { section: { settings } } = view;
      const check = checksIn(view).find(({ target }) => target.receive?.source.startsWith("json:"));
      if (!check || !settings.receive?.value.source.startsWith("json:")) return;
      yield {
        place: settings.receive,
        text: `json: in receive is a regular expression with ${kindOf(check)}`,
        fix: "write service = http, or an expression",
      };
    }),
  },

  "sentinel-waits": {
    why:
      "A sentinel has only the first check made at once: the further ones of failurecount come an interval later each.",
    find: inVariants(function* ({ section, virtual: { failureCount, reals } }, { tree }) {
      if (failureCount < 2) return;
      const watched = [...reals.values()].find(({ policy }) => policy.kind === "checked" && policy.sentinel);
      const [check] = watched ? checksOf(watched.policy) : [];
      if (!check || check.retryInterval < check.interval) return;
      const seconds = (failureCount - 1) * check.interval;
      yield {
        place: section.settings.failurecount ?? tree.globals.failurecount ?? section.head,
        text:
          `with failurecount = ${failureCount} a server that has died is out after ${seconds} s, despite its sentinel`,
        fix: "add retryinterval = 1",
      };
    }),
  },

  "no-check-command": {
    why: "Without a checkcommand /bin/true is run, which always passes: no real server is ever found down.",
    find: inVariants(function* (view) {
      const { section: { settings }, virtual: { reals } } = view;
      if (reals.size === 0 || settings.checkcommand || !checksIn(view).some(isExternal)) return;
      yield {
        place: settings.checktype!,
        text: "checktype = external has no checkcommand",
        fix: "add checkcommand = /path/to/program",
      };
    }),
  },

  "relative-command": {
    why:
      "A name without a path is looked for in the folders of the daemon's PATH, and a path that does not begin with / below its " +
      "working directory, which is /: what is tried in a shell may be another program.",
    find: function* ({ tree }) {
      for (const { directive, setting, argv: [program] } of commandsIn(tree)) {
        if (program.startsWith("/")) continue;
        yield {
          place: setting,
          text: `the program of ${directive} is not given by its path`,
          fix: "write it from the / on",
        };
      }
    },
  },

  "shell-in-command": {
    why: "The program is run without a shell: signs that mean something to a shell are handed to it as they are.",
    find: function* ({ tree }) {
      for (const { directive, setting, argv } of commandsIn(tree)) {
        const found = argv.map((word) => SHELL_SYNTAX.exec(word)?.[0]).find((each) => each !== undefined);
        // Without the name of a variable: what stands in a command may be secret.
        const sign = found?.replace(/[^|&;<>$~`]/g, "");
        if (sign === undefined) continue;
        yield {
          place: setting,
          text: `${directive} has ${sign} in it, which only a shell understands`,
          fix: 'write a script and name it, or /bin/sh -c "…" with the command in single quotes',
        };
      }
    },
  },
};

/** Pipes, lists, redirections, variables, command substitution. */
const SHELL_SYNTAX = /^(?:\|\|?|&&?|;|\d?>>?(?:&\d)?|<)$|^\d?>|;$|^~\/|\$(?:[A-Za-z_{(]|\d)|`/;

/** Returns the commands of a file but those that call a shell themselves, which know what they do. */
function commandsIn(tree: SyntaxTree): readonly NamedCommand[] {
  return namedCommands(tree).filter(({ argv }) => !(/(^|\/)(ba|da|z|k)?sh$/.test(argv[0]) && argv.includes("-c")));
}

/** Returns the settings that only some checks look at, of a list the first. */
function* checkSettingsIn(
  scopes: readonly (Settings | undefined)[],
): Generator<readonly [typeof CHECK_SETTINGS[number], Setting<unknown>]> {
  for (const settings of scopes) {
    for (const name of CHECK_SETTINGS) {
      const [setting] = [settings?.[name]].flat() as readonly (Setting<unknown> | undefined)[];
      if (setting) yield [name, setting];
    }
  }
}

function checksIn({ virtual: { reals } }: View): readonly Check[] {
  return [...reals.values()].flatMap(({ policy }) => checksOf(policy)).filter(({ method }) =>
    method !== "agent" && method !== "weightfile"
  );
}

function kindOf({ method, target }: Check): Kind {
  return method === "negotiate" ? target.service : method;
}

function isExternal({ method }: Check): boolean {
  return method === "external" || method === "external-perl";
}

/** A request may name a page over TLS. */
function goesOverTls({ method, target }: Check): boolean {
  if (method !== "negotiate") return false;
  return beginsWithTls(target.service) || target.startTls || /^https:/i.test(target.request ?? "");
}

function users(name: Parameters<typeof lookedAtBy>[0]): string {
  const kinds = lookedAtBy(name);
  if (kinds.length === 0) return "it is for checks that go to a port";
  if (kinds.every((kind) => /^external/.test(kind))) return "it is for checktype = external";
  return `it is for ${kinds.map((kind) => kind === "file" ? "checktype = file" : kind).join(", ")}`;
}
