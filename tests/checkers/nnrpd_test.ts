import "./first_round.ts";
import { match } from "node:assert/strict";
import { runRound } from "../../src/checkers/run.ts";
import { parseIp } from "../../src/model/address.ts";
import { startNnrpd } from "./news_server.ts";
import { checkOf, inWords } from "./peers.ts";
import { temporaryDirectory } from "./real_server.ts";
import { needsSetup } from "../needs_setup.ts";
import { freePort } from "../ports.ts";

Deno.test("nntp: a real nnrpd of INN", needsSetup, async (t) => {
  await using directory = await temporaryDirectory();
  const port = freePort();
  await using nnrpd = await startNnrpd(directory.path, port);
  for (const host of ["127.0.0.1", "::1"]) {
    const target = { service: "nntp", address: parseIp(host)!, port } as const;
    const verdict = async (deadline = 20) =>
      inWords((await runRound(checkOf(target, { negotiateTimeout: deadline }), "negotiate")).result);

    await t.step(`a server that is well, ${host}`, async () => {
      match(await verdict(), /^up: 200 news\.example\.org InterNetNews NNRP server INN 2\.\S+ ready/);
    });
    await t.step(`a server that refuses every client, ${host}`, async () => {
      const readers = `${directory.path}/readers.conf`;
      const open = await Deno.readTextFile(readers);
      await Deno.writeTextFile(readers, 'access "none" { users: "nobody@nowhere" newsgroups: "*" }\n');
      match(await verdict(), /^down \(reported\): 502 /);
      await Deno.writeTextFile(readers, open);
    });
    await t.step(`a server that has lost its overview, ${host}`, async () => {
      const [index, away] = [`${directory.path}/overview/group.index`, `${directory.path}/away`];
      await Deno.rename(index, away);
      match(await verdict(), /^down \(reported\): 400 /);
      await Deno.rename(away, index);
      match(await verdict(), /^up: 200 /);
    });
    await t.step(`a server that is stopped, ${host}`, async () => {
      using _frozen = nnrpd.freeze();
      match(await verdict(0.3), /^down \(timeout\): no answer within 0\.3 s \(waiting for the greeting\)$/);
    });
  }
});
