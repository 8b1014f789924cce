import { NO_DNS } from "./no_dns.ts";
import { UNAMENDED } from "../../src/model/amendments.ts";
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { loadConfig, type Loaded, type LoadEnvironment } from "../../src/config/load.ts";
import { includePattern, inFolder, isWild, matching } from "../../src/config/include_pattern.ts";
import { formatProblem } from "../../src/config/language/problem.ts";
import { lint } from "../../src/config/lint/lints.ts";
import { atOnce } from "../../src/model/steps.ts";
import { saysFacts } from "../facts.ts";

/** Files by their paths. */
type Files = Readonly<Record<string, string>>;

/** A machine made of values. */
function machine(files: Files): LoadEnvironment {
  return {
    askDns: NO_DNS,
    lists: new Map(),
    formerLists: new Map(),
    amendments: UNAMENDED,
    readFile: (path) =>
      Object.hasOwn(files, path)
        ? Promise.resolve(new TextEncoder().encode(files[path]))
        : Promise.reject(new Deno.errors.NotFound()),
    findFiles: (pattern) => {
      const path = inFolder(pattern, pattern.name);
      if (!isWild(pattern)) return Promise.resolve(Object.hasOwn(files, path) ? [path] : []);
      const inside = Object.keys(files).filter((each) =>
        inFolder(pattern, each.slice(each.lastIndexOf("/") + 1)) === each
      );
      return Promise.resolve(
        matching(pattern, inside.map((each) => each.slice(each.lastIndexOf("/") + 1))).map((name) =>
          inFolder(pattern, name)
        ),
      );
    },
    lookUpHost: () => Promise.resolve([]),
    readServices: () => Promise.reject(new Deno.errors.NotFound()),
    lookUpSeconds: 1,
    walk: atOnce,
  };
}

const MAIN = "/etc/ha.d/www.cf";

async function load(files: Files, file = MAIN): Promise<Loaded> {
  return await loadConfig(file, machine(files));
}

/** `severity file:line text` of each problem. */
function said({ problems }: Loaded): readonly string[] {
  return problems.map(({ severity, file, line, text }) => `${severity} ${file ?? "-"}:${line} ${text}`);
}

function virtuals({ model }: Loaded): readonly string[] {
  return [...model?.virtuals.values() ?? []].map(({ label }) => label);
}

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: `include: ${name}`, permissions: "none", fn });
}

/** A test with YAML: its library asks for more. */
function yamlTest(name: string, fn: () => Promise<void>): void {
  Deno.test(`include: ${name}`, fn);
}

const section = (address: string, real = "10.0.0.1:80 masq") => `virtual = ${address}\n    real = ${real}\n`;

test("the files of a folder are read in the order of their names, where the line stands", async () => {
  const loaded = await load({
    [MAIN]: `quiescent = yes\n${section("192.0.2.1:80")}include = "conf.d/*.cf"\n${section("192.0.2.4:80")}`,
    "/etc/ha.d/conf.d/b.cf": section("192.0.2.3:80"),
    "/etc/ha.d/conf.d/a.cf": section("192.0.2.2:80"),
    "/etc/ha.d/conf.d/.hidden.cf": "nonsense",
    "/etc/ha.d/conf.d/a.cf~": "nonsense",
    "/etc/ha.d/other.cf": "nonsense",
  });
  saysFacts(said(loaded), []);
  deepStrictEqual(virtuals(loaded), ["192.0.2.1:80", "192.0.2.2:80", "192.0.2.3:80", "192.0.2.4:80"]);
  strictEqual(loaded.model?.file, MAIN);
});

test("of what is given in several files the last in reading order counts, and it is said where the other is", async () => {
  const files = {
    [MAIN]: `quiescent = yes\ncheckinterval = 5\ninclude = more.cf\n`,
    "/etc/ha.d/more.cf": "\ncheckinterval = 7\n",
  };
  const later = await load(files);
  strictEqual(later.model?.checkInterval, 7);
  saysFacts(said(later), [
    "warning /etc/ha.d/more.cf:2 checkinterval … twice … line 2 …",
  ]);
  const earlier = await load({ ...files, [MAIN]: "include = more.cf\nquiescent = yes\ncheckinterval = 5\n" });
  strictEqual(earlier.model?.checkInterval, 5);
  saysFacts(said(earlier), [
    "warning -:3 checkinterval … twice … line 2 of /etc/ha.d/more.cf …",
  ]);
});

