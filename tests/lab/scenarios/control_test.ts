import { deepStrictEqual, doesNotMatch, match, ok, rejects, strictEqual } from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { parse } from "yaml";
import { askOnce, NobodyThere } from "../../../src/control/client.ts";
import { GATEWAY } from "../world/addresses.ts";
import { PROGRAM } from "../world/director.ts";
import { scenario } from "../world/scenario.ts";
import { poll } from "../world/wait.ts";

const SITE = `
    checktimeout = 2
    checkinterval = 1
    quiescent = no
    virtual = 192.0.2.10:80
            real = 10.0.0.11:80 masq
            service = http
`;

const socketOf = (name: string) => `/run/ldirectord.${name}.sock`;
const asked = (name: string) => askOnce(socketOf(name), "status", {}).then(({ daemon }) => daemon, () => undefined);

scenario("each director has its control socket, from its start to its stop, after a crash as well", async (world) => {
  const { director, reals } = world;
  await reals.are(["10.0.0.11"]);
  await director.start(SITE);
  await director.start(SITE.replace("192.0.2.10", "192.0.2.20"), "shop");
  const [www, shop] = [await asked("www"), await asked("shop")];
  strictEqual(www?.pid, await director.pid("www"));
  strictEqual(shop?.pid, await director.pid("shop"));
  strictEqual(www?.config, "/etc/ha.d/www");
  strictEqual((await Deno.lstat(socketOf("www"))).mode! & 0o777, 0o600);

  await director.crash();
  await rejects(askOnce(socketOf("www"), "status", {}), NobodyThere);
  await director.does("start");
  strictEqual((await asked("www"))?.pid, await director.pid());
  await director.stop();
  await rejects(Deno.lstat(socketOf("www")), Deno.errors.NotFound);
  await director.stop("shop");
});

scenario("in the foreground and under --debug there is a control socket too", async ({ director, reals }) => {
  await reals.are(["10.0.0.11"]);
  await director.configure(SITE, "debugged");
  await director.configure(`\n    supervised = yes${SITE.replace("192.0.2.10", "192.0.2.20")}`, "watched");
  director.startInDebug("/run/debugged.out", "debugged");
  director.startInForeground("/run/watched.out", "watched");
  for (const name of ["debugged", "watched"]) {
    const daemon = await poll(() => asked(name), (found) => found?.state === "running", 20);
    strictEqual(daemon?.pid, await director.pid(name));
    strictEqual((await Deno.lstat(socketOf(name))).mode! & 0o777, 0o600);
    await director.stop(name);
  }
});

const PAIR = `
    checktimeout = 2
    checkinterval = 1
    quiescent = no
    virtual = 192.0.2.10:80
            real = 10.0.0.11:80 masq 3
            real = 10.0.0.12:80 masq 1
            service = http
            receive = "10.0.0"
`;

const pairWith = (first: string) => `
    -A -t 192.0.2.10:80 -s wrr
    -a -t 192.0.2.10:80 -r 10.0.0.11:80 -m -w ${first}
    -a -t 192.0.2.10:80 -r 10.0.0.12:80 -m -w 1
`;

scenario("drain --wait: no new connections, the open ones go on; it ends with the last of them", async (world) => {
  const { director, reals, table, client } = world;
  await reals.are(["10.0.0.11", "10.0.0.12"]);
  await director.start(PAIR.replace("masq 3", "masq 3 label=web1"));
  await table.becomes(pairWith("3"));
  // Enough of them that some are the first real server's.
  const held = await Promise.all(
    Array.from({ length: 4 }, () => Deno.connect({ hostname: "192.0.2.10", port: 80 })),
  );
  let over = false;
  const drained = director.tool("drain", "web1", "--wait", "--timeout", "25s").finally(() => over = true);
  await table.becomes(pairWith("0"));
  await client.isServedBy("192.0.2.10:80", "10.0.0.12");
  await table.stays(pairWith("0"), 4);
  strictEqual(over, false, "it waits while connections are open");

  for (const connection of held) connection.close();
  const { code, stdout } = await drained;
  strictEqual(code, 0, stdout);
  match(stdout, /^drained: 10\.0\.0\.11:80 web1 \(192\.0\.2\.10:80\)$/m);
  match(stdout, /\d connections open/);
  match(stdout, /^no connection is open any more/m);
});

