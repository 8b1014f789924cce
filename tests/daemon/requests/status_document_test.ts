import { deepStrictEqual, match, rejects, strictEqual } from "node:assert/strict";
import { RequestError } from "../../../src/control/protocol.ts";
import type { RealStatus, Status } from "../../../src/control/status.ts";
import { controlRequests } from "../../../src/daemon/requests/control_requests.ts";
import { IpvsUnavailable } from "../../../src/ipvs/driver.ts";
import { readKernelFile } from "../../../src/system/kernel_file.ts";
import { statusNow, TestDaemon } from "../daemon_fixture.ts";
import { faults, type Schema } from "../json_schema.ts";

// The system's library is opened at its first use and stays open: no test is to be blamed for that.
readKernelFile("/proc/self/comm");

const SCHEMA: Schema = JSON.parse(
  Deno.readTextFileSync(new URL("../../../docs/status.schema.json", import.meta.url)),
);

/** A real server that accepts connections on loopback. */
function listen(hostname: string): Deno.TcpListener {
  const listener = Deno.listen({ hostname, port: 0 });
  (async () => {
    for await (const client of listener) client.close();
  })();
  return listener;
}

const portOf = (listener: Deno.TcpListener) => (listener.addr as Deno.NetAddr).port;

const CONFIG = (alive: number, dead: number, folder: string) => `
checkinterval = 1
checktimeout = 2
quiescent = no
maintenancedir = ${folder}
virtual = 192.0.2.10:80
        real = 127.0.0.1:${alive} masq 3
        real = 127.0.0.2:${dead} masq 1
        real = localhost:${dead} masq 1
        fallback = 127.0.0.9:80 masq
        checktype = connect
        servicename = shop
virtual = 192.0.2.20:80
        real = 127.0.0.1:${alive} masq
        checktype = off
virtual = 7
        real = 127.0.0.1:${alive} gate
        service = none
virtual6 = [2001:db8::10]:80
        real6 = [2001:db8::1]:80 masq
        checktype = on
`;

/** The director lets go of its timers when they are due, and not before. */
const LENIENT = { sanitizeOps: false, sanitizeResources: false };

/** Asks until the answer is as it should be, for three seconds at most: the kernel is looked at once a second. */
async function eventually<T>(ask: () => Promise<T>, isRight: (answer: T) => boolean): Promise<T> {
  for (const end = performance.now() + 3_000;;) {
    const answer = await ask();
    if (isRight(answer) || performance.now() > end) return answer;
    await new Promise((wake) => setTimeout(wake, 50));
  }
}

interface World {
  readonly test: TestDaemon;
  readonly maintenance: string;
  readonly alive: number;
  readonly config: string;
  status(): Promise<Status>;
  real(name: string): Promise<RealStatus>;
}

async function withDaemon(play: (world: World) => Promise<void>): Promise<void> {
  const server = listen("127.0.0.1");
  const refusing = Deno.listen({ hostname: "127.0.0.2", port: 0 }) as Deno.TcpListener;
  refusing.close();
  const maintenance = await Deno.makeTempDir();
  const config = CONFIG(portOf(server), portOf(refusing), maintenance);
  const test = await TestDaemon.start(config);
  const status = () => statusNow(test.daemon, { detail: true, conversation: true });
  try {
    await play({
      test,
      maintenance,
      config,
      alive: portOf(server),
      status,
      real: async (name) => (await status()).virtuals[0].reals.find(({ real }) => real.startsWith(name))!,
    });
  } finally {
    await test[Symbol.asyncDispose]();
    server.close();
    await Deno.remove(maintenance, { recursive: true });
  }
}

Deno.test(
  "status: the document is as its schema says, whatever the director has to tell",
  LENIENT,
  () =>
    withDaemon(async ({ test, status, alive }) => {
      deepStrictEqual(faults(await status(), SCHEMA), []);
      const requests = controlRequests(test.daemon);
      await requests.drain({ real: `127.0.0.1:${alive}`, virtual: "shop", seconds: 60 });
      await requests.weight({ real: `127.0.0.1:${alive}`, virtual: "shop", weight: 9 });
      deepStrictEqual(faults(await status(), SCHEMA), []);
      deepStrictEqual(faults(await statusNow(test.daemon), SCHEMA), []);
    }),
);