test("what repeats counts from all files, in reading order", async () => {
  const { model } = await load({
    [MAIN]: "quiescent = yes\nexecute = a\ninclude = more.cf\nexecute = c\n",
    "/etc/ha.d/more.cf": "execute = b\n",
  });
  deepStrictEqual(model?.execute, ["a", "b", "c"]);
});

test("problems name their file and its line, and show it", async () => {
  const loaded = await load({
    [MAIN]: `quiescent = yes\n${section("192.0.2.1:80")}include = conf.d/*.cf\n`,
    "/etc/ha.d/conf.d/a.cf": "# fine\n",
    "/etc/ha.d/conf.d/b.cf": `${section("192.0.2.2:80")}    servise = http\n`,
  });
  strictEqual(loaded.model, undefined);
  const [problem, ...others] = loaded.problems.filter(({ severity }) => severity === "error");
  deepStrictEqual(others, []);
  saysFacts([formatProblem(problem, MAIN, loaded.show, 1)], [
    "… reading file /etc/ha.d/conf.d/b.cf at line 3: … servise …",
  ]);
  saysFacts([formatProblem(problem, MAIN, loaded.show, 1)], ["… servise = … service …"]);
});

test("a virtual service that two files have is an error that names the other place", async () => {
  const loaded = await load({
    [MAIN]: `quiescent = yes\ninclude = a.cf\n${section("192.0.2.1:80")}`,
    "/etc/ha.d/a.cf": section("192.0.2.1:80"),
  });
  saysFacts(said(loaded), [
    "error -:3 duplicate virtual server … 192.0.2.1:80 … line 1 of /etc/ha.d/a.cf …",
  ]);
});

test("sections do not go on in another file", async () => {
  const loaded = await load({
    [MAIN]: `quiescent = yes\n${section("192.0.2.1:80")}include = a.cf\n    service = http\n`,
    "/etc/ha.d/a.cf": `    service = http\n${section("192.0.2.2:80")}`,
  });
  saysFacts(said(loaded), [
    "error -:5 … indented … include",
    "error /etc/ha.d/a.cf:1 … indented … no virtual section above it",
  ]);
});

test("an include in a section is an error", async () => {
  const loaded = await load({ [MAIN]: `quiescent = yes\n${section("192.0.2.1:80")}    include = a.cf\n` });
  saysFacts(said(loaded), ["error -:4 include … global …"]);
});

yamlTest("an include in a section of YAML is an error", async () => {
  const yaml = await load({
    "/x.yaml": "quiescent: yes\nvirtual:\n  - address: 192.0.2.1:80\n    include: a.cf\n",
  }, "/x.yaml");
  saysFacts(said(yaml), ["error -:4 include … global …"]);
});

test("a file that is not there is an error, a pattern that matches none is a note of check", async () => {
  const missing = await load({ [MAIN]: "quiescent = yes\ninclude = conf.d/a.cf\n" });
  saysFacts(said(missing), ["error -:2 … /etc/ha.d/conf.d/a.cf … no such file"]);
  deepStrictEqual(missing.patterns?.map(({ name }) => name), ["a.cf"]);
  const none = await load({ [MAIN]: `quiescent = yes\n${section("192.0.2.1:80")}include = conf.d/*.cf\n` });
  saysFacts(said(none), []);
  const { tree, emptyIncludes } = none.parsed!();
  const notes = lint(tree, none.model!, { emptyIncludes }).filter(({ lint }) => lint === "include-without-file");
  deepStrictEqual(notes.map(({ severity, line }) => [severity, line]), [["note", 4]]);
});

test("files that include each other are an error that names them", async () => {
  const loaded = await load({
    [MAIN]: "quiescent = yes\ninclude = a.cf\n",
    "/etc/ha.d/a.cf": "include = sub/../b.cf\n",
    "/etc/ha.d/b.cf": "# x\ninclude = *.cf\n",
  });
  saysFacts(said(loaded), [
    "error /etc/ha.d/b.cf:2 … /etc/ha.d/a.cf includes /etc/ha.d/b.cf includes /etc/ha.d/a.cf",
  ]);
});

