import { parseWebAddress } from "../../model/web_address.ts";
import { setOpenFileLimit } from "../../system/libc/limits.ts";
import { CONFIG } from "../base/declaration.ts";
import { ExitStatus } from "../base/exit_status.ts";
import { findRunning } from "../base/running_instance.ts";
import { type Tool, UsageError } from "../base/tool.ts";
import { toolArguments } from "../base/tool_arguments.ts";
import { withUsage } from "../base/tool_usage.ts";

/** Where it listens unless told otherwise. */
const USUAL = "127.0.0.1:9780";

/** Files that may be open: many more than there are clients (web/http_server.ts). */
const MOST_FILES = 4_096n;

/** Rights that the page does not need: given up, in case an attacker gets in. */
const GIVEN_UP = ["run", "ffi", "sys", "env"] as const;

const DECLARED = withUsage({
  name: "serve",
  summary: "serve the status page and the metrics of a director over HTTP",
  forms: ["[ADDRESS:PORT | PORT] [--config NAME]"],
  words: [[]],
  about: `
Serves the status page (/), its data (/status.json), metrics for Prometheus (/metrics) and
a health check (/healthz; /healthz?director of the director alone, /healthz/VIRTUAL of one
virtual service) of a running director, at ${USUAL} unless told otherwise. A port
alone means this host's loopback; there only requests for localhost or an address are
answered, since other names may be a foreign page's. Nothing can be changed through it.
The directive statuspage has a director start this by itself.
`,
  options: {
    config: CONFIG,
    socket: { value: "PATH", doc: "the director's control socket itself" },
    "while-read": { doc: "end when standard input ends: for a program that starts it and may die" },
  },
  after: `
It waits for a director that does not run, and says so meanwhile. Exit status: 1 when it
cannot listen.
`,
});

/** The status page and the metrics of a director, by a process of their own. */
export const serve: Tool = {
  ...DECLARED,

  async run(args) {
    const { values, words } = toolArguments(args, DECLARED);
    const address = parseWebAddress(words[0] ?? USUAL);
    if (typeof address === "string") throw new UsageError(address);
    setOpenFileLimit(MOST_FILES);
    const socket = values.socket ?? findRunning(values.config).socket;
    const [{ WebServer }, { StatusSource }] = await Promise.all([
      import("../../web/server.ts"),
      import("../../web/status_source.ts"),
    ]);
    let server;
    try {
      server = new WebServer(address, new StatusSource(socket));
    } catch (error) {
      console.error(`ldirectord: cannot listen at ${words[0] ?? USUAL}: ${reasonOf(error)}`);
      return ExitStatus.notDone;
    }
    for (const name of GIVEN_UP) await Deno.permissions.revoke({ name });
    if (!values["while-read"]) console.log(`http://${hostOf(server.address)}/`);
    await (values["while-read"] ? Promise.race([server.finished, inputEnds()]) : server.finished);
    return ExitStatus.done;
  },
};

function reasonOf(error: unknown): string {
  if (error instanceof Deno.errors.AddrInUse) return "something else listens there";
  if (error instanceof Deno.errors.AddrNotAvailable) return "this host does not have that address";
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied; ports below 1024 are for root";
  return error instanceof Error ? error.message : String(error);
}

function hostOf({ hostname, port }: Deno.NetAddr): string {
  return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}

async function inputEnds(): Promise<void> {
  for await (const _ of Deno.stdin.readable);
}
