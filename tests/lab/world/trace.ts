/** Which files a program and the programs that it starts touch, as strace(1) sees it. */

/** A call that names a file, to open it, to execute it or only to look whether it is there. */
export interface Touch {
  /** As it was given to the kernel. */
  readonly path: string;
  /** The program that did it, by the path that it was executed by. */
  readonly program: string;
}

/** Writes a script that runs a program under strace, each run with a file of its own in `folder`. */
export async function writeTracedProgram(script: string, program: string, folder: string): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  const calls = "trace=%file,fork,vfork,clone,clone3";
  // -D: strace is not the parent, so that the program ends, and goes to the background, as it does without it.
  const strace =
    `exec strace -D -f --seccomp-bpf -qq -s 4096 -e signal=none -e ${calls} -o ${folder}/$$ ${program} "$@"`;
  // strace has our standard output open for as long as what it traces lives, which is long after a start has ended.
  const quiet = `case "$*" in *start*) exec >${folder}.start 2>&1;; esac`;
  await Deno.writeTextFile(script, `#!/bin/sh\n${quiet}\n${strace}\n`, { mode: 0o755 });
}

/** Returns all that the programs touched, by the files of a folder that {@link writeTracedProgram} has filled. */
export function touchesIn(folder: string): readonly Touch[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name }) => touches(Deno.readTextFileSync(`${folder}/${name}`)));
}

/** Reads strace's lines: `1234 openat(AT_FDCWD, "/etc/hosts", O_RDONLY) = 3`, and those of calls that others interrupted. */
export function touches(trace: string): readonly Touch[] {
  const programs = new Map<string, string>();
  const begun = new Map<string, string>();
  const found: Touch[] = [];
  for (const line of trace.split("\n")) {
    const [, pid, text] = /^(\d+) +(.*)$/.exec(line) ?? [];
    if (pid === undefined) continue;
    if (text.endsWith("<unfinished ...>")) {
      begun.set(pid, text.slice(0, -"<unfinished ...>".length));
      continue;
    }
    const [, rest] = /^<\.\.\. \w+ resumed>(.*)$/.exec(text) ?? [];
    const call = rest === undefined ? text : (begun.get(pid) ?? "") + rest;
    const [, name, path] = /^(\w+)\([^"]*"((?:[^"\\]|\\.)*)"/.exec(call) ?? [];
    const [, child] = /^(?:v?fork|clone3?)\(.*= (\d+)$/.exec(call) ?? [];
    if (name?.startsWith("exec") && call.endsWith("= 0")) programs.set(pid, path);
    if (path !== undefined) found.push({ path, program: programs.get(pid) ?? "" });
    if (child !== undefined) programs.set(child, programs.get(pid) ?? "");
  }
  return found;
}
