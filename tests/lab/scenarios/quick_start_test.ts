import { deepStrictEqual } from "node:assert/strict";
import { scenario } from "../world/scenario.ts";

const README = new URL("../../../README.md", import.meta.url);
const SECTION = /^## Quick start$(.*?)^## /ms;
/** A block of the section that is shown as it is: lines with four spaces in front. */
const BLOCK = /(?:^ {4}.*\n|^\n(?= {4}))+/gm;
const PROMPT = "# ";

/** What differs from run to run: times, process ids, digests, how a column is padded. */
function normalised(text: string): string {
  return text.replaceAll(/\b[\d.]+ ?(?:ms|s)\b/g, "T").replaceAll(/pid:? \d+/g, "pid N").replaceAll(
    /\b[\da-f]{12}\b/g,
    "DIGEST",
  )
    .replaceAll(/\S+ \S+ [\d:.]+ \d{4}\|www\|\d+/g, "WHEN").replaceAll(/[ \t]+/g, " ").replaceAll(/\n\s*\n/g, "\n")
    .trim();
}

scenario("README's quick start: its configuration, and what each of its commands shows", async (world) => {
  const { director, reals } = world;
  const section = SECTION.exec(await Deno.readTextFile(README))?.[1] ?? "";
  const [config, session] = Array.from(section.matchAll(BLOCK), ([block]) => block.replaceAll(/^ {4}/gm, ""));
  await reals.are(["10.0.0.11", "10.0.0.12"]);
  await director.configure(config);
  const shown: string[] = [];
  for (const [, line] of session.matchAll(/^# ldirectord (.*)$/gm)) {
    const { stdout, stderr } = await director.tool(...line.split(" "));
    shown.push(`${PROMPT}ldirectord ${line}\n${stderr}${stdout}`);
    if (line.endsWith(" start")) await director.logs(/Added real server: 10\.0\.0\.12/);
  }
  deepStrictEqual(normalised(shown.join("\n")).split("\n"), normalised(session).split("\n"));
});
