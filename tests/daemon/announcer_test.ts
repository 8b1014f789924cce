/** Which addresses a director has announced, and when they are withdrawn. The place is one in memory. */

import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { Place, PlaceOrder } from "../../src/announce/place.ts";
import type { Vote } from "../../src/announce/routes.ts";
import { Announcer } from "../../src/daemon/announce/announcer.ts";
import { AnnounceRecord } from "../../src/daemon/announce/record.ts";
import { Log } from "../../src/daemon/log/log.ts";
import { HistoryFile } from "../../src/daemon/records/history_file.ts";
import type { IpAddress } from "../../src/model/address.ts";
import type { PlaceOutcome } from "../../src/model/announcement.ts";
import type { Model } from "../../src/model/virtual_service.ts";
import { sketchModel } from "../director/fixture.ts";

const options = { announce: { kind: "interface", name: "dummy0" }, announceWhen: "all" } as const;
const WEB = { at: "192.0.2.1:80", reals: ["10.0.0.1:80"], options };
const MAIL = { at: "192.0.2.2:25", reals: ["10.0.0.1:25"], options };

/** A place that takes everything, unless it is broken. */
class MemoryPlace implements Place {
  announced: ReadonlySet<IpAddress> = new Set();
  served: ReadonlySet<IpAddress> = new Set();
  trouble: string | undefined;

  bring({ announce, leave, served }: PlaceOrder): Promise<PlaceOutcome> {
    if (this.trouble !== undefined) {
      return Promise.resolve({ announced: this.announced, added: [], removed: [], trouble: this.trouble });
    }
    const before = this.announced;
    this.announced = announce.union(leave.intersection(before));
    this.served = served;
    const [added, removed] = [this.announced.difference(before), before.difference(this.announced)];
    return Promise.resolve({ announced: this.announced, added: [...added], removed: [...removed] });
  }
}

class Test {
  readonly place = new MemoryPlace();
  readonly lines: string[] = [];
  readonly votes = new Map<string, Vote["is"]>();
  model: Model = sketchModel(WEB, MAIL);
  offDuty: string | undefined;
  keepsTable = true;
  readonly announcer = new Announcer({
    log: new Log((_, line) => this.lines.push(line)),
    history: new HistoryFile(undefined, () => {}),
    record: new AnnounceRecord(undefined, () => {}),
    openPlace: () => this.place,
    model: () => this.model,
    voteOf: ({ label }) => ({ is: this.votes.get(label) ?? "up", why: `${label} says so` }),
    offDuty: () => this.offDuty,
    keepsTable: () => this.keepsTable,
  });

  async has(...addresses: string[]): Promise<void> {
    await this.announcer.look();
    deepStrictEqual([...this.place.announced].sort(), addresses);
  }
}

Deno.test("announcer: nothing before the table is in the kernel, then what is up", async () => {
  const test = new Test();
  await test.has();
  test.votes.set("192.0.2.2:25", "down");
  test.announcer.release();
  await test.has("192.0.2.1");
  deepStrictEqual([...test.place.served], ["192.0.2.1", "192.0.2.2"], "both are the host's own");
  ok(test.lines.includes("Announced 192.0.2.1 (interface:dummy0): 192.0.2.1:80 says so"), test.lines.join("\n"));
  test.votes.set("192.0.2.1:80", "unknown");
  await test.has("192.0.2.1");
});

Deno.test("announcer: before a stop what is purged is withdrawn, and is no longer the host's own afterwards", async () => {
  const test = new Test();
  test.announcer.release();
  await test.has("192.0.2.1", "192.0.2.2");
  const web = test.model.virtuals.values().find(({ label }) => label === "192.0.2.1:80")!;
  deepStrictEqual((await test.announcer.end([web])).map(({ label }) => label), ["192.0.2.1:80"]);
  await test.has("192.0.2.2");
  deepStrictEqual([...test.place.served], ["192.0.2.1", "192.0.2.2"]);
  await test.announcer.purged();
  deepStrictEqual([[...test.place.announced], [...test.place.served]], [["192.0.2.2"], ["192.0.2.2"]]);
});

Deno.test("announcer: retired, nothing is announced and all is served; a standby serves nothing", async () => {
  const test = new Test();
  test.announcer.release();
  await test.has("192.0.2.1", "192.0.2.2");
  test.offDuty = "this director is retired";
  await test.has();
  strictEqual(test.place.served.size, 2);
  match(test.lines.at(-1)!, /Withdrew 192\.0\.2\.2 .*retired/);
  test.keepsTable = false;
  await test.has();
  strictEqual(test.place.served.size, 0);
});

Deno.test("announcer: trouble is said once, and that it is over", async () => {
  const test = new Test();
  test.announcer.release();
  test.place.trouble = "dummy0: the interface is down";
  await test.has();
  await test.has();
  const [web] = test.model.virtuals.values();
  deepStrictEqual(test.announcer.statusOf(web), {
    name: "interface:dummy0",
    address: "192.0.2.1",
    isAnnounced: false,
    why: "192.0.2.1:80 says so",
    trouble: "dummy0: the interface is down",
  });
  test.place.trouble = undefined;
  await test.has("192.0.2.1", "192.0.2.2");
  deepStrictEqual(test.lines.filter((line) => /Cannot|as it should/.test(line)).map((line) => line.split(":")[0]), [
    "Cannot announce as wanted (interface",
    "interface",
  ]);
});