Deno.test(
  "status: what is up, what is not, why, and what the clients meet",
  LENIENT,
  () =>
    withDaemon(async ({ status }) => {
      const { virtuals } = await status();
      deepStrictEqual(virtuals.map(({ virtual, state }) => `${virtual} ${state}`), [
        "192.0.2.10:80 degraded",
        "192.0.2.20:80 down",
        "7 up",
        "[2001:db8::10]:80 up",
      ]);
      const [shop] = virtuals;
      deepStrictEqual(shop.reals.map(({ state, why, serving }) => `${state} ${serving} ${why}`), [
        "up true connected",
        "down false connection refused",
        "down false connection refused",
      ]);
      deepStrictEqual(shop.reals.map(({ weight }) => weight), [
        { configured: 3, wanted: 3, kernel: 3 },
        { configured: 1, wanted: null, kernel: null },
        { configured: 1, wanted: null, kernel: null },
      ]);
      deepStrictEqual(shop.reals[2].names, ["localhost"]);
      deepStrictEqual(virtuals.slice(1).map(({ reals }) => reals[0].state), ["off", "unchecked", "unchecked"]);
      deepStrictEqual(shop.reals[1].checks[0].failed, { refused: 1 });
      const said = shop.reals.slice(0, 2).map(({ checks }) => checks[0].conversation!.map(({ text }) => text));
      deepStrictEqual(said, [
        [`* connecting to ${shop.reals[0].real}`, "* connected"],
        [`* connecting to ${shop.reals[1].real}`],
      ]);
      deepStrictEqual([shop.name, shop.fallback?.active], ["shop", false]);
    }),
);

Deno.test(
  "status: what was changed by hand is marked as drift",
  LENIENT,
  () =>
    withDaemon(async ({ test, status, alive }) => {
      const [[, service]] = await test.table.read();
      const there = [...service.destinations.values()][0];
      await test.table.apply([
        { do: "edit-destination", service, destination: { ...there, weight: 8 } },
        { do: "add-destination", service, destination: { ...there, address: "10.9.9.9" as typeof there.address } },
      ]);
      const [shop] = (await status()).virtuals;
      strictEqual(shop.reals[0].drift, "weight 8 in the kernel");
      match(shop.drift!, new RegExp(`not in the configuration: 10\\.9\\.9\\.9:${alive}`));
      await test.table.apply([{ do: "delete-service", service }]);
      const gone = await eventually(async () => (await status()).virtuals[0].drift, (drift) => drift !== shop.drift);
      strictEqual(gone, "not in the kernel's table");
    }),
);

Deno.test(
  "a standby that is activated counts no transition a second time, nor adds it to the history",
  LENIENT,
  () =>
    withDaemon(async ({ test, status }) => {
      const seen = async () => {
        const { virtuals } = await status();
        const { entries } = await controlRequests(test.daemon).history({});
        const told = entries.filter(({ kind }) => kind === "up" || kind === "down" || kind.startsWith("fallback"));
        return { counts: virtuals.map(({ reals }) => reals.map(({ transitions }) => transitions)), told: told.length };
      };
      const before = await seen();
      deepStrictEqual(before.counts[0], [1, 1, 1]);
      await test.daemon.deactivate();
      await test.daemon.activate();
      deepStrictEqual(await seen(), before);
    }),
);

/** Orders, and what becomes of the real server that was up with weight 3. */
const ORDERS: [request: "drain" | "disable" | "weight", weight: number | undefined, expected: string][] = [
  ["drain", undefined, "drained 0 drained by the operator"],
  ["disable", undefined, "disabled null disabled by the operator"],
  ["weight", 7, "up 7 connected; weight 7 by the operator"],
];

