import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { helpText, topics, topicText } from "../../../src/cli/help/help_text.ts";
import { loadTools, TOOLS } from "../../../src/cli/tools.ts";
import { CHECK_TYPE_DOCS, SERVICE_DOCS } from "../../../src/config/language/service_docs.ts";
import { SERVICES } from "../../../src/model/services.ts";
import { ldirectord } from "../program.ts";

Deno.test("help: the short one lists every command, on a terminal of ninety columns", async () => {
  const tools = await loadTools();
  const text = helpText(tools);
  for (const [name, { summary }] of tools) {
    match(text, new RegExp(`^    ${name} +${summary[0].toUpperCase()}`, "m"));
  }
  for (const line of text.split("\n")) ok(line.length <= 90, line);
});

Deno.test("help: every directive, service and command has its topic, and no topic is unknown", async () => {
  const tools = await loadTools();
  for (const topic of topics(tools)) {
    const { text, known } = topicText(topic, tools);
    ok(known && text.length > 40, topic);
  }
  const documented = [...SERVICE_DOCS, ...CHECK_TYPE_DOCS].flatMap(({ names }) => names);
  deepStrictEqual(SERVICES.filter((service) => service !== "none" && !documented.includes(service)), []);
});

Deno.test("help: every command says how it is used, what its exit status means, and has a summary of one line", async () => {
  for (const [name, load] of Object.entries(TOOLS)) {
    const { usage, summary, hidden } = await load();
    if (hidden) continue;
    match(usage, new RegExp(`^Usage:\\s+ldirectord ${name}\\b`), name);
    ok(!summary.endsWith(".") && !summary.includes("\n"), name);
  }
});

Deno.test("help: on the command line", async () => {
  const { code, stdout } = await ldirectord("-h");
  strictEqual(code, 0);
  match(stdout, /^Usage: ldirectord .*\n(.*\n)*Commands:\n {4}check /);
  deepStrictEqual((await ldirectord("help")).stdout, stdout);
  match((await ldirectord("help", "quiescent")).stdout, /^quiescent = yes\|no\n\n.*\n(.*\n)* {2}default: {2}yes\n$/);
  match((await ldirectord("reload", "--help")).stdout, /^Usage: ldirectord \[options\] \[config\] reload\n/);
  match((await ldirectord("help", "weight")).stdout, /^Usage: ldirectord weight REAL N/);
  const { code: unknown, stderr } = await ldirectord("help", "quiescant");
  deepStrictEqual([unknown, stderr], [1, "There is no help on quiescant: did you mean quiescent?\n"]);
});
