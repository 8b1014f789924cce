/**
 * The grammars of files, accounts and other configurations by their names.
 */

import { closest } from "../closest.ts";
import { type Grammar, mistake, value, whole } from "../grammar.ts";
import { quotable } from "../quotes.ts";
import { quoted } from "./quoted.ts";

/** A file or directory by its absolute path: the daemon's working directory is `/`. */
export const path: Grammar<string> = quotable("path", (text) => {
  if (text.startsWith("/")) return value(text);
  return mistake(whole(text), `not an absolute path: ${quoted(text)}`, "a path begins with /");
}, { type: "string", pattern: "^/" });

/** The name of an account of the system (shadow-utils allows these characters). */
export const accountName: Grammar<string> = quotable("account", (text) => {
  if (/^[a-z_][\w-]*\$?$/i.test(text)) return value(text);
  return mistake(whole(text), `not the name of an account: ${quoted(text)}`, "write a name that /etc/passwd has");
});

/** The name of another configuration, or its path. */
export const configurationName: Grammar<string> = quotable("configuration", (text) => {
  if (text === "") return mistake(whole(text), "the name of a configuration is missing");
  if (text.startsWith("-")) return mistake(whole(text), "the name of a configuration cannot begin with -");
  return value(text);
});

/** The path of files to include, which may have `*` and `?` in its last part. */
export const includePath: Grammar<string> = quotable("path", (text) => {
  if (/^\.{0,2}$|\/\.{0,2}$/.test(text)) {
    return mistake(
      whole(text),
      `not the path of a file: ${quoted(text)}`,
      "write conf.d/*.cf for all files of a folder",
    );
  }
  const wild = text.search(/[*?][^/]*\//);
  if (wild < 0) return value(text);
  return mistake({ at: wild, length: 1 }, "* and ? stand only in the last part of a path", "name the folder");
});

const FACILITIES = [
  ..."auth authpriv cron daemon ftp kern lpr mail news syslog user uucp".split(" "),
  ...Array.from({ length: 8 }, (_, i) => `local${i}`),
];

const LOG_DAEMONS = ["journal", ...FACILITIES];

/** A log file's path, the journal, or a syslog facility. */
export const logTarget: Grammar<string> = quotable("path|journal|facility", (text) => {
  if (text.startsWith("/") || LOG_DAEMONS.includes(text)) return value(text);
  const near = closest(text, LOG_DAEMONS);
  return mistake(
    whole(text),
    `neither a path nor journal nor a syslog facility: ${quoted(text)}`,
    near ? `did you mean ${near}?` : "a path begins with /; the facilities are daemon, local0 to local7 and the like",
  );
});
