/** The examples of docs/dialogues.md: they load, and real servers pass them. */

import "./first_round.ts";
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { parse } from "../../src/config/cf/parse.ts";
import { sameTree } from "../../src/config/cf/same_tree.ts";
import { parseYaml } from "../../src/config/yaml/read.ts";
import type { CheckTarget } from "../../src/model/check.ts";
import { checksOf } from "../../src/model/virtual_service.ts";
import { line, load } from "../config/fixture.ts";
import { needsSetup } from "../needs_setup.ts";
import { freePort } from "../ports.ts";
import { startMemcached } from "./cache_servers.ts";
import { startMosquitto, startRabbit, startUdpEcho } from "./dialogue_servers.ts";
import { saslSocket, startPostfix } from "./mail_servers.ts";
import { checkOf, verdict } from "./peers.ts";
import { temporaryDirectory } from "./real_server.ts";

const PAGE = Deno.readTextFileSync(new URL("../../docs/dialogues.md", import.meta.url));

/** The configurations of the page, by the headings above them. */
const EXAMPLES: ReadonlyMap<string, string> = new Map(
  PAGE.split(/^#+ /m).flatMap((part) => {
    const block = /^ {4}virtual = .*\n(?: {4}.*\n)*/m.exec(part)?.[0];
    return block ? [[part.slice(0, part.indexOf("\n")), block.replace(/^ {4}/gm, "")] as const] : [];
  }),
);

Deno.test("every configuration in docs/dialogues.md loads without a word", () => {
  ok(EXAMPLES.size > 5);
  for (const text of EXAMPLES.values()) deepStrictEqual(load(`quiescent = yes\n${text}`).problems.map(line), [], text);
});

Deno.test("the example in YAML says what the one above it says", () => {
  const yaml = /^```yaml\n(.*?)^```/ms.exec(PAGE)![1];
  const [text] = EXAMPLES.values();
  const parsed = parseYaml(yaml);
  deepStrictEqual([...parsed.problems.toSorted()].map(line), []);
  const one = text.replace(/^.*10\.0\.0\.12.*\n/m, "");
  strictEqual(sameTree(parse(one).tree, parsed.tree), true);
});

/** What the example below a heading asks. */
function example(title: string): Partial<CheckTarget> {
  const [virtual] = load(`quiescent = yes\n${EXAMPLES.get(title)}`).model!.virtuals.values();
  const [real] = virtual.reals.values();
  return checksOf(real.policy)[0].target;
}

async function passes(t: Deno.TestContext, title: string, port: number): Promise<void> {
  await t.step(title, async () => {
    const { dialogue, service, transport } = example(title);
    const said = await verdict(checkOf({ service, transport, dialogue, port }));
    strictEqual(said, `up: as expected (${dialogue!.length} lines)`);
  });
}

Deno.test("real servers pass the examples of docs/dialogues.md", needsSetup, async (t) => {
  const [cache, echo, amqp, open] = [freePort(), freePort(), freePort(), freePort()];
  await using mosquittos = await temporaryDirectory();
  await using rabbits = await temporaryDirectory();
  await using mails = await temporaryDirectory();
  const smtp = { smtp: freePort(), submission: freePort(), smtps: freePort(), login: freePort(), closed: freePort() };
  await using _memcached = await startMemcached(cache);
  await using _echo = await startUdpEcho(echo);
  await using _mosquitto = await startMosquitto(mosquittos.path, { mqtt: freePort(), mqtts: freePort(), open });
  await using _postfix = await startPostfix(mails.path, smtp, saslSocket(mails.path));
  await using _rabbit = await startRabbit(rabbits.path, amqp);
  await passes(t, "MQTT", open);
  await passes(t, "AMQP", amqp);
  await passes(t, "memcached's binary protocol", cache);
  await passes(t, "A server that speaks first", smtp.smtp);
  await passes(t, "Over UDP", echo);
});
