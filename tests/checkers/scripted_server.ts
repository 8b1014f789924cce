/**
 * Servers of line protocols that follow a script.
 */

import type { Client, Manners } from "./peers.ts";

/** What is said to a command: by the command's beginning, the longest that fits. "" says nothing, ever. */
export type Script = Readonly<Record<string, string>>;

/** Greets, answers each line by the script, and closes after the answer to `QUIT` or `2 LOGOUT`. */
export function scripted(greeting: string, script: Script): Manners {
  return async (client: Client) => {
    await client.say(`${greeting}\r\n`);
    for (let rest = "";;) {
      const heard = rest + await client.hearUntil("\r\n");
      const lines = heard.split("\r\n");
      rest = lines.pop()!;
      for (const line of lines) {
        const beginning = Object.keys(script).filter((key) =>
          line.startsWith(key)
        ).sort((a, b) => b.length - a.length)[0];
        if (beginning === undefined) throw new Error(`the script has no answer to ${line}`);
        if (script[beginning] === "") return await client.over();
        await client.say(`${script[beginning]}\r\n`);
        if (/^(QUIT|2 LOGOUT)$/.test(line)) return;
      }
    }
  };
}
