import { deepStrictEqual } from "node:assert/strict";
import { sourceFiles, SRC } from "./source_files.ts";

/** The groups that a folder's files and folders may import from. "." stands for the files that lie in the folder itself. */
type Arrows = Readonly<Record<string, readonly string[]>>;

/** Which folder of src may import from which others: one way through the house. */
const TOP: Arrows = {
  model: [],
  system: [],
  wire: ["model", "system"],
  helper: ["alerts", "checkers", "model", "perl_regex", "system", "wire"],
  checkers: ["model", "system", "wire"],
  perl_regex: ["model"],
  config: ["model", "perl_regex"],
  netlink: ["model", "system"],
  ipvs: ["model", "netlink", "system"],
  announce: ["model", "netlink", "system"],
  director: ["checkers", "ipvs", "model"],
  alerts: ["model", "system", "wire"],
  control: ["model", "system"],
  doctor: ["config", "ipvs", "model", "system"],
  web: ["control", "model"],
  daemon: ["alerts", "announce", "checkers", "config", "control", "director", "ipvs", "model", "system"],
  cli: ["checkers", "config", "control", "daemon", "director", "doctor", "helper", "ipvs", "model", "system", "web"],
};

/** The same inside each folder that has folders; the empty name is src itself. */
const ARROWS: Readonly<Record<string, Arrows>> = {
  "": TOP,
  cli: {
    ".": ["base", "help", "inspect", "operate", "top", "verbs"],
    base: [],
    terminal: [],
    help: ["base"],
    verbs: ["base", "terminal"],
    inspect: ["base", "terminal"],
    operate: ["base", "terminal"],
    top: ["base", "terminal", "verbs"],
  },
  daemon: {
    ".": ["announce", "kernel", "lifecycle", "liveness", "log", "operator", "records", "requests"],
    announce: ["log", "records"],
    log: [],
    process: [],
    records: [],
    kernel: ["log"],
    liveness: ["log", "process"],
    operator: ["log", "records"],
    lifecycle: ["announce", "liveness", "log", "records"],
    requests: ["announce", "log", "operator", "records"],
  },
  config: {
    ".": ["cf", "language", "resolve", "yaml"],
    language: [],
    cf: ["language"],
    yaml: ["cf", "language"],
    import: ["cf", "language"],
    resolve: ["language"],
    lint: ["language"],
  },
  "config/language": { ".": ["values"], values: ["."] },
  doctor: { ".": ["questions"], questions: ["."] },
  system: { ".": ["libc"], libc: [] },
  wire: { transport: [], protocols: ["transport"], http2: ["transport"] },
  ipvs: { ".": ["ipvsadm", "netlink"], ipvsadm: ["."], netlink: ["."] },
};

interface Import {
  readonly from: string;
  readonly to: string;
}

/** Every import of a file by a file of src. The target is a path of the file system. */
function fileImports(): Import[] {
  return sourceFiles().flatMap((from) => {
    const paths = Deno.readTextFileSync(new URL(from, SRC)).matchAll(/(?:from|import)\s*\(?\s*"(\.{1,2}\/[^"]+)"/g);
    return Array.from(paths, ([, path]) => ({ from, to: new URL(path, new URL(from, SRC)).pathname }));
  });
}

/** Those within src. */
function imports(): Import[] {
  const within = fileImports().filter(({ to }) => to.startsWith(SRC.pathname));
  return within.map(({ from, to }) => ({ from, to: to.slice(SRC.pathname.length) }));
}

const folderOf = (path: string) => path.split("/")[0];

/** The folder that two files share, and the groups inside it that they belong to. */
function meetingOf({ from, to }: Import): { readonly folder: string; readonly groups: readonly [string, string] } {
  const [one, other] = [from.split("/"), to.split("/")];
  let depth = 0;
  while (depth < one.length - 1 && depth < other.length - 1 && one[depth] === other[depth]) depth++;
  const groupOf = (parts: readonly string[]) => depth < parts.length - 1 ? parts[depth] : ".";
  return { folder: one.slice(0, depth).join("/"), groups: [groupOf(one), groupOf(other)] };
}

Deno.test("every import between folders of src follows an allowed arrow", () => {
  const wrong = imports().filter((found) => {
    const { folder, groups: [from, to] } = meetingOf(found);
    return from !== to && !ARROWS[folder]?.[from]?.includes(to);
  });
  deepStrictEqual(wrong, []);
});

Deno.test("every allowed arrow between folders of src is used", () => {
  const used = new Set(
    imports().map((found) => {
      const { folder, groups: [from, to] } = meetingOf(found);
      return `${folder}: ${from} -> ${to}`;
    }),
  );
  const allowed = Object.entries(ARROWS).flatMap(([folder, arrows]) =>
    Object.entries(arrows).flatMap(([from, targets]) => targets.map((to) => `${folder}: ${from} -> ${to}`))
  );
  deepStrictEqual(allowed.filter((arrow) => !used.has(arrow)), []);
});

