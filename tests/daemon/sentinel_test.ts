import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { RealStatus, Status } from "../../src/control/status.ts";
import { controlRequests } from "../../src/daemon/requests/control_requests.ts";
import { readKernelFile } from "../../src/system/kernel_file.ts";
import { statusNow, TestDaemon } from "./daemon_fixture.ts";
import { faults, type Schema } from "./json_schema.ts";

// The system's library is opened at its first use and stays open: no test is to be blamed for that.
readKernelFile("/proc/self/comm");

const SCHEMA: Schema = JSON.parse(
  Deno.readTextFileSync(new URL("../../docs/status.schema.json", import.meta.url)),
);

/** The director lets go of its timers when they are due, and the thread that waits ends in its own time. */
const LENIENT = { sanitizeOps: false, sanitizeResources: false };

/** A server that keeps what connects to it. */
class Server {
  readonly #listener: Deno.TcpListener;
  readonly #clients: Deno.TcpConn[] = [];

  constructor(hostname: string) {
    const listener = this.#listener = Deno.listen({ hostname, port: 0 });
    (async () => {
      for await (const client of listener) this.#clients.push(client);
    })();
  }

  get port(): number {
    return (this.#listener.addr as Deno.NetAddr).port;
  }

  /** Closes all connections, and goes on listening. */
  closeClients(): void {
    for (const client of this.#clients.splice(0)) client.close();
  }

  /** Ends as a process that is killed. */
  end(): void {
    this.#listener.close();
    this.closeClients();
  }
}

Deno.test(
  "sentinels: a server that ends is out although it is checked once an hour, and status shows each",
  LENIENT,
  async () => {
    const servers = [new Server("127.0.0.1"), new Server("127.0.0.2")];
    await using test = await TestDaemon.start(`
checkinterval = 3600
quiescent = no
sentinel = yes
virtual = 192.0.2.10:80
        real = 127.0.0.1:${servers[0].port} masq
        real = 127.0.0.2:${servers[1].port} masq
        checktype = connect
virtual = 192.0.2.11:53
        real = 127.0.0.1:${servers[0].port} masq
        checktype = connect
        protocol = tcp
        sentinel = no
`);
    /** Asks until the first virtual service's real servers are as they should be, for twenty seconds at most. */
    const until = async (isRight: (reals: readonly RealStatus[]) => boolean): Promise<Status> => {
      for (const end = performance.now() + 20_000;;) {
        const status = await statusNow(test.daemon);
        if (isRight(status.virtuals[0].reals) || performance.now() > end) return status;
        await new Promise((wake) => setTimeout(wake, 10));
      }
    };
    const areOpen = (reals: readonly RealStatus[]) => reals.every(({ sentinel }) => sentinel?.state === "open");

    const open = await until(areOpen);
    deepStrictEqual(faults(open, SCHEMA), []);
    ok(areOpen(open.virtuals[0].reals), JSON.stringify(open.virtuals[0].reals));
    strictEqual(open.virtuals[1].reals[0].sentinel, null);

    servers[0].closeClients();
    const again = await until((reals) => areOpen(reals) && reals[0].checks[0].rounds === 2);
    deepStrictEqual(again.virtuals[0].reals.map(({ checks, serving }) => [checks[0].rounds, serving]), [[2, true], [
      1,
      true,
    ]]);

    servers[1].end();
    const gone = await until((reals) => reals[1].state === "down");
    deepStrictEqual(gone.virtuals[0].reals.map(({ state, why }) => `${state} ${why}`), [
      "up connected",
      "down connection refused",
    ]);
    deepStrictEqual(faults(gone, SCHEMA), []);

    await controlRequests(test.daemon).drain({
      real: `127.0.0.1:${servers[0].port}`,
      virtual: "192.0.2.10:80",
      seconds: 60,
    });
    strictEqual((await until((reals) => reals[0].sentinel === null)).virtuals[0].reals[0].sentinel, null);
    await test.stop();
    servers[0].end();
  },
);
