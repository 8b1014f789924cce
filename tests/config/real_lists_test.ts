import { deepStrictEqual, rejects } from "node:assert/strict";
import { loadConfig } from "../../src/config/load.ts";
import { type AskDns, lookUpList } from "../../src/config/look_up_list.ts";
import { realList } from "../../src/config/language/values/real_list.ts";
import type { KnownLists, ListKey, RealList } from "../../src/model/real_list.ts";
import type { VirtualKey } from "../../src/model/table.ts";
import { saysFacts } from "../facts.ts";
import { pure } from "./fixture.ts";

const ADDRESSES: Readonly<Record<string, readonly string[]>> = {
  "4 web": ["10.0.0.12", "10.0.0.11"],
  "6 web": ["2001:db8::1"],
  "4 a": ["10.0.0.21"],
  "4 b": ["10.0.0.22"],
};

/** Name servers made of values. */
const DNS: AskDns = {
  addresses: (name, family) => {
    const found = ADDRESSES[`${family} ${name}`];
    if (!found) return Promise.reject(Object.assign(new Error("queryA"), { code: "ENOTFOUND" }));
    return Promise.resolve(found.map((address) => ({ address, ttl: 7 })));
  },
  services: (name) =>
    name === "_http._tcp.web"
      ? Promise.resolve([
        { priority: 10, weight: 5, port: 8080, name: "a." },
        { priority: 10, weight: 0, port: 8081, name: "b." },
        { priority: 20, weight: 9, port: 8082, name: "nowhere." },
      ])
      : Promise.reject(Object.assign(new Error("querySrv"), { code: "ETIMEOUT" })),
};

function listOf(text: string): RealList {
  const reading = realList.read(text);
  if ("value" in reading) return reading.value;
  throw new Error(reading.mistake.text);
}

function lookUp(text: string, family: 4 | 6 = 4, file = "") {
  const readFile = () => Promise.resolve(new TextEncoder().encode(file));
  const wanted = { key: "" as ListKey, list: listOf(text), family, interval: 30, least: 1 };
  return lookUpList(wanted, { readFile, askDns: DNS });
}

Deno.test("reals: what look-ups find, in the same order wherever they are made", async () => {
  deepStrictEqual(await lookUp("dns:web:80 masq"), { entries: ["10.0.0.11", "10.0.0.12"], ttl: 7 });
  deepStrictEqual(await lookUp("dns:web:80 masq", 6), { entries: ["2001:db8::1"], ttl: 7 });
  deepStrictEqual(await lookUp("srv:_http._tcp.web masq"), {
    entries: ["10.0.0.21:8080 5 a", "10.0.0.22:8081 1 b"],
    ttl: 7,
  });
  const file = "# ours\n\n10.0.0.31:80 masq 5\n 10.0.0.32:80 gate\n";
  deepStrictEqual(await lookUp("file:/x", 4, file), { entries: ["10.0.0.31:80 masq 5", "10.0.0.32:80 gate"] });
});

Deno.test("reals: why a look-up failed", async () => {
  await rejects(lookUp("dns:gone:80 masq"), /it has no IPv4 address/);
  await rejects(lookUp("srv:_gone._tcp.web masq"), /no answer from a name server \(ETIMEOUT\)/);
  await rejects(lookUp("file:/x", 4, "10.0.0.31:80 masq\n10.0.0.32:80 mask\n"), /line 2: .*gate, masq or ipip/);
});

/** Mistakes, and the facts that are said of them. */
const MISTAKES: readonly (readonly [text: string, facts: string])[] = [
  ["web:80 masq", "not a list of real servers"],
  ["dns:web:80", "the forwarding method is missing"],
  ["dns:web:80 mask 1", "… gate, masq or ipip …"],
  ["srv:_http._tcp.web:80 masq", "a port … SRV record"],
  ["srv:_http._tcp.web masq 5", "the weight … SRV record"],
  ["file:web.reals", 'not an absolute path: "web.reals"'],
];

pure("reals: what is no list is said", () => {
  saysFacts(
    MISTAKES.map(([text]) => {
      const reading = realList.read(text);
      return "mistake" in reading ? reading.mistake.text : "read";
    }),
    MISTAKES.map(([, facts]) => facts),
  );
});

const TEXT = `quiescent = no
virtual = 192.0.2.1:80
    real = 10.0.0.11:80 masq 9
    reals = dns:web:80 masq 2
    reals = srv:_http._tcp.web masq
    reals = dns:gone:80 masq
    service = http
    checkport = 80
`;

async function load(formerLists: KnownLists = new Map()) {
  const readFile = () => Promise.resolve(new TextEncoder().encode(TEXT));
  const loaded = await loadConfig("/etc/ha.d/test.cf", { readFile, askDns: DNS, formerLists });
  const reals = [...loaded.model!.virtuals.get("tcp:192.0.2.1:80" as VirtualKey)!.reals.values()];
  return { loaded, reals: reals.map(({ key, destination: { weight }, origin }) => `${key} ${weight} ${origin}`) };
}

Deno.test("reals: they stand behind the lines of the section, which go before them", async () => {
  const { loaded, reals } = await load();
  deepStrictEqual(reals, [
    "10.0.0.11:80 9 undefined",
    "10.0.0.12:80 2 dns:web",
    "10.0.0.21:8080 5 srv:_http._tcp.web",
    "10.0.0.22:8081 1 srv:_http._tcp.web",
  ]);
  saysFacts(loaded.problems.map(({ line, text }) => `${line} ${text}`), [
    "4 … 10.0.0.11:80 … already …",
    "6 dns:gone could not be looked up …",
  ]);
  const other = await loaded.listed(new Map([...loaded.lists, ["4 dns:gone" as ListKey, ["10.0.0.99"]]]));
  deepStrictEqual(other.model!.virtuals.get("tcp:192.0.2.1:80" as VirtualKey)!.reals.size, 5);
});

Deno.test("reals: what cannot be looked up at a start is as it was when it last could", async () => {
  const { reals } = await load(new Map([["4 dns:gone" as ListKey, ["10.0.0.99"]]]));
  deepStrictEqual(reals.at(-1), "10.0.0.99:80 1 dns:gone");
});

Deno.test("reals: an address that is missing at a start stays for now, and another weight counts at once", async () => {
  const { reals } = await load(
    new Map([
      ["4 dns:web" as ListKey, ["10.0.0.12", "10.0.0.13"]],
      ["4 srv:_http._tcp.web" as ListKey, ["10.0.0.21:8080 9 a"]],
    ]),
  );
  deepStrictEqual(reals.slice(1), [
    "10.0.0.12:80 2 dns:web",
    "10.0.0.13:80 2 dns:web",
    "10.0.0.21:8080 5 srv:_http._tcp.web",
    "10.0.0.22:8081 1 srv:_http._tcp.web",
  ]);
});
