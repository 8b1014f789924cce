/** The documents that people write: what they point to is there. */

import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { parse } from "yaml";
import { VERSION } from "../src/model/version.ts";
import { DENO_VERSION } from "../tools/denort.ts";
import { sourceFiles } from "./source_files.ts";

const ROOT = new URL("../", import.meta.url);

/** Folders that have no documents of ours. */
const LEFT_OUT: ReadonlySet<string> = new Set([".git", "dist", "node_modules"]);

/** The documents that speak of files and folders by their paths. */
const SPEAKING = /^(CONTRIBUTING\.md|SECURITY\.md|docs\/architecture\.md|docs\/adr\/.*)$/;

/** A path of a file or a folder, as such a document writes it. `NAME` stands for what its reader chooses. */
const PATH = /(?<![\w./-])(?:bench|demo|docs|packaging|src|systemd|tests|tools)\/[\w./-]*\w/g;

function documents(folder = ""): string[] {
  return [...Deno.readDirSync(new URL(`./${folder}`, ROOT))].flatMap(({ name, isDirectory }) => {
    if (isDirectory) return LEFT_OUT.has(name) ? [] : documents(`${folder}${name}/`);
    return name.endsWith(".md") ? [`${folder}${name}`] : [];
  });
}

function textOf(path: string): string {
  return Deno.readTextFileSync(new URL(path, ROOT));
}

function exists(url: URL): boolean {
  try {
    Deno.statSync(url);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** The text without what is to be typed. */
function prose(text: string): string {
  return text.replace(/^```.*?^```/gms, "").replace(/`[^`\n]*`/g, "");
}

/** The fragments by which the headings of a document are pointed to. */
function fragments(text: string): string[] {
  const headings = text.replace(/^```.*?^```/gms, "").matchAll(/^#+ (.*)$/gm);
  return Array.from(headings, ([, title]) => title.toLowerCase().replace(/[^\w\s-]/g, "").replace(/\s/g, "-"));
}

Deno.test("every link between documents leads somewhere", () => {
  const broken = documents().flatMap((path) => {
    const targets = Array.from(prose(textOf(path)).matchAll(/\]\(([^)\s]+)\)/g), ([, target]) => target);
    return targets.filter((target) => !/^[a-z]+:/.test(target)).filter((target) => {
      const [file, fragment] = target.split("#");
      const url = file === "" ? new URL(path, ROOT) : new URL(file, new URL(path, ROOT));
      return !exists(url) || (fragment && !fragments(Deno.readTextFileSync(url)).includes(fragment));
    }).map((target) => `${path}: ${target}`);
  });
  deepStrictEqual(broken, []);
});

Deno.test("every path that the documents for contributors name is there", () => {
  const speaking = documents().filter((path) => SPEAKING.test(path));
  ok(speaking.length > 2);
  const missing = speaking.flatMap((path) => {
    const named = Array.from(textOf(path).matchAll(PATH), ([each]) => each).filter((each) => !each.includes("NAME"));
    return named.filter((each) => !exists(new URL(each, ROOT))).map((each) => `${path}: ${each}`);
  });
  deepStrictEqual(missing, []);
});

Deno.test("docs/architecture.md names every folder of src", () => {
  const text = textOf("docs/architecture.md");
  const folders = new Set(sourceFiles().map((path) => `src/${path.slice(0, path.lastIndexOf("/"))}`));
  deepStrictEqual([...folders].filter((folder) => !text.includes(`\`${folder}\``)), []);
});

/** What a passage has between backticks and is a name of the code, and in none of the files with a path that it has there. */
function strangersIn(passage: string, isName: RegExp): string[] {
  const typed = Array.from(passage.matchAll(/`([^`]+)`/g), ([, each]) => each);
  const texts = typed.filter((each) => /^(src|tools)\/[\w/]+\.ts$/.test(each) && !each.includes("NAME")).map(textOf);
  const names = typed.filter((each) => isName.test(each));
  return names.filter((name) => texts.length > 0 && !texts.some((text) => text.includes(name)));
}

Deno.test("each name in a row of docs/architecture.md is in a file that the row names", () => {
  const rows = textOf("docs/architecture.md").split("\n").filter((line) => line.startsWith("| "));
  ok(rows.length > 50);
  deepStrictEqual(rows.flatMap((row) => strangersIn(row, /^#?\w+$/)), []);
});

Deno.test("each name in a step of CONTRIBUTING.md is in a file that the step names", () => {
  const steps = textOf("CONTRIBUTING.md").match(/^\d\. .*(\n {3}.*)*/gm) ?? [];
  ok(steps.length > 10);
  // Names of directives and commands have no capitals.
  deepStrictEqual(steps.flatMap((step) => strangersIn(step, /^\w*[A-Z]\w*$/)), []);
});

Deno.test("CHANGELOG.md begins with this version", () => {
  strictEqual(/^## (\S+)/m.exec(textOf("CHANGELOG.md"))?.[1], VERSION);
});

/** What is run for every change, each night and at a release. */
function workflows(): string[] {
  const files = [...Deno.readDirSync(new URL(".github/workflows/", ROOT))].map(({ name }) =>
    `.github/workflows/${name}`
  );
  return [".ci/run", ...files];
}

Deno.test("every task that the documents and the workflows call exists", () => {
  const { tasks } = JSON.parse(textOf("deno.json"));
  const unknown = [...documents(), ...workflows()].flatMap((path) => {
    const called = Array.from(textOf(path).matchAll(/\bdeno(?:@[\d.]+)? task ([a-z]\w*)/g), ([, task]) => task);
    return called.filter((task) => !Object.hasOwn(tasks, task)).map((task) => `${path}: ${task}`);
  });
  deepStrictEqual(unknown, []);
});

Deno.test("the documents and the workflows name the Deno that the program is built with", () => {
  const versions = [...documents(), ...workflows()].flatMap((path) =>
    Array.from(textOf(path).matchAll(/\bdeno@([\d.]+\d)/g), ([, version]) => version)
  );
  deepStrictEqual([...new Set(versions)], [DENO_VERSION]);
});

Deno.test("the workflows are YAML, and run on pushes, each night and for tags", () => {
  const triggers = workflows().slice(1).map((path) => Object.keys(parse(textOf(path)).on)).sort();
  deepStrictEqual(triggers, [["push"], ["push", "pull_request"], ["schedule", "workflow_dispatch"]]);
});

/** The lines of a configuration that say something. */
function linesOf(text: string): string[] {
  return text.split("\n").map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("#"));
}

for (
  const [document, example, leftOut] of [
    ["docs/vrrp.md", "vrrp/keepalived.conf", ["global_defs {", "script_user root", "enable_script_security"]],
    ["docs/bgp.md", "bgp/director.conf", ["router id 192.0.2.10;", "protocol device {}"]],
  ] as const
) {
  Deno.test(`${document} shows the lines of the example that the lab plays`, () => {
    const shown = new Set<string>([...linesOf(textOf(document)), ...leftOut]);
    deepStrictEqual(linesOf(textOf(`packaging/examples/${example}`)).filter((line) => !shown.has(line)), []);
  });
}

Deno.test("docs/many-directors.md has each file of the example that the lab plays, whole", () => {
  const folder = "packaging/examples/many-directors/";
  const shown = textOf("docs/many-directors.md");
  const indented = (text: string) => text.trimEnd().replace(/^(?=.)/gm, "    ");
  const files = [...Deno.readDirSync(new URL(folder, ROOT))].map(({ name }) => name);
  deepStrictEqual(files.filter((name) => !shown.includes(`\n\n${indented(textOf(folder + name))}\n\n`)), []);
});
