import { match, strictEqual } from "node:assert/strict";
import { scenario } from "../world/scenario.ts";
import { GLOBALS } from "../world/site.ts";

const site = (virtual: string) =>
  `${GLOBALS}
    virtual = ${virtual}
            real = 10.0.0.11:80 masq
            real = 10.0.0.12:80 masq
            service = http
            scheduler = rr
`;

const table = (services: readonly string[], reals: readonly string[]) =>
  services.map((service) => `
    -A ${service} -s rr${reals.map((real) => `\n    -a ${service} -r ${real} -m -w 1`).join("")}`).join("");

const TWO = ["-t 192.0.2.10:80", "-t 192.0.2.20:80"];
const BOTH_UP = ["10.0.0.11:80", "10.0.0.12:80"];

scenario("two virtual services share a section: a real server that fails leaves both", async (world) => {
  const { director, reals, table: kernel, client } = world;
  await reals.are(["10.0.0.11", "10.0.0.12"]);
  await director.start(site("192.0.2.10:80, 192.0.2.20:80"));
  await kernel.becomes(table(TWO, BOTH_UP));

  reals.stop("10.0.0.12");
  await kernel.becomes(table(TWO, ["10.0.0.11:80"]));
  await client.isServedBy("192.0.2.20:80", "10.0.0.11");

  // A slip in the list changes nothing.
  await director.configure(site("192.0.2.10:80, 192.0.2.10:80"));
  await director.signal("SIGHUP");
  await director.logs(/duplicate virtual server: 192\.0\.2\.10:80/);
  await kernel.stays(table(TWO, ["10.0.0.11:80"]), 2);

  await director.configure(site("192.0.2.10:80"));
  const { code, stdout } = await director.tool("plan", "--commands", "www");
  strictEqual(code, 2);
  match(stdout, /-D -t 192\.0\.2\.20:80/);
  await director.does("reload");
  await kernel.becomes(table(TWO.slice(0, 1), ["10.0.0.11:80"]));
});
