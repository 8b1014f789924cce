import { doesNotMatch, match } from "node:assert/strict";
import { run } from "../world/command.ts";
import { scenario } from "../world/scenario.ts";
import { SITE, SITE_UP } from "../world/site.ts";
import { SystemdUnit } from "../world/systemd_unit.ts";
import { poll } from "../world/wait.ts";

const AT_THE_END = "/run/as-bird-was-stopped";

/** Stands in for BIRD's unit: what counts is when it is stopped, and how it is then. */
const BIRD = `[Service]
ExecStart=/bin/sleep infinity
ExecStop=/bin/sh -c 'ip netns exec director ip -brief address show dev dummy0 >${AT_THE_END}'
`;

scenario(
  "systemd: the sealed unit announces, and has withdrawn everything when BIRD is stopped with it",
  async (world) => {
    const { director, reals, table } = world;
    await director.host.run("ip", "link", "add", "dummy0", "type", "dummy");
    await director.host.run("ip", "link", "set", "dummy0", "up");
    await Deno.writeTextFile("/etc/systemd/system/bird.service", BIRD);
    await reals.are(["10.0.0.11", "10.0.0.12"]);
    await director.configure(SITE.replace("scheduler = rr", "scheduler = rr\n            announce = interface:dummy0"));
    const unit = await SystemdUnit.install(director.host.name);
    await run(["systemctl", "start", "bird.service"]);
    await unit.does("start");
    await table.becomes(SITE_UP);
    const addresses = () => director.host.run("ip", "-brief", "address", "show", "dev", "dummy0");
    match(await poll(addresses, (text) => text.includes("192.0.2.10/32"), 10), /192\.0\.2\.10\/32/);

    // As at a shutdown: both in one transaction, whichever is named first.
    await run(["systemctl", "stop", "bird.service", unit.name]);
    doesNotMatch(await Deno.readTextFile(AT_THE_END), /192\.0\.2\.10/);
    await table.becomes("", 0);
  },
);
