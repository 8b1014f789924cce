import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { BirdPlace } from "../../src/announce/bird_place.ts";
import type { PlaceOutcome } from "../../src/model/announcement.ts";
import type { IpAddress } from "../../src/model/address.ts";

const V4 = "192.0.2.1" as IpAddress;
const V6 = "2001:db8::1" as IpAddress;

/** A file for BIRD, and what birdc was asked for and says. */
class TestBird {
  readonly asked: string[] = [];
  says: string | Error = "0003 Reconfigured";
  readonly #place: BirdPlace;

  constructor(readonly path: string) {
    this.#place = new BirdPlace({ kind: "birdfile", path, socket: "/run/other.ctl" }, (argv) => {
      this.asked.push(argv.join(" "));
      return this.says instanceof Error ? Promise.reject(this.says) : Promise.resolve(this.says);
    });
  }

  has(announce: readonly IpAddress[], leave: readonly IpAddress[] = []): Promise<PlaceOutcome> {
    return this.#place.bring({ announce: new Set(announce), leave: new Set(leave), known: new Set() });
  }

  text(): string {
    return Deno.readTextFileSync(this.path);
  }
}

function birdTest(name: string, play: (bird: TestBird) => Promise<void>): void {
  Deno.test(name, async () => {
    const folder = await Deno.makeTempDir();
    try {
      await play(new TestBird(`${folder}/web-1.conf`));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

birdTest("a protocol for each family, named like the file, and BIRD is configured once", async (bird) => {
  deepStrictEqual(await bird.has([V6, V4]), { announced: new Set([V6, V4]), added: [V6, V4] });
  match(bird.text(), /protocol static web_1_4 \{\n {2}ipv4;\n {2}route 192\.0\.2\.1\/32 blackhole;\n\}/);
  match(bird.text(), /protocol static web_1_6 \{\n {2}ipv6;\n {2}route 2001:db8::1\/128 blackhole;\n\}/);
  await bird.has([V4, V6]);
  deepStrictEqual(bird.asked, ["birdc -v -s /run/other.ctl configure"]);
});

birdTest("what is left as it is stays, and is not added", async (bird) => {
  await bird.has([V4]);
  deepStrictEqual((await bird.has([], [V4, V6])).announced, new Set([V4]));
});

birdTest("BIRD refuses its configuration: what it had is what it announces, and it is asked again", async (bird) => {
  await bird.has([V4]);
  bird.says = "8002 /etc/bird/bird.conf:3:1 syntax error, unexpected '}'";
  const refused = await bird.has([]);
  deepStrictEqual(refused.announced, new Set([V4]));
  match(refused.trouble ?? "", /BIRD refuses its configuration: \/etc\/bird\/bird\.conf:3:1 syntax error/);
  bird.says = "0003 Reconfigured";
  deepStrictEqual(await bird.has([]), { announced: new Set(), added: [] });
});

birdTest("BIRD is gone: nothing is announced until it answers again", async (bird) => {
  await bird.has([V4]);
  bird.says = new Error("Unable to connect to server control socket");
  const gone = await bird.has([V4, V6]);
  deepStrictEqual(gone.announced, new Set());
  match(gone.trouble ?? "", /Unable to connect/);
  bird.says = "0004 Reconfiguration in progress";
  strictEqual((await bird.has([V4, V6])).trouble, undefined);
});

birdTest("a file that cannot be written is trouble, and not the end", async (bird) => {
  await Deno.mkdir(`${bird.path}.new`);
  match((await bird.has([V4])).trouble ?? "", /web-1\.conf cannot be written/);
});
