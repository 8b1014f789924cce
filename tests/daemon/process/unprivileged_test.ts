import { strictEqual } from "node:assert/strict";
import { handOverFile, handOverFolder } from "../../../src/daemon/process/unprivileged.ts";
import { needsSetup } from "../../needs_setup.ts";

const ACCOUNT = { name: "nobody", uid: 65534, gid: 65534 };

Deno.test("what is handed over belongs to the account, and no link leads to a file of root's", needsSetup, () => {
  const folder = Deno.makeTempDirSync();
  try {
    const roots = `${folder}/roots`;
    const kept = `${folder}/kept`;
    Deno.writeTextFileSync(roots, "");
    Deno.mkdirSync(kept);
    Deno.symlinkSync(roots, `${kept}/link`);
    Deno.symlinkSync(`${folder}/made`, `${kept}/dangling`);
    Deno.writeTextFileSync(`${kept}/history`, "");
    for (const name of ["link", "dangling", "new"]) handOverFile(`${kept}/${name}`, ACCOUNT);
    handOverFolder(kept, ACCOUNT);
    for (const name of ["new", "history", ""]) strictEqual(Deno.statSync(`${kept}/${name}`).uid, ACCOUNT.uid, name);
    strictEqual(Deno.statSync(roots).uid, 0);
    strictEqual([...Deno.readDirSync(folder)].some(({ name }) => name === "made"), false);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
