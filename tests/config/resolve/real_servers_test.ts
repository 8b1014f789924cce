import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { saysFacts } from "../../facts.ts";
import { load, model, pure, section, virtual } from "../fixture.ts";
import { HEAD, reals } from "./sections.ts";

pure("the kernel's port is the configured one only where it maps ports", () => {
  const rows: readonly (readonly [head: string, real: string, expected: string])[] = [
    [HEAD, "10.0.0.1:80 gate 5", "10.0.0.1:80 gate 5"],
    [HEAD, "10.0.0.1:8080 gate", "10.0.0.1:80 gate 1 (8080)"],
    [HEAD, "10.0.0.1:8080 ipip", "10.0.0.1:80 ipip 1 (8080)"],
    [HEAD, "10.0.0.1:8080 masq", "10.0.0.1:8080 masq 1"],
    [HEAD, "127.0.0.2:8080 masq", "127.0.0.2:8080 masq 1"],
    [HEAD, "10.0.0.1 gate", "10.0.0.1:80 gate 1 (0)"],
    [HEAD, "10.0.0.1 masq", "10.0.0.1:0 masq 1"],
    ["virtual = 7", "10.0.0.1 gate", "10.0.0.1:0 gate 1"],
    ["virtual = 7", "10.0.0.1:8080 gate", "10.0.0.1:8080 gate 1"],
  ];
  for (const [head, real, expected] of rows) deepStrictEqual(reals(virtual(head, `real = ${real}`)), [expected]);
});

pure("a range names each address of it", () => {
  deepStrictEqual(reals(virtual(HEAD, "real = 59.154.201.255->59.154.202.1:81 masq 3")), [
    "59.154.201.255:81 masq 3",
    "59.154.202.0:81 masq 3",
    "59.154.202.1:81 masq 3",
  ]);
  deepStrictEqual(reals(virtual(HEAD, "real = web1->web-3:80 gate")), [
    "10.0.0.1:80 gate 1",
    "10.0.0.2:80 gate 1",
    "10.0.0.3:80 gate 1",
  ]);
  deepStrictEqual(reals(virtual("virtual6 = [::1]:80", "real6 = [2001:db8::ffff]->[2001:db8::1:0]:80 masq")), [
    "[2001:db8::ffff]:80 masq 1",
    "[2001:db8::1:0]:80 masq 1",
  ]);
  strictEqual(virtual(HEAD, "real = 10.0.0.0->10.0.255.255:80 gate").reals.size, 65_536);
});

pure("so many ranges that no memory would hold them are an error, and not the end", () => {
  const range = "real = 10.0.0.0->10.0.255.255:80 gate";
  const { model, problems } = load(section(HEAD, ...Array.from({ length: 2000 }, () => range)));
  strictEqual(model, undefined);
  ok(problems.some(({ line, text }) => line === 10 && text.startsWith("there are more than 500000 real servers")));
});

pure("thresholds are the destination's", () => {
  const [{ destination }] = virtual(HEAD, "real = 10.0.0.1:80 gate 5 l:3 u:7").reals.values();
  deepStrictEqual(destination, {
    address: "10.0.0.1",
    port: 80,
    forwarding: "gate",
    weight: 5,
    upperThreshold: 7,
    lowerThreshold: 3,
  });
});

pure("of a name with several addresses those are named that are not used", () => {
  const text = section("virtual = 10.0.0.9:80", "real = many:80 gate", "real = many:81 masq", "checktype = connect");
  const about = load(text).problems.map(({ text }) => text).filter((text) => text.includes("many"));
  saysFacts(about, ["many … 10.0.0.5 … 10.0.0.6, 10.0.0.7"]);
});

pure("names that do not resolve are kept for another look-up", () => {
  const text = section("virtual = vip.example:80", "real = nosuch:80 gate", "real = web1:80 gate", "fallback = gone");
  const { unresolved, hostNames, virtuals } = model(text);
  deepStrictEqual(unresolved, [
    { virtual: "tcp:192.0.2.1:80", host: "nosuch", line: 3 },
    { virtual: "tcp:192.0.2.1:80", host: "gone", line: 5 },
  ]);
  deepStrictEqual([...hostNames], [["192.0.2.1", ["vip.example"]], ["10.0.0.1", ["web1"]]]);
  const [service] = virtuals.values();
  deepStrictEqual(reals(service), ["10.0.0.1:80 gate 1"]);
});