for (const [request, weight, expected] of ORDERS) {
  Deno.test(
    `${request}: told, obeyed, kept by a restart, and taken back by enable`,
    LENIENT,
    () =>
      withDaemon(async ({ test, config, alive }) => {
        const told = { real: `127.0.0.1:${alive}`, virtual: "shop", weight };
        const result = await controlRequests(test.daemon)[request](told);
        deepStrictEqual(result.reals.map(({ virtual }) => virtual), ["192.0.2.10:80"]);
        const look = async (daemon: TestDaemon["daemon"]) => {
          const { virtuals: [shop] } = await statusNow(daemon);
          const [{ state, weight, why }] = shop.reals;
          return `${state} ${weight.kernel} ${why}`;
        };
        strictEqual(await look(test.daemon), expected);

        await test.stop();
        const next = await TestDaemon.start(config, test);
        try {
          strictEqual(await look(next.daemon), expected, "after a restart");
          next.daemon.reload();
          await controlRequests(next.daemon).enable({ real: `127.0.0.1:${alive}` });
          const back = await eventually(() => look(next.daemon), (seen) => seen.startsWith("up 3"));
          strictEqual(back, "up 3 connected");
        } finally {
          await next.stop();
        }
      }),
  );
}

Deno.test(
  "status: each order has its own end",
  LENIENT,
  () =>
    withDaemon(async ({ test, alive, real }) => {
      const requests = controlRequests(test.daemon);
      const whom = { real: `127.0.0.1:${alive}`, virtual: "shop" };
      await requests.drain({ ...whom, seconds: 3600 });
      await requests.weight({ ...whom, weight: 5 });
      match((await real("127.0.0.1")).why, /^drained by the operator until [\d: -]+; weight 5 by the operator$/);
      await requests.enable(whom);
      await requests.drain(whom);
      await requests.weight({ ...whom, weight: 5, seconds: 3600 });
      match((await real("127.0.0.1")).why, /^drained by the operator; weight 5 by the operator until [\d: -]+$/);
    }),
);

Deno.test(
  "weight: a share of the configured one, and more or less than now; nothing that the kernel does not take",
  LENIENT,
  () =>
    withDaemon(async ({ test, alive }) => {
      const requests = controlRequests(test.daemon);
      const whom = { real: `127.0.0.1:${alive}`, virtual: "shop" };
      const given = async (wish: Record<string, number | undefined>) => {
        const { reals } = await requests.weight({ ...whom, ...wish } as never);
        return reals.map(({ weight }) => weight);
      };
      deepStrictEqual(await given({ percent: 50 }), [2]);
      deepStrictEqual(await given({ more: 4 }), [6]);
      deepStrictEqual(await given({ more: -1 }), [5]);
      deepStrictEqual(await given({ percent: 200 }), [6]);
      for (const wish of [{ more: -7 }, { more: 65_535 }, { percent: -1 }, { more: 0.5 }]) {
        await rejects(given(wish), RequestError);
      }
      const { reals } = await requests.enable({ ...whom, only: "hold" });
      deepStrictEqual(reals, []);
      deepStrictEqual((await requests.enable({ ...whom, only: "weight" })).reals.length, 1);
    }),
);

Deno.test(
  "enable takes back the orders about a real server that the configuration has lost",
  LENIENT,
  () =>
    withDaemon(async ({ test, config, alive }) => {
      await controlRequests(test.daemon).drain({ real: "127.0.0.1" });
      await test.stop();
      const shorter = config.replace(`        real = 127.0.0.1:${alive} masq 3\n`, "");
      const next = await TestDaemon.start(shorter, test);
      try {
        const { reals } = await controlRequests(next.daemon).enable({ real: "127.0.0.1" });
        deepStrictEqual(reals.map(({ virtual }) => virtual).sort(), ["192.0.2.10:80", "192.0.2.10:80", "7"]);
        const kept = JSON.parse(await Deno.readTextFile(`${next.folder}/kept/test.orders.json`));
        deepStrictEqual(kept.orders, []);
      } finally {
        await next.stop();
      }
    }),
);

Deno.test(
  "status: a kernel that does not answer does not hold up the rest of the status",
  LENIENT,
  () =>
    withDaemon(async ({ test, status }) => {
      test.table.counters = () => new Promise(() => {});
      const { table, virtuals } = await eventually(status, ({ virtuals }) => virtuals[0].kernel === null);
      strictEqual(table.trouble, "the kernel does not say what its table has");
      deepStrictEqual([virtuals[0].kernel, virtuals[0].reals.map(({ state }) => state)], [null, [
        "up",
        "down",
        "down",
      ]]);
    }),
);

