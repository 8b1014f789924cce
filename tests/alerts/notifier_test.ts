import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { Notifier } from "../../src/alerts/notifier.ts";
import { Secret } from "../../src/model/secret.ts";
import type { NotifyTarget, RealServer, VirtualService } from "../../src/model/virtual_service.ts";
import { faults, type Schema } from "../daemon/json_schema.ts";
import { makeCertificate, trusting } from "./certificate.ts";
import { sketchVirtual } from "./fixture.ts";

const circumstances = { config: "/etc/ha.d/www", names: ["web1"], weight: 0, reals: 2, serving: 1, unknown: 0 };
const DOWN = {
  was: "up",
  is: "down",
  reason: "503 Service Unavailable",
  text: "Real server a is down",
  circumstances,
} as const;
const EMPTY = {
  was: "up",
  is: "down",
  reason: "no real server is up",
  text: "No real server is up",
  circumstances: { ...circumstances, names: [], weight: undefined, serving: 0 },
} as const;

const SCHEMA: Schema = JSON.parse(
  Deno.readTextFileSync(new URL("../../docs/notify.schema.json", import.meta.url)),
);

interface World {
  readonly folder: string;
  readonly notifier: Notifier;
  readonly complaints: string[];
}

async function withNotifier(work: (world: World) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  const complaints: string[] = [];
  const notifier = new Notifier({ host: "lb1", onTrouble: (text) => complaints.push(text) });
  try {
    await work({ folder, notifier, complaints });
  } finally {
    await notifier.stop();
    await Deno.remove(folder, { recursive: true });
  }
}

/** A virtual service that notifies `target`, and its first real server. */
function told(target: NotifyTarget): [virtual: VirtualService, real: RealServer] {
  const virtual = sketchVirtual({ notify: target, serviceName: "Shop" });
  return [virtual, [...virtual.reals.values()][0]];
}

