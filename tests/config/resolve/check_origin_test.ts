import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { checksOf } from "../../../src/model/virtual_service.ts";
import { saysFacts } from "../../facts.ts";
import { line, load, model, pure, virtual } from "../fixture.ts";
import { check, HEAD, said } from "./sections.ts";

pure("checkip: checks and the agent go to that address, clients and the kernel's table to the server's own", () => {
  const lines = ["service = http", "alsocheck = smtp:25", "agentport = 8888"];
  const rows: readonly (readonly [head: string, real: string, expected: readonly string[]])[] = [
    [HEAD, "real = 10.0.0.1:80 gate checkip:192.168.0.1", ["10.0.0.1:80 at 192.168.0.1"]],
    [HEAD, "real = 10.0.0.1:80 gate checkip:[2001:db8::1]", ["10.0.0.1:80 at 2001:db8::1"]],
    [HEAD, "real = 10.0.0.8->10.0.0.9:80 gate checkip:192.168.0.255->192.168.1.0", [
      "10.0.0.8:80 at 192.168.0.255",
      "10.0.0.9:80 at 192.168.1.0",
    ]],
    ["virtual6 = [2001:db8::1]:80", "real6 = [2001:db8::2]:80 gate checkip:10.1.0.2", ["[2001:db8::2]:80 at 10.1.0.2"]],
  ];
  for (const [head, real, expected] of rows) {
    const found = [...virtual(head, real, ...lines).reals.values()].map(({ key, policy }) => {
      const addresses = new Set(checksOf(policy).map(({ target }) => target.address));
      return `${key} at ${[...addresses].join(" and ")}`;
    });
    deepStrictEqual(found, expected);
  }
});

pure("checkmark: each real server's checks have their own mark, or else that of the section", () => {
  const { reals } = virtual(
    HEAD,
    "real = 10.0.0.1:80 gate checkip:192.0.2.1 checkmark:11",
    "real = 10.0.0.2:80 gate checkip:192.0.2.1 checkmark:12",
    "real = 10.0.0.3:80 gate",
    "service = http",
    "alsocheck = smtp:25",
    "agentport = 8888",
    "bindto = 10.0.0.254",
    "checkmark = 7",
  );
  const found = [...reals.values()].map(({ policy }) => checksOf(policy).map(({ target }) => target.origin));
  const from = (mark: number) => Array(3).fill({ address: "10.0.0.254", mark });
  deepStrictEqual(found, [from(11), from(12), from(7)]);
  const keys = [...reals.values()].flatMap(({ policy }) => checksOf(policy).map(({ key }) => key));
  strictEqual(new Set(keys).size, 9, "no two of them are the same check");
});

pure("checkip: a range needs as many addresses, and a command knows the server by its own", () => {
  saysFacts(said(HEAD, "real = 10.0.0.1->10.0.0.3:80 gate checkip:10.1.0.1", "service = http"), [
    "error 3:47+8 checkip … 1 … 3 …",
  ]);
  saysFacts(said(HEAD, "real = 10.0.0.1:80 gate checkip:10.1.0.9->10.1.0.1", "service = http"), [
    "error 3:37+18 … range … 10.1.0.1->10.1.0.9",
  ]);
  const external = ["real = 10.0.0.1:80 gate checkip:10.1.0.1", "checktype = external"];
  saysFacts(said(HEAD, ...external), ["warning 3:37+8 checkip … no effect … external"]);
  deepStrictEqual(check(HEAD, ...external).target.commandArguments, ["192.0.2.1", "80", "10.0.0.1", "80"]);
});

pure("bindto and checkmark make the origin of a section's checks, its agent's included", () => {
  const text = "bindto = 10.0.0.253\ncheckmark = 7\n" +
    "virtual = 192.0.2.1:80\n    real = 10.0.0.1:80 masq\n    agentport = 8888\n" +
    "virtual = 192.0.2.2:80\n    real = 10.0.0.1:80 masq\n    bindto = 10.0.0.254\n    checkmark = 8\n" +
    "virtual6 = [2001:db8::1]:80\n    real6 = [2001:db8::11]:80 masq\n";
  const checks = [...model(text).virtuals.values()].flatMap(({ reals }) => checksOf([...reals.values()][0].policy));
  deepStrictEqual(checks.map(({ method, target }) => [method, target.origin?.address, target.origin?.mark]), [
    ["negotiate", "10.0.0.253", 7],
    ["agent", "10.0.0.253", 7],
    ["negotiate", "10.0.0.254", 8],
    ["negotiate", undefined, 7],
  ]);
  strictEqual(new Set(checks.map(({ key }) => key)).size, 4);
});

pure("bindto of the other address family is pointed out", () => {
  saysFacts(said("virtual = 192.0.2.1:80", "real = 10.0.0.1:80 masq", "bindto = 2001:db8::254"), [
    "warning 4:14+13 bindto … no effect … IPv4 …",
  ]);
  const text = "quiescent = yes\nbindto = 10.0.0.254\n" +
    "virtual6 = [2001:db8::1]:80\n    real6 = [2001:db8::11]:80 masq\n";
  saysFacts(load(text).problems.map(line), [
    "warning 2:10+10 bindto … no effect … IPv6 …",
  ]);
});
