import { strictEqual } from "node:assert/strict";
import type { FileUse } from "../../src/config/lint/named_files.ts";
import { whyUnusable } from "../../src/doctor/machine.ts";

const CERTIFICATE = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

const ROWS: [use: FileUse, text: string, mode: number, why: string | undefined][] = [
  ["program", "#!/bin/sh\n", 0o755, undefined],
  ["program", "#!/bin/sh\n", 0o644, "is not executable"],
  ["script", "exit 0;\n", 0o644, undefined],
  ["folder", "", 0o644, "is no folder"],
  ["certificate", CERTIFICATE, 0o644, undefined],
  ["certificate", "", 0o644, "holds no certificate in PEM form"],
  ["key", CERTIFICATE, 0o600, "holds no key in PEM form"],
  ["key", "-----BEGIN EC PRIVATE KEY-----\nAAAA\n", 0o600, undefined],
];

for (const [use, text, mode, why] of ROWS) {
  Deno.test(`a file with mode ${mode.toString(8)} and ${text.length} characters, as a ${use}: ${why ?? "good"}`, async () => {
    const folder = await Deno.makeTempDir();
    try {
      await Deno.writeTextFile(`${folder}/file`, text, { mode });
      strictEqual(whyUnusable(`${folder}/file`, use), why);
      strictEqual(whyUnusable(`${folder}/none`, use), "is not there");
      strictEqual(whyUnusable(folder, use), use === "folder" ? undefined : "is a folder");
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}
