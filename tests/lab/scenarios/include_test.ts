import { match, strictEqual } from "node:assert/strict";
import { scenario } from "../world/scenario.ts";
import { GLOBALS } from "../world/site.ts";

const FOLDER = "/etc/ha.d/conf.d";

async function include(name: string, text: string): Promise<void> {
  await Deno.mkdir(FOLDER, { recursive: true });
  await Deno.writeTextFile(`${FOLDER}/${name}`, text.replace(/^ {4}/gm, ""));
}

const MAIN = `${GLOBALS}
    autoreload = yes
    include = "conf.d/*.cf"
`;

const service = (address: string, weight: number) => `
    virtual = ${address}
        real = 10.0.0.11:80 masq ${weight}
        service = http
        scheduler = rr
`;

const table = (services: readonly (readonly [address: string, weight: number])[]) =>
  services.map(([address, weight]) => `
    -A -t ${address} -s rr
    -a -t ${address} -r 10.0.0.11:80 -m -w ${weight}`).join("");

scenario("include: a bad file changes nothing; the good one that follows is read by itself", async (world) => {
  const { director, reals, table: kernel } = world;
  await reals.are(["10.0.0.11"]);
  await include("a.cf", service("192.0.2.10:80", 1));
  await director.start(MAIN);
  await kernel.becomes(table([["192.0.2.10:80", 1]]));

  // A file appears, with a slip in it.
  await include("b.cf", service("192.0.2.20:80", 2).replace("scheduler", "shceduler"));
  await director.logs(/Configuration file '\/etc\/ha\.d\/conf\.d\/b\.cf' has changed on disk/);
  await director.logs(/reading file \/etc\/ha\.d\/conf\.d\/b\.cf at line 5: .*shceduler/);
  await kernel.stays(table([["192.0.2.10:80", 1]]), 2);
  const { code, stdout } = await director.tool("check", "www");
  strictEqual(code, 2);
  match(stdout, /\/etc\/ha\.d\/conf\.d\/b\.cf:5:\d+: error/);

  await include("b.cf", service("192.0.2.20:80", 2));
  await kernel.becomes(table([["192.0.2.10:80", 1], ["192.0.2.20:80", 2]]));

  // What plan shows is what a reload would do.
  await director.configure(MAIN.replace("autoreload = yes", "autoreload = no"));
  await director.rereads();
  await include("a.cf", service("192.0.2.10:80", 7));
  match((await director.tool("plan", "--commands", "www")).stdout, /-e -t 192\.0\.2\.10:80 .* -w 7/);
  await kernel.stays(table([["192.0.2.10:80", 1], ["192.0.2.20:80", 2]]), 2);
  await director.signal("SIGHUP");
  await kernel.becomes(table([["192.0.2.10:80", 7], ["192.0.2.20:80", 2]]));

  await Deno.remove(`${FOLDER}/b.cf`);
  await director.does("reload");
  await kernel.becomes(table([["192.0.2.10:80", 7]]));

  // Nothing is left to include: it is not taken as an order to purge the table.
  await Deno.rename(FOLDER, `${FOLDER}.away`);
  await director.configure('include = "conf.d/*.cf"\n');
  await director.signal("SIGHUP");
  await director.logs(/The configuration is empty: nothing was changed/);
  await kernel.stays(table([["192.0.2.10:80", 7]]), 2);
  await Deno.rename(`${FOLDER}.away`, FOLDER);
  await director.stop();
});
