import { deepStrictEqual, doesNotMatch, match, strictEqual } from "node:assert/strict";
import { ldirectord, withFile } from "../program.ts";
import { type Client, withPeer } from "../../checkers/peers.ts";
import { needsSetup } from "../../needs_setup.ts";

/** Runs `work` beside a web server that repeats its Host and what it was sent. */
async function withServer(work: (port: number) => Promise<void>): Promise<void> {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/echo") return new Response(request.headers.get("x-secret"));
    return pathname === "/health" ? new Response("all OK") : new Response("no", { status: 503 });
  });
  try {
    await work(server.addr.port);
  } finally {
    await server.shutdown();
  }
}

Deno.test("probe: a URL needs no configuration; the exit status is the verdict", async () => {
  await withServer(async (port) => {
    const up = await ldirectord("probe", `http://127.0.0.1:${port}/health`, "--receive", "OK");
    strictEqual(up.code, 0);
    match(
      up.stdout,
      /^http 127\.0\.0\.1:\d+\n( +[\d.]+ ms {2}.*\n)*.* {2}> GET \/health\n(.*\n)*.* {2}< HTTP\/1\.1 200 OK\n(.*\n)* +[\d.]+ ms {2}up: 200 OK\n$/,
    );
    const mismatch = await ldirectord("probe", `http://127.0.0.1:${port}/health`, "--receive", "well");
    strictEqual(mismatch.code, 1);
    match(mismatch.stdout, /ms {2}down \(mismatch\): reply does not match receive/);
    strictEqual((await ldirectord("probe", `http://127.0.0.1:${port}/`)).code, 1);
    strictEqual((await ldirectord("probe", `tcp://127.0.0.1:${port}`)).code, 0);
  });
});

Deno.test("probe: the checks of a configuration, of one virtual service, of one real server", async () => {
  await withServer(async (port) => {
    const text = `quiescent = yes
checktimeout = 3
virtual = 192.0.2.10:80
    real = 127.0.0.1:${port} masq
    service = http
    request = "/health"
    requestheader = "X-Secret: hunter2hunter2"
virtual = 192.0.2.20:80
    real = 127.0.0.1:${port} masq
    service = http
    request = "/sick"
    servicename = shop
`;
    await withFile(text, async (file) => {
      const asked = async (...words: string[]) => {
        const { code, stdout } = await ldirectord("probe", "--json", file, ...words);
        const { version, verdict, rounds } = JSON.parse(stdout);
        strictEqual(version, 1);
        // deno-lint-ignore no-explicit-any
        return [code, verdict, rounds.flatMap(({ users }: any) => users.map(({ virtual }: any) => virtual))];
      };
      const [first, second] = ["tcp:192.0.2.10:80", "tcp:192.0.2.20:80"];
      deepStrictEqual(await asked(), [1, "down", [first, second]]);
      deepStrictEqual(await asked("192.0.2.10:80"), [0, "up", [first]]);
      deepStrictEqual(await asked("192.0.2.10"), [0, "up", [first]]);
      deepStrictEqual(await asked("shop"), [1, "down", [second]]);
      deepStrictEqual(await asked(`127.0.0.1:${port}`), [1, "down", [first, second]]);
      deepStrictEqual(await asked("127.0.0.1"), [1, "down", [first, second]]);
      const { code, stderr } = await ldirectord("probe", file, "10.9.9.9");
      deepStrictEqual([code, stderr], [2, `ldirectord probe: nothing that is checked is called 10.9.9.9 in ${file}\n`]);
    });
  });
});

Deno.test("probe: a secret is sent and never shown", async () => {
  await withServer(async (port) => {
    await withFile("hunter2hunter2\n", async (secret) => {
      const args = [
        `http://127.0.0.1:${port}/echo`,
        "--requestheader",
        "X-Secret: hunter2hunter2",
        "--passwdfile",
        secret,
      ];
      const { code, stdout } = await ldirectord("probe", "--receive", "hunter2hunter2", ...args);
      strictEqual(code, 0, stdout);
      doesNotMatch(stdout.replace(/receive.*/g, ""), /hunter2/);
    });
  });
});

Deno.test("probe: headers come from a file, too, so that they are not in the process list", async () => {
  await withServer(async (port) => {
    await withFile("X-First: 1\nX-Secret: hunter2hunter2\n\n", async (headers) => {
      const url = `http://127.0.0.1:${port}/echo`;
      const args = ["--receive", "hunter2hunter2", "--requestheaderfile", headers];
      const { code, stdout } = await ldirectord("probe", url, ...args);
      strictEqual(code, 0, stdout);
      doesNotMatch(stdout.replace(/receive.*/g, ""), /hunter2/);
      await Deno.writeTextFile(headers, "no header\n");
      const { code: wrong, stderr } = await ldirectord("probe", url, "--requestheaderfile", headers);
      deepStrictEqual([wrong, /requestheader/.test(stderr)], [255, true], stderr);
    });
  });
});