test("depth and number of files are bounded", async () => {
  const deep = Object.fromEntries(
    Array.from({ length: 12 }, (_, i) => [`/etc/ha.d/${i}.cf`, `include = ${i + 1}.cf\n`]),
  );
  ok(said(await load({ [MAIN]: "include = 0.cf\n", ...deep })).some((text) => /error .* deep/.test(text)));
  const many = Object.fromEntries(Array.from({ length: 1100 }, (_, i) => [`/etc/ha.d/many/${i}.cf`, ""]));
  ok(said(await load({ [MAIN]: "include = many/*\n", ...many })).some((text) => /error .* 1000 files/.test(text)));
});

yamlTest("each syntax may include the other, and hints are in the syntax of their file", async () => {
  const files = {
    "/c/main.yaml": "quiescent: yes\ninclude: [a.cf, b.yaml]\nvirtual:\n  - address: 192.0.2.1:80\n    checktype: on\n",
    "/c/a.cf": `virtual = 192.0.2.2:80\n    real = 10.0.0.1:80 masq\n`,
    "/c/b.yaml": "virtual:\n  - address: 192.0.2.3:25\n    real: 10.0.0.1:25 masq\n    service: mysql\n",
  };
  const loaded = await load(files, "/c/main.yaml");
  const errors = loaded.problems.filter(({ severity }) => severity === "error");
  deepStrictEqual(errors.map(({ file, line }) => [file, line]), Array(errors.length).fill(["/c/b.yaml", 4]));
  match(errors[0].hint ?? "", /login: /);
  const good = await load({ ...files, "/c/b.yaml": files["/c/b.yaml"].replace("mysql", "smtp") }, "/c/main.yaml");
  deepStrictEqual(virtuals(good), ["192.0.2.2:80", "192.0.2.3:25", "192.0.2.1:80"]);
});

test("a configuration is blank when all of its files are", async () => {
  strictEqual((await load({ [MAIN]: "include = a.cf\n", "/etc/ha.d/a.cf": "# nothing\n" })).isBlank, true);
  strictEqual((await load({ [MAIN]: "include = none/*.cf\n" })).isBlank, true);
  strictEqual((await load({ [MAIN]: "include = a.cf\n", "/etc/ha.d/a.cf": section("192.0.2.1:80") })).isBlank, false);
  strictEqual((await load({ [MAIN]: "quiescent = yes\ninclude = none/*.cf\n" })).isBlank, false);
});

test("a password in an included file is not shown, and the file that everybody may read is named", async () => {
  const loaded = await load({
    [MAIN]: "quiescent = yes\ninclude = a.cf\n",
    "/etc/ha.d/a.cf": `${section("192.0.2.1:21")}    login = x\n    passwd = Geheim7Wort\n    passwd = Geheim8Wort\n`,
  });
  const texts = loaded.problems.map((problem) => formatProblem(problem, MAIN, loaded.show, 1)).join("\n");
  saysFacts([texts], ["… /etc/ha.d/a.cf at line 5: …"]);
  ok(!/Geheim/.test(texts), texts);
  const { tree } = loaded.parsed!();
  const fileModes = new Map([[MAIN, 0o600], ["/etc/ha.d/a.cf", 0o644]]);
  const [found] = lint(tree, loaded.model!, { fileModes }).filter(({ lint }) => lint === "secrets-readable");
  strictEqual(found.hint, "chmod 600 /etc/ha.d/a.cf");
});

const PATTERNS: [path: string, from: string, folder: string, name: string][] = [
  ["conf.d/*.cf", "/etc/ha.d/x.cf", "/etc/ha.d/conf.d", "*.cf"],
  ["../a.cf", "/etc/ha.d/x.cf", "/etc", "a.cf"],
  ["/a//b/./c.cf", "/etc/x", "/a/b", "c.cf"],
  ["a", "/x", "/", "a"],
];

for (const [path, from, folder, name] of PATTERNS) {
  Deno.test(`include: ${path} in ${from} is ${name} in ${folder}`, () => {
    deepStrictEqual(includePattern(path, from), { folder, name });
  });
}
