import type { Status } from "../../control/status.ts";
import { pidFileOwner } from "../../daemon/process/pid_file.ts";
import type { StatusForm } from "../base/arguments.ts";
import { ExitStatus } from "../base/exit_status.ts";
import { hasConfiguration, type Instance, notFound } from "../base/instance.ts";
import { terminalSize } from "../terminal/terminal_size.ts";

/**
 * Says whether the daemon of an instance runs, in the words and on the streams that heartbeat and scripts know; and on
 * request, or to a person at a terminal, what it has to say.
 */
export async function status(instance: Instance, { form }: { readonly form?: StatusForm }): Promise<ExitStatus> {
  const owner = pidFileOwner(instance.pidFile);
  if (owner.state === "running") {
    const message = `ldirectord for ${instance.file} is running with pid: ${owner.pid}`;
    if (form === undefined) {
      console.error(message);
      if (Deno.stdout.isTerminal()) await show(instance, "long").catch(() => {});
      return ExitStatus.done;
    }
    if (form === "long") console.error(message);
    return await show(instance, form);
  }
  if (!hasConfiguration(instance)) {
    console.error(notFound(instance));
    return ExitStatus.notDone;
  }
  const stopped = `ldirectord is stopped for ${instance.file}`;
  // A program that asked for a document must not get a sentence.
  if (form === "json" || form === "yaml") console.error(stopped);
  else console.log(stopped);
  if (owner.state === "none") return ExitStatus.stopped;
  console.error(`ldirectord stale pid file ${instance.pidFile} for ${instance.file}`);
  return ExitStatus.stale;
}

async function show(instance: Instance, form: StatusForm): Promise<ExitStatus> {
  const { withDaemon } = await import("../base/running_instance.ts");
  return await withDaemon(instance, async (client) => {
    console.log(await textOf(await client.ask("status", {}), form));
    return ExitStatus.done;
  });
}

async function textOf(status: Status, form: StatusForm): Promise<string> {
  if (form === "json") return JSON.stringify(status, null, 2);
  if (form === "yaml") return (await import("../base/yaml_text.ts")).yamlText(status);
  const [{ statusTable }, { paintFor }] = await Promise.all([
    import("./status_table.ts"),
    import("../terminal/paint.ts"),
  ]);
  const width = Deno.stdout.isTerminal() ? terminalSize().columns : undefined;
  return statusTable(status, { paint: paintFor(Deno.stdout), width }).join("\n");
}
