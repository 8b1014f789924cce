import { deepStrictEqual, ok } from "node:assert/strict";
import { candidates } from "../../../src/cli/help/completion.ts";
import { topics } from "../../../src/cli/help/help_text.ts";
import { loadTools } from "../../../src/cli/tools.ts";
import { LINTS } from "../../../src/config/lint/lints.ts";

const tools = await loadTools();
const word = (word: string) => ({ word, what: "" });
const THERE = {
  tools,
  configurations: () => ["shop", "www"],
  running: () => "www",
  reals: (config: string | undefined) => [word(`10.0.0.1:80`), word(config ? `of-${config}` : "10.0.0.2:80")],
  virtuals: () => [word("192.0.2.10:80")],
  topics: () => topics(tools),
};

function words(line: string): readonly string[] {
  return candidates(line.split(" "), THERE).map(({ word }) => word);
}

Deno.test("completion: what may come next, by what stands before", () => {
  const rows: Readonly<Record<string, readonly string[]>> = {
    "st": ["start", "stop", "status"],
    "sh": ["shop"],
    "www re": ["restart", "reload"],
    "www start ": [],
    "--de": ["--debug"],
    "-d www st": ["start", "stop", "status"],
    "check ": ["shop", "www"],
    "check www ": [],
    "check --j": ["--json"],
    "check --ignore no-r": ["no-real-server"],
    "convert --to ": ["yaml", "cf"],
    "convert --from ": ["keepalived"],
    "convert --to yaml s": ["shop"],
    "doctor --method ": ["gate", "masq", "ipip"],
    "doctor --real 10.0.0.2": ["10.0.0.2:80"],
    "doctor --real 10.0.0.2:80 w": ["www"],
    "probe ": ["shop", "www", "192.0.2.10:80", "10.0.0.1:80", "10.0.0.2:80"],
    "probe www of": ["of-www"],
    "drain ": ["10.0.0.1:80", "of-www"],
    "drain --config shop of": ["of-shop"],
    "drain --config ": ["shop", "www"],
    "drain 10.0.0.1:80 ": [],
    "drain 10.0.0.1:80 --virtual ": ["192.0.2.10:80"],
    "drain 10.0.0.1:80 --for ": [],
    "drain 10.0.0.1:80 --w": ["--wait"],
    "weight 10.0.0.1": ["10.0.0.1:80"],
    "history of": ["of-www"],
    "help quies": ["quiescent"],
    "nonsense start ": [],
  };
  for (const [line, expected] of Object.entries(rows)) deepStrictEqual(words(line), expected, line);
});

Deno.test("completion: every option of every command is offered, each with its meaning where that is said", () => {
  for (const [name, { usage }] of tools) {
    const offered = words(`${name} -`);
    for (const [, option] of usage.matchAll(/^ {4}(--[a-z-]+)/gm)) ok(offered.includes(option), `${name} ${option}`);
  }
  deepStrictEqual(words("check --ignore "), Object.keys(LINTS));
  const [json] = candidates(["check", "--json"], THERE);
  deepStrictEqual(json, { word: "--json", what: "the same as JSON, for programs" });
});
