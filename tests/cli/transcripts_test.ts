/** What commands print that need no running director, as the documents show it. */

import { replay, type Step, transcript } from "../transcripts.ts";
import { withPeer } from "../checkers/peers.ts";
import { ldirectord, withFile } from "./program.ts";

/** The words of a command line. */
function wordsOf({ command }: Step): string[] {
  return Array.from(command.matchAll(/"([^"]*)"|\S+/g), ([word, quoted]) => quoted ?? word).slice(1);
}

/** Runs a command with `here` in place of `shown` in its words. */
async function run(step: Step, shown = "", here = ""): Promise<string> {
  const { stdout, stderr } = await ldirectord(...wordsOf(step).map((word) => word.replace(shown, here)));
  return stderr + stdout;
}

Deno.test("documents: check says why, and what to write", async () => {
  const site = `checkinterval = 5
quiescent = yes
virtual = 192.0.2.10:80
        real = 10.0.0.11:80 masq
        real = 10.0.0.12:80 masq
        service = http
`;
  await withFile(site, async (file) => {
    // What only this machine would be warned of is left out.
    const check = async (step: Step) =>
      (await run({ ...step, command: `${step.command} --elsewhere` }, "www", file)).replaceAll(file, "/etc/ha.d/www");
    await replay(transcript("docs/operating.md", "# ldirectord check www"), check);
  });
});

Deno.test("documents: probe shows the conversation", async () => {
  const answers = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nIt works!\n";
  await withPeer(async (client) => {
    await client.hearUntil("\r\n\r\n");
    await client.say(answers);
  }, ({ port }) => {
    const here = `127.0.0.1:${port}`;
    const probe = async (step: Step) => (await run(step, "10.0.0.12", here)).replaceAll(here, "10.0.0.12:80");
    return replay(transcript("docs/operating.md", "# ldirectord probe http://"), probe);
  });
});

Deno.test("documents: the first lines of the help", async () => {
  await replay(transcript("docs/operating.md", "# ldirectord -h"), (step) => run(step));
});
