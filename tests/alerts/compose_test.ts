import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { composeLetters } from "../../src/alerts/compose.ts";
import { type Mailbox, parseMailbox } from "../../src/alerts/letter.ts";
import type { Alert } from "../../src/alerts/alert_rules.ts";
import type { DestinationKey } from "../../src/model/table.ts";
import type { VirtualService } from "../../src/model/virtual_service.ts";
import { alertSettings, mailServer, sketchVirtual } from "./fixture.ts";

const pure = { permissions: "none" } as const;
const letterFacts = { host: "lb1", date: new Date("2026-11-20T06:15:00Z"), newId: () => "id", namesOf: () => [] };

function alert(text: string, virtual: VirtualService = sketchVirtual(), options: Partial<Alert> = {}): Alert {
  return { virtual, state: "running", text, ...options };
}

Deno.test("a letter names the host, the log's words, the reason and the daemon's state", pure, () => {
  const text = "Deleted real server: 10.0.0.11:80 (192.0.2.10:80)";
  const reason = "Real server 10.0.0.11:80 (192.0.2.10:80) is down: 503 Service Unavailable";
  deepStrictEqual(composeLetters([alert(text, sketchVirtual(), { reason })], letterFacts), [{
    id: "<id@lb1>",
    date: letterFacts.date,
    from: { name: "", address: "ldirectord@lb1" },
    to: ["ops@example.org"],
    subject: text,
    text: `ldirectord host: lb1\nLog-Message: ${text}\nReason: ${reason}\nDaemon-Status: running\n`,
    server: undefined,
  }]);
});

Deno.test("the service's name stands before the subject, name and comment in the text", pure, () => {
  const virtual = sketchVirtual({ serviceName: "Shop", comment: "call Jane" });
  const [{ subject, text }] = composeLetters([alert("Deleted real server: R (V)", virtual)], letterFacts);
  strictEqual(subject, "[Shop] Deleted real server: R (V)");
  strictEqual(
    text,
    "ldirectord host: lb1\nLog-Message: Deleted real server: R (V)\nDaemon-Status: running\n" +
      "\nVirtual server: 192.0.2.10:80\nService name: Shop\nComment: call Jane\n",
  );
});

Deno.test("one letter tells all that happened, of several virtual services too", pure, () => {
  const alerts = [alert("one"), alert("two"), alert("three", sketchVirtual({ comment: "call Jim" }, "192.0.2.20:80"))];
  const [letter, ...others] = composeLetters(alerts, letterFacts);
  deepStrictEqual(others, []);
  strictEqual(letter.subject, "one (and 2 more)");
  deepStrictEqual(letter.text.match(/^Log-Message: .*/gm), [
    "Log-Message: one",
    "Log-Message: two",
    "Log-Message: three",
  ]);
  ok(letter.text.endsWith("\nVirtual server: 192.0.2.20:80\nComment: call Jim\n"));
});

const APART: [name: string, others: Alert][] = [
  ["other recipients", alert("two", sketchVirtual({ alerts: alertSettings({ to: ["boss@example.org"] }) }))],
  ["another sender", alert("two", sketchVirtual({ alerts: alertSettings({ from: "lb@example.org" }) }))],
  ["another mail server", alert("two", sketchVirtual({ alerts: alertSettings({ smtp: mailServer("192.0.2.25") }) }))],
  ["another state of the daemon", alert("two", sketchVirtual(), { state: "reloading" })],
];

for (const [name, other] of APART) {
  Deno.test(`two letters for ${name}`, pure, () => {
    deepStrictEqual(composeLetters([alert("one"), other], letterFacts).map(({ subject }) => subject), ["one", "two"]);
  });
}

Deno.test(
  "no recipient: no letter",
  pure,
  () =>
    deepStrictEqual(
      composeLetters([alert("one", sketchVirtual({ alerts: alertSettings({ to: [] }) }))], letterFacts),
      [],
    ),
);

Deno.test("what a server said cannot forge a header or a line, nor fill a mailbox", pure, () => {
  const reason = `down: 503\r\nBcc: all@example.org ${"x".repeat(5_000)}`;
  const [{ subject, text }] = composeLetters([alert("a\nb", sketchVirtual(), { reason })], letterFacts);
  strictEqual(subject, "a b");
  strictEqual(text.split("\n").length, 5);
  ok(text.split("\n").every((line) => line.length < 998));
});

Deno.test("a letter of thousands of alerts spells out the first thousand", pure, () => {
  const [{ subject, text }] = composeLetters(Array.from({ length: 3_000 }, (_, i) => alert(`alert ${i}`)), letterFacts);
  strictEqual(subject, "alert 0 (and 2999 more)");
  strictEqual(text.match(/^Log-Message: /gm)?.length, 1_000);
  ok(text.includes("\nand 2000 more, which the log has\n"));
});

const SENDERS: [from: string | undefined, host: string, sender: Mailbox, id: string][] = [
  [undefined, "lb1", { name: "", address: "ldirectord@lb1" }, "<id@lb1>"],
  [undefined, "(none)", { name: "", address: "ldirectord@localhost" }, "<id@localhost>"],
  ["lb@example.org", "lb1", { name: "", address: "lb@example.org" }, "<id@example.org>"],
  ["root", "lb1", { name: "", address: "root@lb1" }, "<id@lb1>"],
  ["Load Balancer <lb@example.org>", "lb1", { name: "Load Balancer", address: "lb@example.org" }, "<id@example.org>"],
];

for (const [from, host, sender, id] of SENDERS) {
  Deno.test(`emailalertfrom = ${from ?? "(unset)"} on ${host}: ${sender.address}`, pure, () => {
    const virtual = sketchVirtual({ alerts: alertSettings({ from }) });
    const [letter] = composeLetters([alert("one", virtual)], { ...letterFacts, host });
    deepStrictEqual([letter.from, letter.id], [sender, id]);
  });
}

Deno.test("a recipient without a domain is one of this host", pure, () => {
  const virtual = sketchVirtual({ alerts: alertSettings({ to: ["root", "ops@example.org"] }) });
  deepStrictEqual(composeLetters([alert("one", virtual)], letterFacts)[0].to, ["root@lb1", "ops@example.org"]);
});

const MAILBOXES: [text: string, mailbox: Mailbox][] = [
  ["a@example.org", { name: "", address: "a@example.org" }],
  ["<a@example.org>", { name: "", address: "a@example.org" }],
  ["Some Name <a@example.org>", { name: "Some Name", address: "a@example.org" }],
  ['"Name, Some" <a@example.org>', { name: "Name, Some", address: "a@example.org" }],
  ['"The \\"LB\\"" <a@example.org>', { name: 'The "LB"', address: "a@example.org" }],
  ["Jürgen<a@example.org>", { name: "Jürgen", address: "a@example.org" }],
];

for (const [text, mailbox] of MAILBOXES) {
  Deno.test(`parseMailbox() reads ${text}`, pure, () => deepStrictEqual(parseMailbox(text), mailbox));
}

Deno.test("a real server has its names in the letter", () => {
  const about = { ...alert("Deleted real server: R (V)"), server: "10.0.0.11:80" as DestinationKey };
  const namesOf = (_: unknown, server: DestinationKey) => server === about.server ? ["front", "web1"] : [];
  const [{ subject, text }] = composeLetters([about], { ...letterFacts, namesOf });
  strictEqual(subject, "Deleted real server: R (V)");
  match(text, /^Real server: 10\.0\.0\.11:80 front web1$/m);
});
