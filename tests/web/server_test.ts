import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import type { RealStatus, Status } from "../../src/control/status.ts";
import type { IpAddress } from "../../src/model/address.ts";
import { WebServer } from "../../src/web/server.ts";
import { StatusSource } from "../../src/web/status_source.ts";
import { TestServer } from "../control/fixture.ts";
import { Browser } from "./browser.ts";
import { entry, realStatus, statusWith } from "./example_status.ts";
import { needsSetup } from "../needs_setup.ts";

/** A page over a control socket; the test decides what the director says. */
class World implements AsyncDisposable {
  status: Status = statusWith(realStatus());
  readonly events = [entry("connection refused")];
  asked = 0;
  /** What the director waits for before it answers. */
  delay: Promise<void> | undefined;
  readonly #control: TestServer;
  readonly #server: WebServer;

  constructor() {
    this.#control = new TestServer({
      status: async () => {
        this.asked++;
        await this.delay;
        return this.status;
      },
      history: ({ after }) => ({ entries: this.events.slice(Number(after)), next: this.events.length }),
    });
    const source = new StatusSource(this.#control.path);
    this.#server = new WebServer({ address: "127.0.0.1" as IpAddress, port: 0 }, source);
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.address.port}`;
  }

  async get(path: string, init?: RequestInit): Promise<{ status: number; type: string | null; text: string }> {
    const response = await fetch(`${this.url}${path}`, init);
    return { status: response.status, type: response.headers.get("content-type"), text: await response.text() };
  }

  endDirector(): void {
    this.#control.close();
  }

  async restartDirector(): Promise<void> {
    await this.#control.restart();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.close();
    await this.#control[Symbol.asyncDispose]();
  }
}

const DOWN: Partial<RealStatus> = { state: "down", serving: false, why: "<b>503</b> & more" };

/** What is asked for, and what the answer is. */
const ANSWERS: [path: string, status: number, type: RegExp, text: RegExp][] = [
  ["/", 200, /^text\/html/, /<title>ldirectord<\/title>/],
  ["/status.json", 200, /^application\/json/, /"real":"10\.0\.0\.11:80"/],
  ["/metrics", 200, /^text\/plain; version=0\.0\.4/, /^ldirectord_up 1$/m],
  ["/healthz", 200, /^text\/plain/, /^ok\n$/],
  ["/healthz?director", 200, /^text\/plain/, /^ok\n$/],
  ["/healthz/192.0.2.10:80", 200, /^text\/plain/, /^ok\n$/],
  ["/healthz/192.0.2.10%3A80", 200, /^text\/plain/, /^ok\n$/],
  ["/healthz/%zz", 404, /^text\/plain/, /There are: 192/],
  ["/favicon.ico", 404, /^text\/plain/, /\/metrics/],
  ["/../etc/passwd", 404, /^text\/plain/, /\/metrics/],
];

for (const [path, status, type, text] of ANSWERS) {
  Deno.test(`status page: ${path} is answered with ${status}`, async () => {
    await using world = new World();
    const answer = await world.get(path);
    strictEqual(answer.status, status);
    match(answer.type ?? "", type);
    match(answer.text, text);
  });
}

/** What stands in the Host header, and how a page on loopback answers. */
const HOSTS: [host: string, status: number][] = [
  ["127.0.0.1:9780", 200],
  ["localhost:8080", 200],
  ["[::1]", 200],
  ["director1.localhost", 200],
  // A page of that name may have made it resolve to 127.0.0.1.
  ["evil.example", 421],
  ["localhost.evil.example:9780", 421],
  ["127.0.0.1.evil.example", 421],
  ["a b<>", 400],
  [":99999", 400],
];

for (const [host, status] of HOSTS) {
  Deno.test(`status page: on loopback, a request for ${host} is answered with ${status}`, async () => {
    await using world = new World();
    using client = await Deno.connect({ port: Number(new URL(world.url).port) });
    await client.write(new TextEncoder().encode(`GET /healthz HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`));
    const answer = await new Response(client.readable).text();
    strictEqual(answer.split(" ")[1], String(status), answer);
  });
}

Deno.test("status page: nothing can be changed through it", async () => {
  await using world = new World();
  for (const method of ["POST", "PUT", "DELETE", "PATCH"]) {
    strictEqual((await world.get("/status.json", { method })).status, 405);
  }
});

Deno.test("status page: however many ask, the director is asked once a second", async () => {
  await using world = new World();
  await Promise.all(Array.from({ length: 200 }, (_, i) => world.get(["/metrics", "/status.json", "/healthz"][i % 3])));
  strictEqual(world.asked <= 3, true, `asked ${world.asked} times`);
});

Deno.test("status page: a director that takes its time is not asked again meanwhile, and all get its answer", async () => {
  await using world = new World();
  const { promise, resolve } = Promise.withResolvers<void>();
  world.delay = promise;
  const first = world.get("/healthz");
  // Longer than an answer is good for.
  await new Promise((wake) => setTimeout(wake, 1_000));
  const second = world.get("/healthz");
  resolve();
  deepStrictEqual([(await first).text, (await second).text, world.asked], ["ok\n", "ok\n", 1]);
});

/** A director that is not well, and what /healthz says. */
const SICK: [what: string, status: Status, says: RegExp][] = [
  [
    "out of step",
    { ...statusWith(), table: { driver: "netlink", inStep: false, trouble: "no IPVS" } },
    /^table not in step: no IPVS$/m,
  ],
  [
    "starting",
    { ...statusWith(), daemon: { ...statusWith().daemon, state: "starting" } },
    /^the director is starting$/m,
  ],
];

for (const [what, status, says] of SICK) {
  Deno.test(`status page: /healthz of a director that is ${what} is 503, and says why`, async () => {
    await using world = new World();
    world.status = status;
    const answer = await world.get("/healthz");
    strictEqual(answer.status, 503);
    match(answer.text, says);
  });
}

Deno.test("status page: a director that was restarted since the last look is answered for at once", async () => {
  await using world = new World();
  strictEqual((await world.get("/healthz")).status, 200);
  await world.restartDirector();
  // Longer than an answer is good for.
  await new Promise((wake) => setTimeout(wake, 1_000));
  strictEqual((await world.get("/healthz")).text, "ok\n");
});

Deno.test("status page: without a director it says so everywhere, and goes on", async () => {
  await using world = new World();
  world.endDirector();
  strictEqual((await world.get("/healthz")).status, 503);
  strictEqual((await world.get("/status.json")).status, 503);
  match((await world.get("/metrics")).text, /^ldirectord_up 0$/m);
  strictEqual((await world.get("/")).status, 200);
});

/** Reads a page's feed until so many events have come. */
async function readEvents(url: string, count: number): Promise<string[]> {
  const abort = new AbortController();
  const response = await fetch(`${url}/events`, { signal: abort.signal });
  let text = "";
  for await (const bytes of response.body!) {
    text += new TextDecoder().decode(bytes);
    if (text.split("\n\n").length > count) break;
  }
  abort.abort();
  return text.split("\n\n").slice(0, count);
}

Deno.test("status page: the feed tells all at first, then what has changed", async () => {
  await using world = new World();
  const reading = readEvents(world.url, 2);
  await world.get("/status.json");
  world.status = statusWith(realStatus(DOWN));
  world.events.push(entry("503"));
  const [first, second] = (await reading).map((event) => JSON.parse(event.split("data: ")[1]));
  const id = "tcp:192.0.2.10:80 10.0.0.11:80";
  deepStrictEqual([first.reals[id].state, first.events.length, "curves" in first], ["up", 1, true]);
  deepStrictEqual([second.reals[id].state, second.events.length, "curves" in second], ["down", 1, false]);
});

Deno.test("status page: clients that connect and stall do not hold up others", async () => {
  await using world = new World();
  const { port } = new URL(world.url);
  const stalled = await Promise.all(
    Array.from({ length: 100 }, () => Deno.connect({ hostname: "127.0.0.1", port: Number(port) })),
  );
  await Promise.all(
    stalled.map((client) => client.write(new TextEncoder().encode("GET /events HTTP/1.1\r\nHost: x\r\n"))),
  );
  strictEqual((await world.get("/healthz")).status, 200);
  for (const client of stalled) client.close();
});

Deno.test("status page: on a phone, too, it says what else is wrong, and fits", needsSetup, async () => {
  await using world = new World();
  const good = statusWith(realStatus());
  const long = "tcp:192.0.2.10:80: ".concat("x".repeat(100));
  world.status = {
    ...good,
    daemon: { ...good.daemon, lastReload: { time: good.time, ok: false, trouble: `line 3: ${long}` } },
    table: { driver: "netlink", inStep: false, trouble: long },
    unresolved: [{ virtual: "192.0.2.10:80", host: "web9.example.net", line: 4 }],
  };
  await using browser = await Browser.open(world.url, { width: 390, height: 800 });
  await browser.becomes("document.getElementById('unresolved').innerText.includes('web9.example.net')");
  const header = String(await browser.evaluate("document.querySelector('header').innerText"));
  match(header, /table not in step: tcp:192/);
  match(header, /the last reload failed: line 3/);
  strictEqual(await browser.evaluate("document.documentElement.scrollWidth <= innerWidth"), true, "no sideways scroll");
});

/** Rows that a browser shows, as `state name why`. */
const ROWS = "[...document.querySelectorAll('tbody tr')].filter((row) => !row.hidden)" +
  ".map((row) => ['.state', '.name', '.why'].map((part) => row.querySelector(part).innerText).join(' ').trim()).join('|')";

for (const look of [{ width: 1280, height: 900 }, { width: 390, height: 800, dark: true }]) {
  Deno.test(
    `status page: in a browser of ${look.width} columns it shows what is up, lives, and fits`,
    needsSetup,
    async () => {
      await using world = new World();
      world.status = statusWith(realStatus(), realStatus({ real: "[2001:db8:1234:5678:9abc:def0:1234:5678]:8080" }));
      await using browser = await Browser.open(world.url, look);
      await browser.becomes(`${ROWS}.startsWith('up 10.0.0.11:80')`);
      strictEqual(
        await browser.evaluate("document.documentElement.scrollWidth <= innerWidth"),
        true,
        "no sideways scroll",
      );
      match(String(await browser.evaluate("document.getElementById('events').innerText")), /connection refused/);

      world.status = statusWith(realStatus(DOWN), realStatus({ real: "10.0.0.12:80" }));
      await browser.becomes(`${ROWS}.includes('down 10.0.0.11:80') && ${ROWS}.includes('<b>503</b> & more')`);
      strictEqual(await browser.evaluate("document.title"), "(1) ldirectord www");
      strictEqual(
        await browser.evaluate("document.querySelectorAll('tbody b').length"),
        0,
        "what a server says is no markup",
      );

      await browser.evaluate("document.getElementById('problems').click()");
      strictEqual(await browser.evaluate(`${ROWS}.split('|').length`), 1);
      world.endDirector();
      await browser.becomes("!document.getElementById('trouble').hidden");
    },
  );
}
