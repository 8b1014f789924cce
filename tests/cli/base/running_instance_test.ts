import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { ExitStatus } from "../../../src/cli/base/exit_status.ts";
import type { Instance } from "../../../src/cli/base/instance.ts";
import { withDaemon } from "../../../src/cli/base/running_instance.ts";
import { RequestError } from "../../../src/control/protocol.ts";
import { PidFile } from "../../../src/daemon/process/pid_file.ts";
import { readKernelFile } from "../../../src/system/kernel_file.ts";
import { statusOfPid, TestServer } from "../../control/fixture.ts";
import { needsSetup } from "../../needs_setup.ts";
import { type DaemonSketch, lookUp, type Question, type World } from "./instance_world.ts";

// The system's library is opened at its first use and stays open: no test is to be blamed for that.
readKernelFile("/proc/self/comm");

const daemonOf = (name: string): DaemonSketch => ({
  beside: `/var/run/ldirectord.${name}`,
  file: `/etc/ha.d/${name === "ldirectord" ? "ldirectord.cf" : name}`,
});

const USUAL = "/etc/ha.d/ldirectord.cf /var/run/ldirectord.ldirectord.pid";
const WWW = "/etc/ha.d/www /var/run/ldirectord.www.pid";
const MAIL = "/etc/ha.d/mail /var/run/ldirectord.mail.pid";

/** A machine with three configurations, of which these have a daemon. */
function running(...names: readonly string[]): World {
  return {
    configurations: ["/etc/ha.d/ldirectord.cf", "/etc/ha.d/www", "/etc/ha.d/mail"],
    daemons: names.map(daemonOf),
  };
}

/** Every way to ask for an instance: for an operator's order, a question, the status for a person and for a program. */
const ALL: readonly Question[] = [["findRunning"], ["findAsked"], ["statusForPerson"], ["statusForProgram"]];

/** What runs, and the instance that each of {@link ALL} means without a name. */
const MEANT: [what: string, world: World, meant: readonly (string | RegExp)[]][] = [
  ["where none runs, the default one", running(), [USUAL, USUAL, USUAL, USUAL]],
  ["the default one if it runs", running("ldirectord", "www"), [USUAL, USUAL, USUAL, USUAL]],
  ["the only one that runs, but for a program that asks for the status", running("www"), [WWW, WWW, WWW, USUAL]],
  [
    "where several run, an operator has to choose",
    running("www", "mail"),
    [/--config NAME/, USUAL, USUAL, USUAL],
  ],
  [
    "without a default configuration, a program means the only one that runs",
    { configurations: ["/etc/ha.d/www"], daemons: [daemonOf("www")] },
    [WWW, WWW, WWW, WWW],
  ],
];

for (const [what, world, meant] of MEANT) {
  Deno.test(`running instance: ${what}`, needsSetup, async () => {
    const answers = await lookUp(world, ...ALL);
    for (const [i, expected] of meant.entries()) {
      if (expected instanceof RegExp) match(answers[i], expected);
      else strictEqual(answers[i], expected, ALL[i][0]);
    }
  });
}

Deno.test("running instance: where several are possible, the error lists their names", needsSetup, async () => {
  const [message] = await lookUp(running("www", "mail"), ["findRunning"]);
  for (const name of ["www", "mail"]) ok(message.includes(name), message);
});

Deno.test("running instance: a name means its instance, whatever else runs", needsSetup, async () => {
  const named = ALL.map(([question]) => [question, "mail"] as const);
  deepStrictEqual(await lookUp(running("ldirectord", "www"), ...named), [MAIL, MAIL, MAIL, MAIL]);
});

Deno.test("running instance: a socket that an ended daemon left is no instance that runs", needsSetup, async () => {
  const world = running("mail");
  const daemons = [...world.daemons!, { ...daemonOf("www"), ended: true } as const];
  deepStrictEqual(await lookUp({ ...world, daemons }, ["runningInstances"], ["findRunning"]), [MAIL, MAIL]);
});

Deno.test("running instance: daemons of both run folders are listed", needsSetup, async () => {
  const world = running("www");
  const others = { beside: "/run/ldirectord/ldirectord.mail", file: "/etc/ha.d/mail" };
  deepStrictEqual(
    await lookUp({ ...world, hasOthersFolder: true, daemons: [...world.daemons!, others] }, ["runningInstances"]),
    [`/etc/ha.d/mail ${others.beside}.pid, ${WWW}`],
  );
});

/** An instance in a folder of the test's own; its daemon would listen at that socket. */
function instanceAt(socket: string, name?: string): Instance {
  const beside = socket.replace(/\.sock$/, "");
  return {
    name,
    file: `${beside}.cf`,
    pidFile: `${beside}.pid`,
    socket,
    pulseFile: `${beside}.pulse`,
    syncFile: `${beside}.sync`,
    kept: beside,
    label: "www",
  };
}

/** Asks the instance's daemon for its pid; returns the exit status, the pid and what was written to standard error. */
async function ask(instance: Instance): Promise<{ status: ExitStatus; pid?: number; said: string }> {
  const said: string[] = [];
  const write = console.error;
  console.error = (text: string) => said.push(text);
  let pid: number | undefined;
  try {
    const status = await withDaemon(instance, async (client) => {
      pid = (await client.ask("status", {})).daemon.pid;
      return ExitStatus.done;
    });
    return { status, pid, said: said.join("\n") };
  } finally {
    console.error = write;
  }
}

Deno.test("with daemon: the command gets its answer, and no message is written", async () => {
  await using server = new TestServer({ status: () => statusOfPid(7) });
  deepStrictEqual(await ask(instanceAt(server.path)), { status: ExitStatus.done, pid: 7, said: "" });
});

Deno.test("with daemon: a refused request fails with the daemon's reason", async () => {
  await using server = new TestServer({
    status: () => {
      throw new RequestError("refused", "not during a reload");
    },
  });
  const { status, said } = await ask(instanceAt(server.path));
  strictEqual(status, ExitStatus.notDone);
  match(said, /not during a reload/);
});

async function inFolder(work: (socket: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(`${folder}/ldirectord.www.sock`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Name on the command line, whether there is a configuration, and what is printed. */
const STOPPED: [name: string | undefined, hasFile: boolean, says: RegExp][] = [
  ["www", true, /\/ldirectord\.www\.cf.*ldirectord www start$/],
  [undefined, true, /\/ldirectord\.www\.cf.*ldirectord start$/],
  ["www", false, /there is no .*\/ldirectord\.www\.cf$/],
  [undefined, false, /--config NAME/],
];

for (const [name, hasFile, says] of STOPPED) {
  const which = `${name ?? "no name"}, ${hasFile ? "with" : "without"} a configuration`;
  Deno.test(`with daemon: without a daemon, the message says what to do: ${which}`, () =>
    inFolder(async (socket) => {
      const instance = instanceAt(socket, name);
      if (hasFile) await Deno.writeTextFile(instance.file, "");
      const { status, said } = await ask(instance);
      strictEqual(status, ExitStatus.stopped);
      match(said, says);
    }));
}

Deno.test("with daemon: one that runs and does not listen is reported with its pid", () =>
  inFolder(async (socket) => {
    const pidFile = PidFile.take(instanceAt(socket).pidFile);
    ok(pidFile instanceof PidFile);
    const { status, said } = await ask(instanceAt(socket));
    strictEqual(status, ExitStatus.notDone);
    match(said, new RegExp(`pid ${Deno.pid}\\b.*${socket}`));
    pidFile.release();
  }));
