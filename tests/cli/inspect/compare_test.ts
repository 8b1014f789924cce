import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import type { Status } from "../../../src/control/status.ts";
import { realStatus, statusWith } from "../../web/example_status.ts";
import { ldirectord, withFile } from "../program.ts";

const UP = statusWith(realStatus());
const DOWN = statusWith(realStatus({ state: "down", why: "refused", weight: { configured: 3, wanted: 0, kernel: 0 } }));
const STANDBY: Status = {
  ...UP,
  daemon: { ...UP.daemon, state: "standby" },
  digest: { ...UP.digest, table: null },
};

const withStatuses = <T>(one: Status, other: Status, work: (paths: [string, string]) => Promise<T>) =>
  withFile(JSON.stringify(one), (a) => withFile(JSON.stringify(other), (b) => work([a, b]), ".json"), ".json");

Deno.test("compare: two files of the same say so, with their digests", () =>
  withStatuses(UP, UP, async ([a, b]) => {
    const { code, stdout, stderr } = await ldirectord("compare", a, b);
    deepStrictEqual([code, stderr, stdout.split("\n")], [0, "", [
      `same: in ${a} and in ${b}`,
      `  table 0000000000ff  configuration 00000000000c  in ${a}`,
      `  table 0000000000ff  configuration 00000000000c  in ${b}`,
      "",
    ]]);
  }));

Deno.test("compare: two that differ end with 1, and say what", () =>
  withStatuses(UP, DOWN, async ([a, b]) => {
    const { code, stdout } = await ldirectord("compare", a, b);
    strictEqual(code, 1);
    match(stdout, /^different: in /);
    match(stdout, /^ {2}health {9}10\.0\.0\.11:80 \(192\.0\.2\.10:80\): up in \S+, down \(refused\) in \S+$/m);
    const json = await ldirectord("compare", "--json", a, b);
    const { directors, comparisons } = JSON.parse(json.stdout);
    strictEqual(json.code, 1);
    deepStrictEqual(directors[0], { where: `in ${a}`, digest: UP.digest });
    deepStrictEqual([comparisons[0].same, comparisons[0].differences[0].kind], [false, "health"]);
  }));

Deno.test("compare: of a standby it cannot be said", () =>
  withStatuses(UP, STANDBY, async ([a, b]) => {
    const { code, stdout } = await ldirectord("compare", a, b);
    strictEqual(code, 2);
    match(stdout, /^cannot be said: /);
    match(stdout, /^ {2}! the table in \S+ is not known: a standby holds none$/m);
  }));

Deno.test("compare: a status page is asked, at its host and port or by its URL", () =>
  withFile(JSON.stringify(UP), async (file) => {
    const asked: string[] = [];
    await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, ({ url }) => {
      asked.push(new URL(url).pathname);
      return Response.json(DOWN);
    });
    const { port } = server.addr;
    for (const word of [`127.0.0.1:${port}`, `http://127.0.0.1:${port}/`, `http://127.0.0.1:${port}/status.json`]) {
      const { code, stdout } = await ldirectord("compare", file, word);
      strictEqual(code, 1);
      match(stdout, /down \(refused\) at /);
    }
    deepStrictEqual(asked, ["/status.json", "/status.json", "/status.json"]);
  }, ".json"));

Deno.test("compare: what another host answers instead of a status is shown, and harmless", () =>
  withFile(JSON.stringify(UP), async (file) => {
    const answers = [
      () => Response.json({ error: "no daemon\u001b[2J listens" }, { status: 503 }),
      () => Response.redirect("http://127.0.0.1:1/", 302),
      () => new Response("<html>"),
    ];
    const expected = [
      /cannot ask http:\/\/127\.0\.0\.1:\d+: 503 .*no daemon/,
      /cannot ask http:\/\/127\.0\.0\.1:\d+: \S/,
      /no status document at 127\.0\.0\.1:\d+: it is not JSON/,
    ];
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      () => answers.shift()!(),
    );
    for (const says of expected) {
      const { code, stdout, stderr } = await ldirectord("compare", file, `127.0.0.1:${server.addr.port}`);
      deepStrictEqual([code, stdout, stderr.includes("\x1b")], [2, "", false]);
      match(stderr, says);
    }
  }, ".json"));

/** Command lines that make no sense or cannot be answered, the exit status, and what is said. */
const WRONG: [args: string[], code: number, says: RegExp][] = [
  [[], 255, /with which director\? Write HOST:PORT/],
  [["-", "-"], 255, /standard input can be read once only/],
  [["director-b"], 255, /'director-b' is neither a file nor HOST:PORT of a status page/],
  [["/nonexistent/b.json", "/nonexistent/c.json"], 2, /cannot read \/nonexistent\/b\.json: there is no such file/],
  [
    ["--config", "/nonexistent/no-such-director", "127.0.0.1:1"],
    2,
    /no director of \/nonexistent\/no-such-director runs/,
  ],
];

for (const [args, code, says] of WRONG) {
  Deno.test(`compare ${args.join(" ")} says what is the matter`, async () => {
    const outcome = await ldirectord("compare", ...args);
    deepStrictEqual([outcome.code, outcome.stdout], [code, ""]);
    match(outcome.stderr, says);
  });
}
