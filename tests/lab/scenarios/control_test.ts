import { rejects, strictEqual } from "node:assert/strict";
import { askOnce, NobodyThere } from "../../../src/control/client.ts";
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