Deno.test(
  "orders: a kernel that does not take one in time, or not at all, is reported",
  LENIENT,
  () =>
    withDaemon(async ({ test, alive }) => {
      const requests = controlRequests(test.daemon);
      const real = `127.0.0.1:${alive}`;
      const apply = test.table.apply.bind(test.table);
      const slow = Promise.withResolvers<void>();
      test.table.apply = (plan) => slow.promise.then(() => apply(plan));
      const { warnings } = await requests.drain({ real, virtual: "shop" });
      deepStrictEqual(warnings.filter((text) => /has not taken it yet/.test(text)).length, 1, warnings.join("\n"));
      slow.resolve();
      test.table.apply = () => Promise.reject(new IpvsUnavailable("ipvsadm is gone"));
      const refused = await requests.weight({ real: "[2001:db8::1]:80", weight: 7 });
      match(refused.warnings.join("\n"), /the kernel's table is not as wanted: ipvsadm is gone/);
      test.table.apply = apply;
    }),
);

Deno.test("status: a weight file that says no weight is said beside what the check says", LENIENT, async () => {
  const folder = await Deno.makeTempDir();
  const server = listen("127.0.0.1");
  try {
    await Deno.writeTextFile(`${folder}/weight`, "40\n");
    const config = (file: string) => `
checkinterval = 1
virtual = 192.0.2.10:80
        real = 127.0.0.1:${portOf(server)} masq 3 {
                weightfile = ${folder}/${file}
        }
        checktype = connect
`;
    for (
      const [file, weight, why] of [["weight", 40, /: connected$/], ["none", 3, /: connected; .*none is not there$/]]
    ) {
      await using test = await TestDaemon.start(config(String(file)));
      const status = await statusNow(test.daemon, { detail: true, conversation: true });
      const [real] = status.virtuals[0].reals;
      deepStrictEqual([real.state, real.weight.configured, real.weight.wanted], ["up", 3, weight]);
      match(real.why, why as RegExp);
      deepStrictEqual(real.checks.map(({ kind, up }) => `${kind} ${up}`), ["connect true", "weightfile true"]);
      deepStrictEqual(faults(status, SCHEMA), []);
    }
  } finally {
    server.close();
    await Deno.remove(folder, { recursive: true });
  }
});

/** So many virtual services with one real server, the same in each. */
const MANY = Array.from({ length: 1_000 }, (_, i) => `
virtual = 192.0.2.1:${i + 1}
    real = 127.0.0.1:9 masq
    checktype = on
`).join("");

Deno.test("status: an order that comes while a long one is written is in all of it, or in none", LENIENT, async () => {
  await using test = await TestDaemon.start(MANY);
  const requests = controlRequests(test.daemon);
  const during = Array.from({ length: 3 }, () => statusNow(test.daemon));
  // What is asked of the table in memory is answered within this turn.
  await new Promise((resolve) => setTimeout(resolve, 0));
  await requests.drain({ real: "127.0.0.1" });
  const all = [...await Promise.all(during), await statusNow(test.daemon)];
  for (const { counts, virtuals } of all) {
    const states = virtuals.flatMap(({ reals }) => reals.map(({ state }) => state));
    strictEqual(states.length, 1_000);
    deepStrictEqual([...new Set(states)], [counts.serving === 1_000 ? "unchecked" : "drained"]);
  }
  strictEqual(all[0].counts.serving, 1_000);
  strictEqual(all[3].counts.serving, 0);
});

Deno.test(
  "status: however many ask at the same time, it is written twice at most, the second time anew",
  LENIENT,
  async () => {
    await using test = await TestDaemon.start(MANY);
    const { status, drain } = controlRequests(test.daemon);
    const first = status({});
    await drain({ real: "127.0.0.1", virtual: "192.0.2.1:7" });
    const later = await Promise.all(Array.from({ length: 10 }, () => status({})));
    strictEqual(new Set([await first, ...later]).size <= 3, true);
    strictEqual(new Set(later).size, 1);
  },
);
