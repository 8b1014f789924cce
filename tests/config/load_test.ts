import { NO_DNS } from "./no_dns.ts";
import { UNAMENDED } from "../../src/model/amendments.ts";
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { IpAddress } from "../../src/model/address.ts";
import { loadConfig, type LoadEnvironment } from "../../src/config/load.ts";
import { atOnce } from "../../src/model/steps.ts";
import { saysFacts } from "../facts.ts";
import { line } from "./fixture.ts";

/** A machine made of values, with one file. */
function machine(text: string | Uint8Array<ArrayBuffer>, more: Partial<LoadEnvironment> = {}): LoadEnvironment {
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
  return {
    askDns: NO_DNS,
    lists: new Map(),
    formerLists: new Map(),
    amendments: UNAMENDED,
    readFile: () => Promise.resolve(bytes),
    findFiles: () => Promise.reject(new Error("asked")),
    lookUpHost: () => Promise.resolve([]),
    readServices: () => Promise.reject(new Deno.errors.NotFound()),
    lookUpSeconds: 1,
    walk: atOnce,
    ...more,
  };
}

const WEB = "quiescent = no\nvirtual = 192.0.2.1:80\n    real = web1:8080 masq\n";

Deno.test({
  name: "a file is loaded with the machine's names and addresses",
  permissions: "none",
  async fn() {
    const asked: string[] = [];
    const { model, problems, show } = await loadConfig(
      "/etc/ha.d/x.cf",
      machine(WEB.replace(":80\n", ":shop\n"), {
        lookUpHost: (name, family) => {
          asked.push(`${family} ${name}`);
          return Promise.resolve(["10.0.0.1" as IpAddress]);
        },
        readServices: () => Promise.resolve("shop 81/tcp"),
      }),
    );
    strictEqual(model?.file, "/etc/ha.d/x.cf");
    deepStrictEqual(asked, ["4 web1"]);
    deepStrictEqual([...model.virtuals.keys()], ["tcp:192.0.2.1:81"]);
    deepStrictEqual([...model.virtuals.values()].flatMap(({ reals }) => [...reals.keys()]), ["10.0.0.1:8080"]);
    deepStrictEqual(problems.map(({ line }) => line), [2]);
    strictEqual(show(1), "quiescent = no");
  },
});

Deno.test({
  name: "without /etc/services the usual port names are known",
  permissions: "none",
  async fn() {
    const { model } = await loadConfig("/x", machine("virtual = 192.0.2.1:http\n"));
    deepStrictEqual([...model!.virtuals.keys()], ["tcp:192.0.2.1:80"]);
  },
});

Deno.test({
  name: "nothing is asked of the machine that the file does not need",
  permissions: "none",
  async fn() {
    const forbidden = () => Promise.reject(new Error("asked"));
    let asked = 0;
    const counting = () => {
      asked++;
      return forbidden();
    };
    const text = "virtual = 192.0.2.1:80\n    real = 10.0.0.1:80 gate\n";
    await loadConfig("/x", machine(text, { lookUpHost: counting, readServices: counting }));
    strictEqual(asked, 0);
  },
});

Deno.test({
  name: "looking up again asks only for what is missing",
  permissions: "none",
  async fn() {
    const asked: string[] = [];
    let online = false;
    const text = `${WEB}    real = web2:8080 masq\n`;
    const first = await loadConfig(
      "/x",
      machine(text, {
        lookUpHost: (name) => {
          asked.push(name);
          const known = name === "web1" || online;
          return Promise.resolve(known ? [`10.0.0.${name.slice(3)}` as IpAddress] : []);
        },
      }),
    );
    deepStrictEqual(first.model?.unresolved.map(({ host }) => host), ["web2"]);
    online = true;
    const second = await first.relookup();
    deepStrictEqual(asked, ["web1", "web2", "web2"]);
    deepStrictEqual(second.model?.unresolved, []);
    deepStrictEqual(second.problems, []);
    const [service] = second.model!.virtuals.values();
    deepStrictEqual([...service.reals.keys()], ["10.0.0.1:8080", "10.0.0.2:8080"]);
  },
});

Deno.test({
  name: "the model is absent if and only if there are errors",
  permissions: "none",
  async fn() {
    const bad = await loadConfig("/x", machine("bogus = 1\n"));
    strictEqual(bad.model, undefined);
    deepStrictEqual(bad.problems.map(line), ['error 1:1+5 Unknown command "bogus"']);
    ok((await loadConfig("/x", machine("supervised\n"))).model);
  },
});

Deno.test({
  name: "a file that is Latin-1 loads, and its expression matches Latin-1",
  permissions: "none",
  async fn() {
    const text =
      "# gr\xfcn\nvirtual = 192.0.2.1:80\n    quiescent = no\n    real = 10.0.0.1:80 gate\n    receive = gr\xfcn\n";
    const { model, problems } = await loadConfig("/x", machine(Uint8Array.from(text, (c) => c.charCodeAt(0))));
    saysFacts(problems.map(line), ["warning 5:5+7 … UTF-8 …"]);
    const [service] = model!.virtuals.values();
    const [{ policy }] = service.reals.values();
    const receive = policy.kind === "checked" ? policy.check.target.receive : undefined;
    deepStrictEqual([receive?.matches("gr\xfcn"), receive?.matches("gr\xc3\xbcn")], [true, false]);
  },
});

Deno.test("a file that cannot be read is a problem, not an exception", async () => {
  const directory = await Deno.makeTempDir();
  const rows: Readonly<Record<string, RegExp>> = {
    [`${directory}/none.cf`]: /no such file/,
    [directory]: /directory/,
    "/dev/zero": /16777216 bytes/,
  };
  for (const [file, said] of Object.entries(rows)) {
    const { model, problems } = await loadConfig(file);
    deepStrictEqual([model, problems.length, problems[0].line], [undefined, 1, 0]);
    match(problems[0].text, said);
  }
  await Deno.remove(directory);
});

Deno.test("this machine's names and files serve when nothing else is given", async () => {
  const file = await Deno.makeTempFile({ suffix: ".cf" });
  await Deno.writeTextFile(file, "quiescent = no\nvirtual = localhost:http\n    real = localhost:80 gate\n");
  const { model, problems } = await loadConfig(file);
  deepStrictEqual(problems.map(line), []);
  deepStrictEqual([...model!.virtuals.keys()], ["tcp:127.0.0.1:80"]);
  deepStrictEqual([...model!.hostNames], [["127.0.0.1", ["localhost"]]]);
  await Deno.remove(file);
});