scenario(
  "what an operator orders survives reload, crash and restart, and ends when its time is over",
  async (world) => {
    const { director, reals, table } = world;
    await reals.are(["10.0.0.11", "10.0.0.12"]);
    await director.start(PAIR);
    await table.becomes(pairWith("3"));
    strictEqual((await director.tool("weight", "10.0.0.11:80", "7", "--virtual", "192.0.2.10:80")).code, 0);
    await table.becomes(pairWith("7"));
    strictEqual((await director.tool("drain", "10.0.0.11")).code, 0);
    await table.becomes(pairWith("0"));

    await director.rereads();
    await table.stays(pairWith("0"), 2);
    await director.crash();
    await director.does("start");
    await table.stays(pairWith("0"), 3);
    const [{ state, orders, weight }] = (await director.status())!.virtuals[0].reals;
    deepStrictEqual([state, orders.hold?.kind, orders.weight?.weight], ["drained", "drain", 7]);
    deepStrictEqual(weight, { configured: 3, wanted: 0, kernel: 0 });
    const yaml = await director.tool("www", "status", "--yaml");
    deepStrictEqual(parse(yaml.stdout).virtuals[0].reals[0].weight, weight);

    strictEqual((await director.tool("enable", "10.0.0.11")).code, 0);
    await table.becomes(pairWith("3"));
    strictEqual((await director.tool("drain", "10.0.0.11", "--for", "4s")).code, 0);
    await table.becomes(pairWith("0"));
    await table.becomes(pairWith("3"));
    match((await director.tool("history", "10.0.0.11")).stdout, /order .*drain has ended: its time is over/);
  },
);

scenario("a question without a name is about the only director that runs", async (world) => {
  const { director, reals, table } = world;
  await reals.are(["10.0.0.11", "10.0.0.12"]);
  await director.start(PAIR.replace("real = 10.0.0.11:80 masq 3", "real = 10.0.0.11:80 masq 3 label=web1"));
  await table.becomes(pairWith("3"));
  strictEqual(JSON.parse((await director.tool("status", "--json")).stdout).daemon.config, "/etc/ha.d/www");
  await Deno.writeTextFile("/etc/ha.d/ldirectord.cf", "# nothing\n");
  strictEqual((await director.tool("status")).code, 3, "a cluster manager means the default one");
  for (const words of [["check"], ["plan"], ["probe"], ["probe", "web1"], ["doctor", "--real", "web1"]]) {
    const { code, stdout, stderr } = await director.tool(...words);
    ok(code < 2 && !/not found/.test(stderr), `${words.join(" ")}: ${code} ${stderr}`);
    ok(/10\.0\.0\.1|\/etc\/ha\.d\/www|192\.0\.2\.10/.test(stdout) || words[0] === "plan", stdout);
  }
  match((await director.tool("status", "--long")).stdout, /10\.0\.0\.11:80 \(web1\) +up/);
  strictEqual((await director.tool("drain", "web1")).code, 0);
  await table.becomes(pairWith("0"));
  const wrong = await director.tool("drain", "10.0.0.19");
  strictEqual(wrong.code, 1);
  match(wrong.stderr, /no real server is called 10\.0\.0\.19; there are (10\.0\.0\.12:80, web1|web1, 10)/);
  doesNotMatch(wrong.stderr, /did you mean/);
});

scenario("disable takes a real server out as its death would, and says when none is left", async (world) => {
  const { director, reals, table, client } = world;
  await reals.are(["10.0.0.11", "10.0.0.12"]);
  await director.start(PAIR);
  await table.becomes(pairWith("3"));
  strictEqual((await director.tool("disable", "10.0.0.11")).stderr, "");
  await table.becomes(pairWith("0").replace(/.*10\.0\.0\.11.*\n/, ""));
  await client.isServedBy("192.0.2.10:80", "10.0.0.12");
  match((await director.tool("disable", "10.0.0.12")).stderr, /no real server of 192\.0\.2\.10:80 serves clients now/);
  await table.becomes("-A -t 192.0.2.10:80 -s wrr");
  strictEqual((await director.tool("drain", "10.0.0.13")).code, 1);
});

