import { deepStrictEqual, match, rejects, strictEqual, throws } from "node:assert/strict";
import { askOnce, ControlClient, NobodyThere } from "../../src/control/client.ts";
import { encodeResult, MAX_REQUEST } from "../../src/control/protocol.ts";
import { ControlServer } from "../../src/control/server.ts";
import { linesOf } from "../../src/system/line_reader.ts";
import { handlersWith, statusOfPid, TestServer } from "./fixture.ts";

const STATUS = '{"version":1,"request":"status"}\n';

/** What a client sends, and the code of the error that it gets. */
const REFUSED: [what: string, line: string, code: string][] = [
  ["no JSON", "status\n", "malformed"],
  ["an empty line", "\n", "malformed"],
  ["JSON that is no object", "[1]\n", "malformed"],
  ["a request that is no string", '{"version":1,"request":7}\n', "malformed"],
  ["bytes that are no text", "\u0000\uFFFF\n", "malformed"],
  ["no version", '{"request":"status"}\n', "unsupported-version"],
  ["another version", '{"version":2,"request":"status"}\n', "unsupported-version"],
  ["an unknown request", '{"version":1,"request":"dance"}\n', "unknown-request"],
  ["the name of an object's own method", '{"version":1,"request":"toString"}\n', "unknown-request"],
];

for (const [what, line, code] of REFUSED) {
  Deno.test(`control socket: ${what} is answered with "${code}", and the connection goes on`, async () => {
    await using server = new TestServer();
    const [first, second] = (await server.says(line + STATUS, 2)).split("\n");
    strictEqual(JSON.parse(first).error.code, code);
    strictEqual(JSON.parse(second).result.daemon.pid, 1);
  });
}

Deno.test("control socket: a line without an end is cut off at the limit, and the others are served", async () => {
  await using server = new TestServer();
  const said = await server.says("x".repeat(MAX_REQUEST + 1));
  strictEqual(JSON.parse(said).error.code, "malformed");
  strictEqual((await askOnce(server.path, "status", {})).daemon.pid, 1);
});

Deno.test("control socket: a request of exactly the limit is served, in however many pieces it comes", async () => {
  await using server = new TestServer();
  const padding = MAX_REQUEST - STATUS.length;
  const said = await server.says(STATUS.slice(0, -1) + " ".repeat(padding) + "\n", 1);
  strictEqual(JSON.parse(said).result.daemon.pid, 1);
});

Deno.test("control socket: answers come in the order of their requests", async () => {
  let calls = 0;
  await using server = new TestServer({ status: () => statusOfPid(++calls) });
  const said = await server.says(STATUS.repeat(3), 3);
  deepStrictEqual(said.trim().split("\n").map((line) => JSON.parse(line).result.daemon.pid), [1, 2, 3]);
});

/** Clients that connect and say nothing. */
const stall = (server: TestServer, count: number) =>
  Promise.all(Array.from({ length: count }, () => ControlClient.connect(server.path)));

Deno.test("control socket: clients that stall do not hold up others", async () => {
  await using server = new TestServer();
  const stalled = await stall(server, 15);
  strictEqual((await askOnce(server.path, "status", {})).daemon.pid, 1);
  for (const client of stalled) client.close();
});

Deno.test("control socket: one client too many gets an error, and is served when another has left", async () => {
  await using server = new TestServer();
  const stalled = await stall(server, 16);
  await rejects(askOnce(server.path, "status", {}), { code: "busy" });
  stalled.pop()!.close();
  const served = () => askOnce(server.path, "status", {}).then(() => true, () => false);
  while (!await served());
  for (const client of stalled) client.close();
});

Deno.test("control socket: a bug in a request is logged, told as such, and ends nothing", async () => {
  await using server = new TestServer({
    status: () => {
      throw new TypeError("oops");
    },
  });
  await rejects(askOnce(server.path, "status", {}), { code: "internal" });
  match(server.complaints.join(), /TypeError: oops/);
  await rejects(askOnce(server.path, "status", {}), { code: "internal" });
});

Deno.test("control socket: only its owner may connect, and it is gone after the stop", async () => {
  await using server = new TestServer();
  strictEqual(Deno.lstatSync(server.path).mode! & 0o777, 0o600);
  server.close();
  throws(() => Deno.lstatSync(server.path), Deno.errors.NotFound);
});

Deno.test("control socket: one that a dead daemon left is replaced, and not removed by a stop that comes too late", async () => {
  await using dead = new TestServer();
  const alive = new ControlServer(dead.path, handlersWith({ status: () => statusOfPid(2) }), () => {});
  dead.close();
  strictEqual((await askOnce(dead.path, "status", {})).daemon.pid, 2);
  alive.close();
});

Deno.test("control socket: a file that is no socket is not ours to remove", () => {
  const path = Deno.makeTempFileSync();
  throws(() => new ControlServer(path, handlersWith({}), () => {}), /in use/);
  strictEqual(Deno.lstatSync(path).isFile, true);
  Deno.removeSync(path);
});

Deno.test("control client: without a daemon it says so", async () => {
  await using server = new TestServer();
  await rejects(askOnce(`${server.path}.not`, "status", {}), NobodyThere);
  server.close();
  await rejects(askOnce(server.path, "status", {}), NobodyThere);
});

Deno.test("control client: a daemon that does not answer in time is reported", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  await using server = new TestServer({ status: () => promise.then(() => statusOfPid(1)) });
  await rejects(askOnce(server.path, "status", {}, 20), /gave no answer/);
  resolve();
});

Deno.test("control socket: while an answer is being made, blanks come before it", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  await using server = new TestServer({ status: () => promise.then(() => statusOfPid(7)) });
  using socket = await Deno.connect({ transport: "unix", path: server.path });
  await socket.write(new TextEncoder().encode('{"version":1,"request":"status"}\n'));
  const sign = new Uint8Array(1);
  strictEqual(await socket.read(sign), 1);
  strictEqual(new TextDecoder().decode(sign), " ");
  resolve();
  const line = await linesOf(socket, 100_000).next();
  strictEqual(JSON.parse(line!).result.daemon.pid, 7);
});

Deno.test("control client: a daemon that shows that it works on an answer is waited for, a silent one is not", async () => {
  const path = `${Deno.makeTempDirSync()}/slow.sock`;
  const listener = Deno.listen({ transport: "unix", path });
  const asked = ["", ""].map(() => askOnce(path, "status", {}, { silence: 2_000 }));
  const outcome = Promise.allSettled(asked);
  const [working, silent] = [await listener.accept(), await listener.accept()];
  for (let signs = 0; signs < 6; signs++) {
    await working.write(new TextEncoder().encode(" "));
    await new Promise((wake) => setTimeout(wake, 500));
  }
  for (const piece of [...encodeResult(statusOfPid(3)), new TextEncoder().encode("\n")]) await working.write(piece);
  const results = (await outcome).map((each) => each.status === "fulfilled" ? each.value.daemon.pid : "no answer");
  deepStrictEqual(results.toSorted(), [3, "no answer"]);
  for (const client of [working, silent]) client.close();
  listener.close();
});

Deno.test("control client: a daemon that stops in the middle of a request is reported", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  await using server = new TestServer({ status: () => promise.then(() => statusOfPid(1)) });
  const asked = askOnce(server.path, "status", {});
  const told = rejects(asked, /gave no answer/);
  await new Promise((wake) => setTimeout(wake, 0));
  server.close();
  await told;
  resolve();
});
