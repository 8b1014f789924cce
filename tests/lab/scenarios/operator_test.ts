/** What an operator asks the program on the director, before a start and beside a daemon. */

import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { scenario } from "../world/scenario.ts";
import { SITE_UP } from "../world/site.ts";

const SITE = `
    checktimeout = 2
    checkinterval = 1
    quiescent = yes
    virtual = 192.0.2.10:80
            real = 10.0.0.11:80 masq
            real = 10.0.0.12:80 masq
            service = http
            receive = "10.0.0"
            scheduler = rr
`;

scenario("plan: what it announces is what start does, and it changes nothing itself", async (world) => {
  const { director, reals, table } = world;
  await reals.are(["10.0.0.11", "10.0.0.12"]);
  await table.changeByHand("-A -t 192.0.2.20:80 -s wlc");
  const others = "-A -t 192.0.2.20:80 -s wlc\n";
  await director.configure(SITE);

  const announced = await director.tool("plan", "--commands", "www");
  deepStrictEqual([announced.code, announced.stdout.split("\n")], [2, [
    "ipvsadm -A -t 192.0.2.10:80 -s rr",
    "ipvsadm -a -t 192.0.2.10:80 -r 10.0.0.11:80 -m -w 1",
    "ipvsadm -a -t 192.0.2.10:80 -r 10.0.0.12:80 -m -w 1",
    "",
  ]]);
  await table.becomes(others);
  const document = JSON.parse((await director.tool("plan", "--json", "www")).stdout);
  deepStrictEqual(Object.keys(document), ["version", "file", "basis", "changes"]);
  deepStrictEqual(document.changes[1].rule, "-a -t 192.0.2.10:80 -r 10.0.0.11:80 -m -w 1");

  reals.stop("10.0.0.12");
  const { code, stdout } = await director.tool("plan", "--check", "www");
  strictEqual(code, 2);
  match(stdout, /^Every real server was asked once: 1 of 2 checks passed\.\n1 virtual service of others stays/);
  match(stdout, /^\+ {5}real 10\.0\.0\.12:80 {2}masq weight 0$/m);
  await reals.start("10.0.0.12");

  await director.does("start");
  await table.becomes(SITE_UP + others);
  const after = await director.tool("plan", "www");
  deepStrictEqual([after.code, /^Nothing to do/m.test(after.stdout)], [0, true], after.stdout);

  await director.configure(SITE.replace("10.0.0.12:80 masq", "10.0.0.12:80 masq 5"));
  const { code: edits, stdout: edited } = await director.tool("plan", "www");
  strictEqual(edits, 2);
  match(edited, /^~ {5}real 10\.0\.0\.12:80 {2}masq weight 1 -> 5$/m);
});

