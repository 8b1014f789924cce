import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { VERSION } from "../../src/model/version.ts";
import { needsSetup } from "../needs_setup.ts";
import { execute } from "./clean_chroot.ts";

const EXAMPLES = new URL("../../packaging/examples/container/", import.meta.url).pathname;

Deno.test("docker-compose reads the example as it is meant", needsSetup, async () => {
  const { code, output } = await execute("docker-compose", `--file=${EXAMPLES}compose.yaml`, "config");
  strictEqual(code, 0, output);
  const lines = output.split("\n").map((line) => line.trim());
  const expected = [
    "container_name: ldirectord",
    `image: ldirectord2:${VERSION}`,
    "network_mode: host",
    "read_only: true",
    "stop_grace_period: 75s",
    `- ${EXAMPLES}ha.d:/etc/ha.d:ro`,
    "- state:/var/lib/ldirectord:rw",
  ];
  deepStrictEqual(expected.filter((line) => !lines.includes(line)), [], output);
  match(output, /cap_add:\n +- NET_ADMIN\n +- NET_RAW\n +cap_drop:\n +- ALL\n/);
});

Deno.test("the quadlet has the image of this version, and the name that the documentation calls", async () => {
  const quadlet = await Deno.readTextFile(`${EXAMPLES}ldirectord.container`);
  match(quadlet, new RegExp(`^Image=localhost/ldirectord2:${RegExp.escape(VERSION)}$`, "m"));
  match(quadlet, /^ContainerName=ldirectord$/m);
});
