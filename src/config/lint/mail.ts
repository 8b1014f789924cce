/**
 * Lints of mail.
 */

import { directivesInNeedOf, unmetNeed } from "../language/directive_facts.ts";
import type { Lint } from "./lint.ts";

/** The questions about mail. */
export const MAIL_LINTS: Readonly<Record<string, Lint>> = {
  "mail-without-recipient": {
    why: "No alert is ever sent.",
    find: function* ({ tree }) {
      const scopes = [tree.globals, ...tree.sections.map(({ settings }) => settings)];
      if (scopes.some(({ emailalert }) => emailalert)) return;
      for (const settings of scopes) {
        for (const name of directivesInNeedOf("emailalert")) {
          const [setting] = [settings[name] ?? []].flat();
          const [text, fix] = unmetNeed(name);
          if (setting) yield { place: setting, text, fix };
        }
      }
    },
  },
};