Deno.test("probe: a dialogue comes from a file, and what it sends is not shown", async () => {
  const echo = async (client: Client) => {
    for (let heard = await client.hear(); heard !== ""; heard = await client.hear()) await client.say(heard);
  };
  await withPeer(echo, async ({ port }) => {
    const lines = '# hello\n  send = "hunter2hunter2 # \\n" # a remark\nexpect = "^hunter2"\n\nexpect = !"no # way"\n';
    await withFile(`${lines}send = "b"\nexpect = hex:62\n`, async (file) => {
      const asked = () => ldirectord("probe", `dialogue://127.0.0.1:${port}`, "--dialoguefile", file);
      const { code, stdout } = await asked();
      strictEqual(code, 0, stdout);
      match(stdout, /send 2 of 2[^]*expect 3 of 3[^]*up: /);
      doesNotMatch(stdout.replace(/waiting for.*/g, ""), /hunter2/);
      for (const wrong of ["recv = hunter2", 'expect = "hunter2', "send = hunter2\\q", "hunter2"]) {
        await Deno.writeTextFile(file, `${lines}${wrong}\n`);
        const { code, stderr } = await asked();
        deepStrictEqual([code, /line 6 of/.test(stderr), /hunter2/.test(stderr)], [255, true, false], stderr);
      }
    });
  });
});

Deno.test("probe: a nonsensical question is a usage error", async () => {
  for (
    const args of [
      ["gopher://127.0.0.1"],
      ["a", "b", "c"],
      ["www", "--receive", "x"],
      ["http://127.0.0.1", "--x"],
      ["http://127.0.0.1", "--receive", "a", "--receive", "b"],
    ]
  ) {
    strictEqual((await ldirectord("probe", ...args)).code, 255, args.join(" "));
  }
});

Deno.test(
  "probe: a command that outlasts its deadline and ignores TERM is gone when probe is",
  needsSetup,
  async () => {
    const script = '#!/bin/sh\ntrap "" TERM\necho $$ >"$0.pid"\nwhile :; do sleep 1; done\n';
    await withFile(script, async (command) => {
      await Deno.chmod(command, 0o755);
      const config = `checktimeout = 1
virtual = 192.0.2.10:80
    real = 127.0.0.1:80 masq
    checktype = external
    checkcommand = ${command}
`;
      await withFile(config, async (file) => {
        match((await ldirectord("probe", file)).stdout, /down \(timeout\): no answer within 1 s/);
      });
      const pid = (await Deno.readTextFile(`${command}.pid`)).trim();
      await Deno.remove(`${command}.pid`);
      strictEqual((await new Deno.Command("kill", { args: ["-0", pid], stderr: "null" }).output()).success, false);
    }, ".sh");
  },
);

Deno.test("probe: a page that does not match is shown, as people read it, with what receive sees", async () => {
  const page = `${"x".repeat(700)}Größe ${"ä".repeat(3000)}`;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => new Response(page));
  const url = `http://127.0.0.1:${server.addr.port}/`;
  const { code, stdout } = await ldirectord("probe", url, "--receive", "HTTP/1.1 200 OK");
  strictEqual(code, 1);
  match(stdout, /< x{700}Größe ä{1000}/);
  match(stdout, /hint: receive sees the body only: write expectstatus/);
  doesNotMatch((await ldirectord("probe", url, "--receive", "OK")).stdout, /hint/);
  await server.shutdown();
});

Deno.test("probe: what a server says neither turns the direction of writing nor steers the terminal", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    for await (const client of listener) {
      await client.write(new TextEncoder().encode("554 Größe \u{202e}x\u{1b}[2J\u{200b}\u{2028}\r\n"));
      client.close();
    }
  })();
  const url = `smtp://127.0.0.1:${(listener.addr as Deno.NetAddr).port}`;
  for (const words of [[url], ["--json", url]]) {
    const { code, stdout } = await ldirectord("probe", ...words);
    strictEqual(code, 1);
    // deno-lint-ignore no-control-regex
    doesNotMatch(stdout, /[\0-\x09\x0b-\x1f\x7f-\x9f\u200b-\u202e]/);
    match(stdout, /554 Größe \\{1,2}u\{202e\}x\\{1,2}u\{1b\}\[2J\\{1,2}u\{200b\}\\{1,2}u\{2028\}/);
  }
  listener.close();
  await serving;
});
