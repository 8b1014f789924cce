/**
 * Lints of files: those that the configuration names, and its own.
 */

import { placeOfLine } from "../../model/source_lines.ts";
import { isCredential, type RequestHeader, speaksTls } from "../../model/check.ts";
import { Secret } from "../../model/secret.ts";
import { checksOf, type Model, type NotifyTarget } from "../../model/virtual_service.ts";
import { SECRET_DIRECTIVES, type SecretDirective } from "../language/directive_facts.ts";
import type { Setting, SyntaxTree } from "../language/syntax_tree.ts";
import { inSections, type Lint } from "./lint.ts";
import { IS_MISSING, namedFiles, scopesOf } from "./named_files.ts";

/** The questions about files. */
export const FILE_LINTS: Readonly<Record<string, Lint>> = {
  "secrets-readable": {
    why: "Every user of this machine can read the passwords and tokens in it.",
    find: function* ({ tree, model, facts }) {
      for (const [file, first] of firstSecrets(tree, model)) {
        if (((facts.fileModes?.get(file) ?? 0) & 0o004) === 0) continue;
        yield {
          place: first,
          text: "the file holds a password or token, and everybody may read it",
          fix: `chmod 600 ${file}`,
        };
      }
    },
  },

  "include-without-file": {
    why:
      "A folder may be empty. Where it should not be, the path may be wrong: it counts from the folder of this file.",
    find: function* ({ facts: { emptyIncludes = [] } }) {
      for (const place of emptyIncludes) {
        yield {
          severity: "note",
          place,
          text: "include matches no file",
          fix: "correct the path if it should; a name that begins with a dot is not matched",
        };
      }
    },
  },

  "file-missing": {
    why: "What is not there fails when it is needed: a check that cannot be made, a hook that does nothing.",
    find: function* ({ tree, facts: { unusable } }) {
      for (const { place, path, what } of namedFiles(tree)) {
        if (unusable?.get(path) !== IS_MISSING) continue;
        yield { place, text: `${what} ${path} ${IS_MISSING}`, fix: "correct the path, or install it" };
      }
    },
  },

  "file-unusable": {
    why:
      "A check that cannot be made says nothing of its real servers, which stay as they were: their state is unknown.",
    find: function* ({ tree, facts: { unusable } }) {
      for (const { place, path, what, use } of namedFiles(tree)) {
        const why = unusable?.get(path);
        if (why === undefined || why === IS_MISSING) continue;
        const fix = use === "program" ? `chmod +x ${path}, if that is the right one` : "correct the path, or the file";
        yield { place, text: `${what} ${path} ${why}`, fix };
      }
    },
  },

  "library-missing": {
    why: "Checks over TLS cannot be made without OpenSSL's library: the state of their real servers is unknown.",
    find: inSections(function* ({ section, virtual }, { facts: { openSsl } }) {
      const isTls = [...virtual.reals.values()].some(({ policy }) => checksOf(policy).some(speaksTls));
      if (openSsl !== false || !isTls) return;
      yield {
        place: section.head,
        text: "its checks need OpenSSL's library, which is not here",
        fix: "install libssl3 (RHEL: openssl-libs)",
      };
    }),
  },
};

/** Returns the files of a configuration that hold secrets, each with the first one. */
export function firstSecrets(tree: SyntaxTree, model: Model): ReadonlyMap<string, Setting<unknown>> {
  const settings = scopesOf(tree).flatMap((scope) =>
    SECRET_DIRECTIVES.flatMap((name) => [scope[name] ?? []].flat().filter(({ value }) => holdsSecret(name, value)))
  );
  const found = new Map<string, Setting<unknown>>();
  for (const setting of settings.sort((a, b) => a.line - b.line)) {
    const file = placeOfLine(model.included, setting.line).file ?? model.file;
    if (!found.has(file)) found.set(file, setting);
  }
  return found;
}

/** Whether a value of a directive that may be secret is one. */
function holdsSecret(name: SecretDirective, value: Secret | RequestHeader | NotifyTarget): boolean {
  // Most of what dialogues send is no secret.
  if (name === "send") {
    return value instanceof Secret && /auth|bind|key|login|pass|pwd|secret|token|user/i.test(value.reveal());
  }
  if (value instanceof Secret) return value.reveal() !== "";
  return "name" in value && isCredential(value);
}
