import { match, strictEqual } from "node:assert/strict";
import { failureOf, loadingTrouble } from "../../tools/loading.ts";

Deno.test("a program that is there, with all its libraries, can be loaded", async () => {
  strictEqual(await loadingTrouble("sh"), undefined);
  strictEqual(await loadingTrouble("/bin/*sh"), undefined);
});

Deno.test("what keeps a program from being loaded is named", async () => {
  const folder = await Deno.makeTempDir();
  const put = (name: string, bytes: Uint8Array) => Deno.writeFile(`${folder}/${name}`, bytes, { mode: 0o755 });
  try {
    await put("script", new TextEncoder().encode("#!/no/such/interpreter -x\n"));
    await put("linked", replaced(await Deno.readFile("/bin/sh"), "libc.so.6", "libq.so.6"));
    match(await loadingTrouble("no-such-program") ?? "", /not there/);
    match(await loadingTrouble(`${folder}/script`) ?? "", /\/no\/such\/interpreter/);
    match(await loadingTrouble(`${folder}/linked`) ?? "", /libq\.so\.6/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a command line that fails says why", async () => {
  strictEqual(await failureOf(["true"]), undefined);
  match(await failureOf(["sh", "-c", "echo 'no module' >&2; exit 1"]) ?? "", /no module/);
  match(await failureOf(["no-such-program"]) ?? "", /not there/);
});

/** The bytes with one name in them changed to another of the same length. */
function replaced(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("").replaceAll(from, to);
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
