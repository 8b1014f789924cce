import type { VirtualService } from "../../src/model/virtual_service.ts";
import { keyOf, sketchModel } from "../director/fixture.ts";

/** A virtual service with a program that writes its arguments into a file, which CALLS stands for. */
export async function withScript(
  directive: "fallbackCommand" | "quorumCommand",
  script: string,
  work: (virtual: VirtualService, said: () => string[]) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const [path, calls] = [`${folder}/program`, `${folder}/calls`];
    await Deno.writeTextFile(path, `#!/bin/sh\n${script.replaceAll("CALLS", calls)}\n`, { mode: 0o755 });
    const options = { [directive]: [path, "--site", "a b"] };
    const model = sketchModel({ at: "192.0.2.1:80", reals: ["10.0.0.1:80"], options });
    await Deno.writeTextFile(calls, "");
    await work(model.virtuals.get(keyOf("192.0.2.1:80"))!, () => Deno.readTextFileSync(calls).trim().split("\n"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