Deno.test("src imports nothing from outside but the version", () => {
  const outside = fileImports().filter(({ to }) => !to.startsWith(SRC.pathname));
  deepStrictEqual(outside, [{ from: "model/version.ts", to: new URL("../deno.json", SRC).pathname }]);
});

Deno.test("no file of src imports itself by a detour", () => {
  const targets = new Map<string, string[]>();
  for (const { from, to } of imports()) targets.set(from, [...targets.get(from) ?? [], to]);
  const cycles: string[] = [];
  const finished = new Set<string>();
  const walk = (file: string, path: readonly string[]) => {
    if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(" -> "));
    if (path.includes(file) || finished.has(file)) return;
    for (const next of targets.get(file) ?? []) walk(next, [...path, file]);
    finished.add(file);
  };
  for (const file of targets.keys()) walk(file, []);
  deepStrictEqual(cycles, []);
});

const PAGE = Deno.readTextFileSync(new URL("../docs/architecture.md", SRC));

Deno.test("docs/architecture.md has the same arrows", () => {
  const rows = PAGE.matchAll(/^\| `src\/((?:\w+\/)*(?:\w+|\*\.ts))` \|.*\| ?([^|]*?) ?\|$/gm);
  const told = Array.from(rows, ([, path, targets]) => `${path}: ${targets.replaceAll("*.ts", ".")}`);
  const allowed = Object.entries(ARROWS).flatMap(([folder, arrows]) =>
    Object.entries(arrows).map(([from, targets]) =>
      `${[folder, from === "." ? "*.ts" : from].filter(Boolean).join("/")}: ${[...targets].sort().join(", ")}`
    )
  );
  deepStrictEqual(told.sort(), allowed.sort());
});

Deno.test("the drawing in docs/architecture.md has every folder above those that it imports", () => {
  const lines = /^```\n(cli\n[^`]*)```$/m.exec(PAGE)![1].trim().split("\n").map((line) => line.split(/ +/));
  deepStrictEqual(lines.flat().sort(), Object.keys(TOP).sort());
  const heightOf = (folder: string) => lines.length - lines.findIndex((line) => line.includes(folder));
  const upward = Object.entries(TOP).flatMap(([from, targets]) =>
    targets.filter((to) => heightOf(to) >= heightOf(from)).map((to) => `${from} -> ${to}`)
  );
  deepStrictEqual(upward, []);
});

/** The libraries that parse what a server says, and the files that may import them. */
const PARSERS = /(?:from|import\()\s*"(mysql2|pg|oracledb|ldapts|nodemailer\/lib\/[^"]*)(\/[^"]*)?"/;
const HELPERS_OWN = ["checkers/ldap.ts", "checkers/mysql.ts", "checkers/oracle.ts", "checkers/pgsql.ts"];

Deno.test("code of others that parses what a server says is reached by the helper process alone", () => {
  const files = [...new Set(imports().map(({ from }) => from))];
  const parsing = files.filter((file) => PARSERS.test(Deno.readTextFileSync(new URL(file, SRC))));
  const mailing = ["helper/mail_stream.ts", "helper/send_mail.ts"];
  deepStrictEqual(parsing.sort(), [...HELPERS_OWN.slice(1), ...mailing, "wire/protocols/ldap_message.ts"]);
  const leading = imports().filter(({ to }) => [...HELPERS_OWN, ...parsing].includes(to));
  const outside = leading.filter(({ from, to }) =>
    folderOf(to) !== "helper" && folderOf(from) !== "helper" && !HELPERS_OWN.includes(from)
  );
  deepStrictEqual(outside, []);
  const starting = imports().filter(({ from, to }) => folderOf(to) === "helper" && folderOf(from) !== "helper");
  deepStrictEqual(starting.map(({ from }) => from).sort(), ["cli/helper_process.ts", "cli/mail_process.ts"]);
});

Deno.test("nodemailer speaks to no mail server in the director: it only writes letters there", () => {
  const writing = [...new Set(imports().map(({ from }) => from))].filter((file) =>
    Deno.readTextFileSync(new URL(file, SRC)).includes('"nodemailer"')
  );
  deepStrictEqual(writing, ["alerts/message.ts"]);
  const transports = Deno.readTextFileSync(new URL("alerts/message.ts", SRC)).match(/createTransport\([^)]*\)/g);
  deepStrictEqual(transports?.map((call) => call.includes("streamTransport: true")), [true]);
});

Deno.test("a library is loaded late by a module of ours alone: the bundle gives its names to static imports only", () => {
  const files = [...new Set(imports().map(({ from }) => from))];
  const late = files.filter((file) => /import\("(?!node:|\.)/.test(Deno.readTextFileSync(new URL(file, SRC))));
  deepStrictEqual(late, []);
});
