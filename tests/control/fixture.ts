import { ControlServer } from "../../src/control/server.ts";
import type { Handlers } from "../../src/control/requests.ts";
import type { Status } from "../../src/control/status.ts";

/** A status that tells a test's daemon apart by its pid. */
export function statusOfPid(pid: number): Status {
  const time = "2026-11-20T09:00:00.000Z";
  const daemon = {
    pid,
    version: "2.0.0",
    config: "/etc/ha.d/www",
    state: "running",
    startedAt: time,
    lastReload: null,
    retired: null,
    helper: null,
  } as const;
  const checks = { running: 0, waiting: 0, longestWaitSeconds: 0, openFiles: null };
  const counts = { reals: 0, serving: 0, unknown: 0 };
  const table = { driver: "netlink", inStep: true, trouble: null };
  return {
    version: 1,
    time,
    daemon,
    table,
    digest: { configuration: "00000000000c", table: "00000000000a" },
    checks,
    counts,
    virtuals: [],
    unresolved: [],
    lists: [],
    byHand: { added: [], removed: [] },
    draining: [],
  };
}

/** Handlers of which the test needs only some. */
export function handlersWith(handlers: Partial<Handlers>): Handlers {
  return { status: () => statusOfPid(1), ...handlers } as Handlers;
}

/** A control server in a directory of its own; what it complained of is kept. */
export class TestServer implements AsyncDisposable {
  readonly path: string;
  readonly complaints: string[] = [];
  readonly #directory = Deno.makeTempDirSync();
  readonly #handlers: Handlers;
  #server: ControlServer;

  constructor(handlers: Partial<Handlers> = {}) {
    this.path = `${this.#directory}/ldirectord.www.sock`;
    this.#handlers = handlersWith(handlers);
    this.#server = this.#listen();
  }

  #listen(): ControlServer {
    return new ControlServer(this.path, this.#handlers, (text) => this.complaints.push(text));
  }

  /** Sends the text as it is, and gives what comes back until the server hangs up or as many lines as asked for. */
  async says(text: string, lines = Infinity): Promise<string> {
    using socket = await Deno.connect({ transport: "unix", path: this.path });
    const sent = sendAll(socket, text).catch(() => {});
    let said = "";
    const buffer = new Uint8Array(65_536);
    while (said.split("\n").length <= lines) {
      const count = await socket.read(buffer).catch(() => null);
      if (count === null) break;
      said += new TextDecoder().decode(buffer.subarray(0, count));
    }
    await sent;
    return said;
  }

  /** As at the daemon's stop. */
  close(): void {
    this.#server.close();
  }

  /** Its clients lose their connections, and another listens in its place. */
  async restart(): Promise<void> {
    this.#server.close();
    // Deno removes the socket once more, when it has let go of the listener.
    await new Promise((wake) => setTimeout(wake, 0));
    this.#server = this.#listen();
  }

  /** Ends the server, and gives it the time to notice that its clients are gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#server.close();
    } catch {
      // The test has closed it.
    }
    await new Promise((wake) => setTimeout(wake, 0));
    Deno.removeSync(this.#directory, { recursive: true });
  }
}

async function sendAll(socket: Deno.Conn, text: string): Promise<void> {
  for (let bytes = new TextEncoder().encode(text); bytes.length > 0;) {
    bytes = bytes.subarray(await socket.write(bytes));
  }
}