scenario(
  "status --long tells what the kernel counts, and where its table drifts from what is wanted",
  async (world) => {
    const { director, reals, table, client } = world;
    await reals.are(["10.0.0.11", "10.0.0.12"]);
    await director.start(PAIR);
    await table.becomes(pairWith("3"));
    const load = client.startLoad("192.0.2.10:80");
    const status = async () => (await director.tool("www", "status", "--long")).stdout;
    // The kernel's estimators take their time to see a load.
    match(await poll(status, (text) => / [1-9]\d* conn\/s/.test(text), 15), / [1-9]\d* conn\/s/);
    await load.endsWithoutFailure();
    await table.changeByHand("-e -t 192.0.2.10:80 -r 10.0.0.12:80 -m -w 9");
    await reals.sicken("10.0.0.11");
    await director.logs(/10\.0\.0\.11:80 .* is down: 503/);
    const drifted = await poll(status, (text) => /down/.test(text), 5);
    match(drifted, /10\.0\.0\.11:80 +down .* - \(3\) .*503 Service Temporarily Unavailable/);
    match(drifted, /10\.0\.0\.12:80 +up .* 9 .*! weight 9 in the kernel; 200 OK/);
    match(drifted, /1 of 2 real servers serve/);

    const { code, stdout: shown } = await director.terminal(6, "q", "top");
    strictEqual(code, 0, "top ends when q is pressed");
    match(stripVTControlCharacters(shown), /10\.0\.0\.11:80 +down/);
    // The screen is as it was: the cursor is back, and so is what stood there before.
    ok(shown.trimEnd().endsWith("\x1b[?25h\x1b[?1049l"), JSON.stringify(shown.slice(-80)));
  },
);

scenario(
  "top: on a terminal of no known size it shows all the same, and whatever ends it leaves it sane",
  async (world) => {
    const { director, reals } = world;
    await reals.are(["10.0.0.11", "10.0.0.12"]);
    await director.start(SITE);
    for (const signal of ["INT", "QUIT"]) {
      const onTerminal = `exec timeout --foreground -s ${signal} 6 ${PROGRAM} top`;
      const { stdout: shown } = await director.host.outcomeOf(
        ...["env", "LANG=C.UTF-8", "TERM=xterm", "sh", "-c", `sleep 9 | script -qec '${onTerminal}' /dev/null`],
      );
      match(stripVTControlCharacters(shown), /10\.0\.0\.11:80 +up .* 200 OK/);
      ok(shown.trimEnd().endsWith("\x1b[?25h\x1b[?1049l"), `${signal}: ${JSON.stringify(shown.slice(-80))}`);
    }
  },
);

scenario(
  "statuspage: there while the director is, whatever becomes of it, and gone when it is no longer asked for",
  async (world) => {
    const { director, reals } = world;
    await reals.are(["10.0.0.11"]);
    const address = `${GATEWAY.v4}:9780`;
    const get = (path: string) => fetch(`http://${address}${path}`).then((answer) => answer.text(), () => undefined);
    const page = SITE.replace("checkinterval", `statuspage = ${address}\n    checkinterval`);
    await director.start(page);
    strictEqual(await poll(() => get("/healthz"), (text) => text === "ok\n", 20), "ok\n");
    match(await get("/metrics") ?? "", /^ldirectord_real_up\{.*real="10\.0\.0\.11:80"\} 1$/m);

    await director.crash();
    strictEqual(await poll(() => get("/healthz"), (text) => text === undefined, 20), undefined);
    await director.does("start");
    strictEqual(await poll(() => get("/healthz"), (text) => text === "ok\n", 20), "ok\n");
    await director.reload(SITE);
    strictEqual(await poll(() => get("/healthz"), (text) => text === undefined, 20), undefined);
    await director.reload(page);
    strictEqual(await poll(() => get("/healthz"), (text) => text === "ok\n", 20), "ok\n");
    await director.stop();
    strictEqual(await get("/healthz"), undefined);
  },
);
