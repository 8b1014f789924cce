/**
 * What installs where: the one list that the Debian package and the tarball are made from.
 */

const ROOT = new URL("..", import.meta.url).pathname;

/** A file of the package. */
export interface Item {
  /** Absolute path of the source; for a link what it points to. */
  readonly from: string;
  /** Where it goes, without a leading slash. */
  readonly to: string;
  readonly kind: "file" | "program" | "gzip" | "link";
}

/** Whole folders, with those in them: scripts stay executable. */
const FOLDERS: readonly [from: string, to: string][] = [
  ["packaging/examples", "usr/share/doc/ldirectord2/examples"],
  ["packaging/grafana", "usr/share/doc/ldirectord2/examples/grafana"],
  ["packaging/prometheus", "usr/share/doc/ldirectord2/examples/prometheus"],
  ["docs", "usr/share/doc/ldirectord2/docs"],
];

const FILES: readonly [from: string, to: string, kind: Item["kind"]][] = [
  ["packaging/ldirectord.cf", "usr/share/ldirectord2/ldirectord.cf", "file"],
  ["packaging/logrotate", "etc/logrotate.d/ldirectord", "file"],
  ["systemd/ldirectord.service", "lib/systemd/system/ldirectord.service", "file"],
  ["systemd/ldirectord@.service", "lib/systemd/system/ldirectord@.service", "file"],
  ["systemd/checks.conf", "usr/share/doc/ldirectord2/examples/systemd-checks.conf", "file"],
  ["packaging/ocf/ldirectord", "usr/lib/ocf/resource.d/ldirectord/ldirectord", "program"],
  ["packaging/man/ldirectord.8", "usr/share/man/man8/ldirectord.8.gz", "gzip"],
  ["packaging/man/ldirectord.cf.5", "usr/share/man/man5/ldirectord.cf.5.gz", "gzip"],
  ["packaging/completion/ldirectord.bash", "usr/share/bash-completion/completions/ldirectord", "file"],
  ["packaging/completion/_ldirectord", "usr/share/zsh/vendor-completions/_ldirectord", "file"],
  ["packaging/completion/ldirectord.fish", "usr/share/fish/vendor_completions.d/ldirectord.fish", "file"],
  ["packaging/ldirectord.schema.json", "usr/share/ldirectord2/ldirectord.schema.json", "file"],
  ["README.md", "usr/share/doc/ldirectord2/README.md", "file"],
  ["dist/third-party-licences.txt", "usr/share/doc/ldirectord2/third-party-licences.txt", "file"],
];

const LINKS: readonly [to: string, target: string][] = [
  // heartbeat's haresources name what they start by a program in this folder.
  ["etc/ha.d/resource.d/ldirectord", "/usr/sbin/ldirectord"],
];

/** All that installs, the program being the one at `program`. */
export function layout(program: string): Item[] {
  const inFolders = FOLDERS.flatMap(([from, to]) => filesBelow(`${ROOT}${from}`, to));
  const files = FILES.map(([from, to, kind]): Item => ({ from: `${ROOT}${from}`, to, kind }));
  const links = LINKS.map(([to, target]): Item => ({ from: target, to, kind: "link" }));
  const binary: Item = { from: program, to: "usr/sbin/ldirectord", kind: "program" };
  return [binary, ...files, ...inFolders, ...links].sort((a, b) => a.to < b.to ? -1 : 1);
}

function filesBelow(folder: string, to: string): Item[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }): Item[] => {
    const from = `${folder}/${name}`;
    if (isDirectory) return filesBelow(from, `${to}/${name}`);
    const isProgram = (Deno.statSync(from).mode! & 0o111) !== 0;
    return [{ from, to: `${to}/${name}`, kind: isProgram ? "program" : "file" }];
  });
}
