import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { scenario, type World } from "../world/scenario.ts";
import { poll } from "../world/wait.ts";

const NAMED = "/run/named";

/** The zone example.net, with what a test has in it. */
function zone(...records: string[]): string {
  return ["$TTL 5", "@ IN SOA ns. root. 1 5 5 5 5", "@ IN NS ns.", ...records, ""].join("\n");
}

/** Has a name server on the director's host, which is the only one that it asks. */
async function serveNames({ director: { host } }: World, text: string): Promise<void> {
  await Deno.mkdir(NAMED, { recursive: true });
  await Deno.writeTextFile(`${NAMED}/zone`, text);
  await Deno.writeTextFile(
    `${NAMED}/conf`,
    `options { directory "${NAMED}"; listen-on { 127.0.0.1; }; listen-on-v6 { none; }; pid-file none; recursion no;
      session-keyfile none; };
    controls {};
    zone "example.net" { type master; file "zone"; };\n`,
  );
  await Deno.writeTextFile("/etc/resolv.conf", "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n");
  host.start("named", "-f", "-c", `${NAMED}/conf`);
  const listens = async () => (await host.run("ss", "-lun")).includes("127.0.0.1:53 ");
  if (!await poll(listens, Boolean, 20)) throw new Error("no name server");
}

async function changeNames({ director: { host } }: World, text: string): Promise<void> {
  await Deno.writeTextFile(`${NAMED}/zone`, text);
  await host.run("pkill", "-HUP", "named");
}

function tableOf(...entries: (readonly [address: string, weight: number, port?: number])[]): string {
  const lines = entries.map(([address, weight, port = 80]) =>
    `-a -t 192.0.2.10:80 -r ${address}:${port} -m -w ${weight}`
  );
  return ["-A -t 192.0.2.10:80 -s rr", ...lines].join("\n");
}

function site(...lines: string[]): string {
  return `
    checktimeout = 2
    checkinterval = 1
    quiescent = no
    resolveinterval = 5
    virtual = 192.0.2.10:80
            service = http
            scheduler = rr
${lines.map((line) => `            ${line}\n`).join("")}`;
}

scenario("reals = dns: real servers follow a name under load, and outlive its name server", async (world) => {
  const { director, reals, table, client } = world;
  await reals.are(["10.0.0.11", "10.0.0.12", "10.0.0.13"]);
  await serveNames(world, zone("web IN A 10.0.0.11", "web IN A 10.0.0.12"));
  await director.start(site("reals = dns:web.example.net:80 masq 2"));
  await table.becomes(tableOf(["10.0.0.11", 2], ["10.0.0.12", 2]));
  const load = client.startLoad("192.0.2.10:80");

  await changeNames(world, zone("web IN A 10.0.0.11", "web IN A 10.0.0.12", "web IN A 10.0.0.13"));
  await table.becomes(tableOf(["10.0.0.11", 2], ["10.0.0.12", 2], ["10.0.0.13", 2]), 20);
  await director.logs(/dns:web\.example\.net: added 10\.0\.0\.13/);
  await changeNames(world, zone("web IN A 10.0.0.12", "web IN A 10.0.0.13"));
  await table.becomes(tableOf(["10.0.0.12", 2], ["10.0.0.13", 2]), 30);
  await director.logs(/dns:web\.example\.net: removed 10\.0\.0\.11/);
  await load.endsWithoutFailure();
  const [first] = (await director.status())!.virtuals[0].reals;
  strictEqual(first.origin, "dns:web.example.net");

  await director.host.run("pkill", "-9", "named");
  await director.logs(/Cannot look up dns:web\.example\.net: .*stay as they are/, 30);
  await table.stays(tableOf(["10.0.0.12", 2], ["10.0.0.13", 2]), 3);
  match((await director.tool("www", "status", "--long")).stdout, /! dns:web\.example\.net cannot be looked up/);
  await director.does("stop");
  await director.does("start");
  await table.becomes(tableOf(["10.0.0.12", 2], ["10.0.0.13", 2]));

  await serveNames(world, zone("web IN A 10.0.0.11"));
  await table.becomes(tableOf(["10.0.0.11", 2]), 40);
  await changeNames(world, zone("other IN A 10.0.0.12"));
  await director.logs(/Cannot look up dns:web\.example\.net: it has no IPv4 address/, 20);
  await table.stays(tableOf(["10.0.0.11", 2]), 3);
});

scenario("reals = srv and file: ports and weights from elsewhere, and a broken file changes nothing", async (world) => {
  const { director, reals, table } = world;
  await reals.are(["10.0.0.11", "10.0.0.12", "10.0.0.13"]);
  const targets = ["a IN A 10.0.0.11", "b IN A 10.0.0.12"];
  await serveNames(world, zone(...targets, "_http._tcp IN SRV 1 5 80 a", "_http._tcp IN SRV 1 7 80 b"));
  await Deno.writeTextFile("/run/web.reals", "# none yet\n");
  await director.start(
    site("reals = srv:_http._tcp.example.net masq", "reals = file:/run/web.reals", "resolvemin = 0"),
  );
  await table.becomes(tableOf(["10.0.0.11", 5], ["10.0.0.12", 7]));
  strictEqual((await director.status())!.virtuals[0].reals[1].names.includes("b.example.net"), true);

  await Deno.writeTextFile("/run/web.reals", "10.0.0.13:80 masq 3\n");
  await table.becomes(tableOf(["10.0.0.11", 5], ["10.0.0.12", 7], ["10.0.0.13", 3]));
  await Deno.writeTextFile("/run/web.reals", "10.0.0.13:80 mask\n");
  await director.logs(/Cannot look up file:\/run\/web\.reals: line 1: .*gate, masq or ipip/);
  await table.stays(tableOf(["10.0.0.11", 5], ["10.0.0.12", 7], ["10.0.0.13", 3]), 2);
  await Deno.writeTextFile("/run/web.reals", "");
  await table.becomes(tableOf(["10.0.0.11", 5], ["10.0.0.12", 7]));
  await changeNames(world, zone(...targets, "_http._tcp IN SRV 1 5 80 a", "_http._tcp IN SRV 1 9 80 b"));
  await table.becomes(tableOf(["10.0.0.11", 5], ["10.0.0.12", 9]), 20);
  const { lists } = (await director.status())!;
  deepStrictEqual(lists.map(({ list, trouble }) => [list, trouble]), [
    ["srv:_http._tcp.example.net", null],
    ["file:/run/web.reals", null],
  ]);
});
