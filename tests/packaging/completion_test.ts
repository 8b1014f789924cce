/**
 * The completions in the shells that they are for: at a terminal, by the tabulator.
 */

import { match } from "node:assert/strict";
import { needsSetup } from "../needs_setup.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const FOLDER = `${ROOT}packaging/completion`;

const CONFIGURATION = `quiescent = yes
virtual = 192.0.2.10:80
    real = 10.0.0.11:80 masq
    real = 10.0.0.12:8080 masq
virtual6 = [2001:db8::10]:80
    real6 = [2001:db8::11]:80 masq
`;

/** Types at a shell on a terminal of its own, and gives all that the terminal showed until it shows `until`. */
const TYPIST = `
import os, pty, re, select, sys, time, json
shell, setup, line, until = json.load(sys.stdin)
pid, fd = pty.fork()
if pid == 0:
    os.environ.update(TERM="dumb", PS1="ready> ", COLUMNS="200", LINES="50")
    os.execvp(shell[0], shell)
seen = ""
def read(pattern, seconds=20):
    global seen
    end = time.monotonic() + seconds
    while not re.search(pattern, seen):
        if not select.select([fd], [], [], max(0, end - time.monotonic()))[0]: return False
        try: seen += os.read(fd, 65536).decode(errors="replace")
        except OSError: return False
    return True
# A shell throws away what is typed before its prompt.
read(r"[#>%$] *(\\x1b\\S*)?$", 5)
os.write(fd, (setup + "; echo set''up\\n").encode())
read(r"(^|[\\r\\n])setup")
seen = ""
os.write(fd, line.encode())
read(until)
os.kill(pid, 9)
print(seen)
`;

/** What a terminal shows when a line is typed at a shell; `\t` in it is the tabulator. */
async function shown(shell: readonly string[], setup: string, line: string, until: string): Promise<string> {
  const child = new Deno.Command("python3", {
    args: ["-c", TYPIST],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(JSON.stringify([shell, setup, line, until])));
  await writer.close();
  return new TextDecoder().decode((await child.output()).stdout);
}

/** Runs `work` in a folder with a configuration, `site.cf`, and the program in it. */
async function withProgram(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  const program = `#!/bin/sh\nexec ${Deno.execPath()} run -A --no-check ${ROOT}main.ts "$@"\n`;
  await Deno.writeTextFile(`${folder}/ldirectord`, program, { mode: 0o755 });
  await Deno.writeTextFile(`${folder}/site.cf`, CONFIGURATION);
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

interface Shell {
  readonly name: string;
  readonly command: readonly string[];
  /** What is typed first. */
  readonly setup: (folder: string) => string;
}

const SHELLS: readonly Shell[] = [
  {
    name: "bash",
    command: ["bash", "--norc", "--noprofile", "-i"],
    setup: (folder) => `cd ${folder}; PATH=${folder}:$PATH; source ${FOLDER}/ldirectord.bash`,
  },
  {
    name: "zsh",
    command: ["zsh", "-f", "-i"],
    setup: (folder) =>
      `cd ${folder}; PATH=${folder}:$PATH; fpath=(${FOLDER} $fpath); autoload -Uz compinit; compinit -u -D`,
  },
  {
    name: "fish",
    command: ["fish", "--no-config", "--private", "-i"],
    setup: (folder) => `cd ${folder}; set -x PATH ${folder} $PATH; source ${FOLDER}/ldirectord.fish`,
  },
];

for (const { name, command, setup } of SHELLS) {
  Deno.test(`${name} completes commands, configurations' real servers and options`, needsSetup, async () => {
    await withProgram(async (folder) => {
      const rows: readonly (readonly [typed: string, then: string])[] = [
        ["ldirectord doc\t", "ldirectord doctor"],
        ["ldirectord probe site.cf 10.0.0.12\t", "10\\.0\\.0\\.12:8080"],
        ["ldirectord probe site.cf 192.\t", "192\\.0\\.2\\.10:80"],
        ["ldirectord check --else\t", "--elsewhere"],
        ["ldirectord help quies\t", "help quiescent"],
        ["ldirectord check si\t", "site\\.cf"],
      ];
      for (const [typed, then] of rows) {
        match(await shown(command, setup(folder), typed, then), new RegExp(then), `${name}: ${JSON.stringify(typed)}`);
      }
    });
  });

  Deno.test(`${name} quotes what it completes`, needsSetup, async () => {
    await withProgram(async (folder) => {
      await Deno.writeTextFile(`${folder}/ldirectord`, "#!/bin/sh\nprintf 'my conf;x\\tconfiguration\\n'\n");
      const then = "my\\\\ conf\\\\;x";
      match(await shown(command, setup(folder), "ldirectord my\t", then), new RegExp(then), name);
    });
  });
}