async function script(folder: string, body: string): Promise<NotifyTarget> {
  await Deno.writeTextFile(`${folder}/tell`, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  return { kind: "program", argv: [`${folder}/tell`, "--our own"] };
}

Deno.test("a program gets virtual service, real server, old and new state and the reason, one call after the other", () =>
  withNotifier(async ({ folder, notifier, complaints }) => {
    const [virtual, real] = told(
      await script(folder, `printf '<%s>' "$@" >> ${folder}/calls; echo >> ${folder}/calls`),
    );
    notifier.transition(virtual, real, DOWN);
    notifier.fallback(virtual, EMPTY);
    notifier.transition(virtual, real, { ...DOWN, was: "down", is: "up", reason: "200 OK" });
    await notifier.stop();
    deepStrictEqual((await Deno.readTextFile(`${folder}/calls`)).trim().split("\n"), [
      "<--our own><192.0.2.10:80><10.0.0.11:80><up><down><503 Service Unavailable>",
      "<--our own><192.0.2.10:80><-><up><down><no real server is up>",
      "<--our own><192.0.2.10:80><10.0.0.11:80><down><up><200 OK>",
    ]);
    deepStrictEqual(complaints, []);
  }));

Deno.test("a program finds what else there is to know in its environment", () =>
  withNotifier(async ({ folder, notifier, complaints }) => {
    const [virtual, real] = told(await script(folder, `env | grep ^LDIRECTORD_ | sort >> ${folder}/calls`));
    notifier.transition(virtual, real, { ...DOWN, reason: "two\nlines" });
    await notifier.stop();
    const said = await Deno.readTextFile(`${folder}/calls`);
    for (
      const line of [
        "LDIRECTORD_CONFIG=/etc/ha.d/www",
        "LDIRECTORD_HOST=lb1",
        "LDIRECTORD_NAMES=web1",
        "LDIRECTORD_REALS=2",
        "LDIRECTORD_SERVICE=Shop",
        "LDIRECTORD_SERVING=1",
        "LDIRECTORD_WEIGHT=0",
      ]
    ) ok(said.includes(`${line}\n`), `${line} is missing in ${said}`);
    deepStrictEqual(complaints, []);
  }));

Deno.test("a program that fails is reported, and is called for the next notice all the same", () =>
  withNotifier(async ({ folder, notifier, complaints }) => {
    const [virtual, real] = told(await script(folder, "echo no network >&2; exit 7"));
    notifier.transition(virtual, real, DOWN);
    notifier.transition(virtual, real, DOWN);
    await notifier.stop();
    const complaint = `notify: ${folder}/tell ended with status 7: no network`;
    deepStrictEqual(complaints, [complaint, complaint]);
  }));

/** A web server that answers with these statuses, one after the other, the last one for ever. */
function webhook(statuses: readonly number[], tls?: Deno.TlsCertifiedKeyPem) {
  const bodies: Record<string, unknown>[] = [];
  const place = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
  const server = Deno.serve(tls ? { ...place, ...tls } : place, async (request) => {
    bodies.push(await request.json());
    return new Response(null, { status: statuses[Math.min(bodies.length, statuses.length) - 1] });
  });
  const url = new Secret(`http${tls ? "s" : ""}://127.0.0.1:${server.addr.port}/hooks/hunter2`);
  return { bodies, target: { kind: "webhook", url } as const, [Symbol.asyncDispose]: () => server.shutdown() };
}

Deno.test("a webhook is posted JSON", () =>
  withNotifier(async ({ notifier, complaints }) => {
    await using hook = webhook([204]);
    const [virtual, real] = told(hook.target);
    notifier.transition(virtual, real, DOWN);
    notifier.fallback(virtual, EMPTY);
    await notifier.stop();
    const [first, second] = hook.bodies;
    match(String(first.time), /^\d{4}-\d\d-\d\dT/);
    deepStrictEqual({ ...first, time: "" }, {
      version: 1,
      text: "Real server a is down",
      time: "",
      host: "lb1",
      virtual: "192.0.2.10:80",
      protocol: "tcp",
      config: "/etc/ha.d/www",
      service: "Shop",
      real: "10.0.0.11:80",
      names: ["web1"],
      weight: 0,
      reals: 2,
      serving: 1,
      unknown: 0,
      was: "up",
      is: "down",
      reason: "503 Service Unavailable",
    });
    deepStrictEqual([second.real, second.was, second.is, second.weight], [null, "up", "down", null]);
    for (const body of hook.bodies) deepStrictEqual(faults(body, SCHEMA), []);
    deepStrictEqual(complaints, []);
  }));

Deno.test("a webhook over https is posted to if this system trusts its certificate, and not otherwise", () =>
  withNotifier(async ({ folder, notifier, complaints }) => {
    const certificate = await makeCertificate(folder);
    const tls = {
      cert: await Deno.readTextFile(certificate),
      key: await Deno.readTextFile(`${folder}/key.pem`),
    };
    await using hook = webhook([200], tls);
    await trusting(certificate, async () => {
      notifier.transition(...told(hook.target), DOWN);
      await notifier.stop();
    });
    strictEqual(hook.bodies.length, 1);
    deepStrictEqual(complaints, []);
    notifier.transition(...told(hook.target), DOWN);
    await notifier.stop();
    strictEqual(hook.bodies.length, 1);
    match(complaints.join(), /^notify: https:\/\/127\.0\.0\.1:\d+: .*certificate/);
  }));

Deno.test("a webhook that is out of order for a moment is tried again", () =>
  withNotifier(async ({ notifier, complaints }) => {
    await using hook = webhook([503, 200]);
    notifier.transition(...told(hook.target), DOWN);
    await notifier.stop();
    strictEqual(hook.bodies.length, 2);
    deepStrictEqual(complaints, []);
  }));

Deno.test("a webhook that refuses is asked once, and no complaint shows the URL's secret", () =>
  withNotifier(async ({ notifier, complaints }) => {
    await using hook = webhook([403]);
    notifier.transition(...told(hook.target), DOWN);
    await notifier.stop();
    strictEqual(hook.bodies.length, 1);
    strictEqual(complaints.length, 1);
    match(complaints[0], /^notify: http:\/\/127\.0\.0\.1:\d+ answered 403 Forbidden$/);
  }));

Deno.test("a webhook that is not there: the complaint says why, and no more of the URL than its origin", () =>
  withNotifier(async ({ notifier, complaints }) => {
    const url = new Secret("http://127.0.0.1:1/hooks/hunter2");
    notifier.transition(...told({ kind: "webhook", url }), DOWN);
    await notifier.stop();
    strictEqual(complaints.length, 1);
    match(complaints[0], /^notify: http:\/\/127\.0\.0\.1:1: .*[Cc]onnection refused/);
    ok(!complaints[0].includes("hunter2"));
  }));

Deno.test("of too many notices for a program that hangs the oldest are dropped, and that is said once", () =>
  withNotifier(async ({ folder, notifier, complaints }) => {
    const [virtual, real] = told(await script(folder, `[ "$6" = first ] && sleep 0.5; echo "$6" >> ${folder}/calls`));
    notifier.transition(virtual, real, { ...DOWN, reason: "first" });
    for (let i = 0; i < 1_010; i++) notifier.transition(virtual, real, { ...DOWN, reason: String(i) });
    deepStrictEqual(complaints, ["notify: more than 1000 notices wait, the oldest are dropped"]);
    await notifier.stop();
    const calls = (await Deno.readTextFile(`${folder}/calls`)).split("\n");
    deepStrictEqual(calls.slice(0, 2), ["first", "11"]);
  }));
