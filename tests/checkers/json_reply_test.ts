import { virtual } from "../config/fixture.ts";
import { checksOf } from "../../src/model/virtual_service.ts";
import { MAX_BODY } from "../../src/wire/protocols/http_message.ts";
import { utf8Characters } from "../../src/wire/transport/latin1.ts";
import { saysFacts } from "../facts.ts";
import { answers } from "./http_peers.ts";
import { checkOf, verdict, withPeer } from "./peers.ts";

/** The verdict on a page by the `receive` of a configuration. */
async function verdictOn(page: string, receive: string): Promise<string> {
  const [real] = virtual("virtual = 192.0.2.1:80", "real = 10.0.0.1:80 masq", `receive = ${receive}`).reals.values();
  const [{ target: { receiveJson } }] = checksOf(real.policy);
  const body = utf8Characters(page);
  const peer = answers(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  return await withPeer(peer, (peer) => verdict(checkOf({ ...peer, receiveJson })));
}

const PAGE = '{"status": "degraded", "ready": false, "checks": {"db": {"up": true}}, "queue": 250, "none": null, ' +
  '"items": [{"name": "x"}], "a name": "é\\n\\u202e", "list": [], "text": "250", "zero": 0}';

/** What is asked of the page, and what is said of it. */
const ROWS: readonly (readonly [receive: string, said: string])[] = [
  ['json:.status == "degraded"', "up: 200 OK"],
  ['json:.status == "ok"', 'down (mismatch): .status is "degraded", not "ok"'],
  ['"json:.status == "ok""', 'down (mismatch): .status is "degraded", not "ok"'],
  ['json:.status != "ok"', "up: 200 OK"],
  ['json:.status!="degraded"', 'down (mismatch): .status is "degraded", which it must not be'],
  ["json: .checks.db.up == true", "up: 200 OK"],
  ["json:.checks.db.up", "up: 200 OK"],
  ["json:.checks.db", "up: 200 OK"],
  ["json:.list", "up: 200 OK"],
  ["json:.zero", "up: 200 OK"],
  ["json:.ready", "down (mismatch): .ready is false"],
  ["json:.none", "down (mismatch): .none is null"],
  ["json:.none == null", "up: 200 OK"],
  ["json:.gone", "down (mismatch): … no .gone"],
  ["json:.gone == null", "down (mismatch): … no .gone"],
  ["json:.gone != 1", "down (mismatch): … no .gone"],
  ["json:.queue < 250", "down (mismatch): .queue is 250, not < 250"],
  ["json:.queue <= 250", "up: 200 OK"],
  ["json:.queue > 249.5", "up: 200 OK"],
  ["json:.queue >= 2.51e2", "down (mismatch): .queue is 250, not >= 251"],
  ["json:.text < 300", 'down (mismatch): .text is "250", not < 300'],
  ['json:.items[0].name != "x"', 'down (mismatch): .items[0].name is "x", which it must not be'],
  ["json:.items[1].name", "down (mismatch): … no .items[1].name"],
  ['json:["checks"]["db"]["up"]', "up: 200 OK"],
  ['json:.checks == "x"', 'down (mismatch): .checks is an object, not "x"'],
  ["json:.list < 3", "down (mismatch): .list is a list, not < 3"],
  ["json:.status =~ ^(ok|degraded)$", "up: 200 OK"],
  ["json:.status =~ ^ok", 'down (mismatch): .status is "degraded", which does not match /^ok/'],
  ["json:.queue =~ ^2..$", "up: 200 OK"],
  ['json:["a name"] =~ é', "up: 200 OK"],
  // What turns the direction of writing is spelled out.
  ['json:["a name"] == "e"', 'down (mismatch): ["a name"] is "é\\n\\u{202e}", not "e"'],
];

for (const [receive, said] of ROWS) {
  Deno.test(`http: ${receive}`, async () => saysFacts([await verdictOn(PAGE, receive)], [said]));
}

Deno.test("http: a page that is no JSON does not pass, and the verdict says so", async () => {
  for (const page of ["<html>", "", '{"a": 1', '{"a": 1} x', "[".repeat(100_000)]) {
    saysFacts([await verdictOn(page, "json:.a")], ["down (mismatch): … not JSON … byte …"]);
  }
});

Deno.test("http: a page of JSON that may have been cut does not pass", async () => {
  const page = (length: number) => '{"a":1}'.padEnd(length);
  saysFacts([await verdictOn(page(MAX_BODY - 1), "json:.a")], ["up: 200 OK"]);
  for (const length of [MAX_BODY, MAX_BODY + 1]) {
    saysFacts([await verdictOn(page(length), "json:.a")], [`down (mismatch): … ${MAX_BODY} bytes …`]);
  }
});

Deno.test("http: a long value is shown by its beginning", async () => {
  saysFacts([await verdictOn(JSON.stringify({ a: "x".repeat(5000) }), 'json:.a == "y"')], [
    `down (mismatch): .a is "${"x".repeat(79)}… not "y"`,
  ]);
});