scenario(
  "plan: beside a daemon it goes by the daemon's word, its orders, and what a reload takes away",
  async (world) => {
    const { director, reals, table } = world;
    await reals.are(["10.0.0.11", "10.0.0.12"]);
    const two = `${SITE}
    virtual = 192.0.2.20:80
            real = 10.0.0.11:80 masq
            service = http
            scheduler = rr
  `;
    await director.start(two);
    reals.stop("10.0.0.12");
    await director.logs(/10\.0\.0\.12:80 \(192\.0\.2\.10:80\) is down/);
    strictEqual((await director.tool("drain", "10.0.0.11", "--virtual", "192.0.2.10:80")).code, 0);
    await table.becomes(`
    -A -t 192.0.2.10:80 -s rr
    -a -t 192.0.2.10:80 -r 10.0.0.11:80 -m -w 0
    -a -t 192.0.2.10:80 -r 10.0.0.12:80 -m -w 0
    -A -t 192.0.2.20:80 -s rr
    -a -t 192.0.2.20:80 -r 10.0.0.11:80 -m -w 1
  `);
    const same = await director.tool("plan", "www");
    deepStrictEqual(
      [same.code, /^Using the running daemon's results \(pid \d+\)\.$/m.test(same.stdout)],
      [0, true],
      same.stdout,
    );
    await director.configure(SITE);
    const { code, stdout } = await director.tool("plan", "--commands", "www");
    deepStrictEqual([code, stdout], [
      2,
      "ipvsadm -d -t 192.0.2.20:80 -r 10.0.0.11:80\nipvsadm -D -t 192.0.2.20:80\n",
    ]);
  },
);

scenario(
  "a director that does not answer: plan does not guess what it wants, and history goes by its file",
  async (world) => {
    const { director, reals, table } = world;
    await reals.are(["10.0.0.11", "10.0.0.12"]);
    await director.start(SITE);
    await table.becomes(SITE_UP);
    await director.signal("SIGSTOP");
    const plan = await director.tool("plan", "www");
    deepStrictEqual([plan.code, plan.stdout], [1, ""]);
    match(plan.stderr, /the daemon gave no answer/);
    const history = await director.tool("history", "10.0.0.11");
    deepStrictEqual([history.code, /^.* up +10\.0\.0\.11:80 /m.test(history.stdout)], [0, true], history.stdout);
    match(history.stderr, /the daemon gave no answer; uptimes are left out/);
    await director.signal("SIGCONT");
  },
);

scenario("probe: real servers are asked as the daemon would, and the daemon is not disturbed", async (world) => {
  const { director, reals, table } = world;
  await reals.are(["10.0.0.11", "10.0.0.12"]);
  await director.start(SITE);
  await table.becomes(SITE_UP);
  reals.stop("10.0.0.12");

  const both = await director.tool("probe", "www");
  strictEqual(both.code, 1);
  match(both.stdout, /^http 10\.0\.0\.11:80 for 10\.0\.0\.11:80 of 192\.0\.2\.10:80\n(.*\n)*.* {2}up: 200 OK$/m);
  match(both.stdout, /^http 10\.0\.0\.12:80 .*\n(.*\n)*.* {2}down \(refused\): connection refused$/m);
  strictEqual((await director.tool("probe", "www", "10.0.0.11")).code, 0);
  strictEqual((await director.tool("probe", "ping://10.0.0.12")).code, 0);
  strictEqual((await director.tool("probe", "ping://[2001:db8:2::11]")).code, 0);
  strictEqual((await director.tool("probe", "http://10.0.0.11/", "--receive", "10.0.0.12")).code, 1);
  strictEqual((await director.try("status")).code, 0);
});

scenario("doctor: it finds what is wrong with the director's machine, and its commands set it right", async (world) => {
  const { director, reals, table } = world;
  await reals.are(["10.0.0.11", "10.0.0.12"]);
  await director.host.run("sysctl", "-qw", "net.ipv4.ip_forward=0");
  await director.host.run("ip", "address", "del", "192.0.2.10/24", "dev", "eth0");
  await director.configure(SITE);
  const examined = async () => {
    const { code, stdout } = await director.tool("doctor", "--json", "www");
    return { code, findings: JSON.parse(stdout).findings as { level: string; what: string; commands?: string[] }[] };
  };
  const sick = await examined();
  strictEqual(sick.code, 2);
  deepStrictEqual(sick.findings.filter(({ level }) => level !== "ok").map(({ what }) => what), [
    "net.ipv4.ip_forward is 0",
    "the virtual address 192.0.2.10 is on no interface",
  ]);
  for (const { commands = [] } of sick.findings) {
    for (const command of commands.filter((each) => !each.includes("/etc/"))) {
      await director.host.run("sh", "-c", command);
    }
  }
  const { code, findings } = await examined();
  deepStrictEqual([code, findings.filter(({ level }) => level !== "ok")], [0, []]);

  await director.configure(SITE.replace("= rr", "= nonsense"));
  await table.changeByHand("-A -t 192.0.2.10:80 -s rr");
  await table.changeByHand("-a -t 192.0.2.10:80 -r 10.0.0.99:80 -m -w 1");
  deepStrictEqual((await examined()).findings.filter(({ level }) => level !== "ok").map(({ what }) => what), [
    "the kernel has no scheduler nonsense",
    "the table has 10.0.0.99:80 in 192.0.2.10:80, which /etc/ha.d/www does not list",
  ]);
});

scenario("doctor --real: what it says to type makes a bare machine a real server, by each method", async (world) => {
  const { director, reals, client } = world;
  const methods = { "10.0.0.11": "gate", "10.0.0.12": "ipip", "10.0.0.13": "masq" };
  await reals.are(Object.keys(methods), "bare");
  await director.configure(`
    checktimeout = 2
    checkinterval = 1
    quiescent = no
    virtual = 192.0.2.10:80
            ${
    Object.entries(methods).map(([address, method]) => `real = ${address}:80 ${method}`).join("\n            ")
  }
            service = http
            scheduler = rr
  `);
  for (const address of Object.keys(methods)) {
    const { stdout } = await director.tool("doctor", "--json", "--real", address, "www");
    const [{ steps }] = JSON.parse(stdout).needs as { steps: { commands: string[] }[] }[];
    for (const { commands } of steps) for (const command of commands) await reals.types(address, command);
  }
  // Answers that come back through the director must not find the shorter way.
  await reals.types("10.0.0.13", "ip route del 192.0.2.0/24");
  await director.does("start");
  await client.isServedBy("192.0.2.10:80", ...Object.keys(methods));
});

scenario(
  "a configuration in YAML is started and reloaded as any other, a broken one changes nothing",
  async (world) => {
    const { director, reals, table } = world;
    await reals.are(["10.0.0.11", "10.0.0.12"]);
    const site = `
    checktimeout: 2
    checkinterval: 1
    quiescent: yes
    virtual:
      - address: 192.0.2.10:80
        service: http
        scheduler: rr
        real:
          - 10.0.0.11:80 masq
          - {address: 10.0.0.12:80, forward: masq, weight: 1}
  `;
    await director.start(site, "www.yaml");
    await table.becomes(SITE_UP);
    await director.configure(site.replace("weight: 1", "weight: -1"), "www.yaml");
    const { code, stderr } = await director.try("reload", "www.yaml");
    strictEqual(code, 2);
    match(
      stderr,
      /^Error \[\d+\] reading file \/etc\/ha\.d\/www\.yaml at line 10: real's weight: a weight is a number/m,
    );
    await director.reload(site.replace("weight: 1", "weight: 7"), "www.yaml");
    await table.becomes(SITE_UP.replace("10.0.0.12:80 -m -w 1", "10.0.0.12:80 -m -w 7"));
  },
);
